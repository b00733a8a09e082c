#include "bpftracec/rt/site_reports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpftracec/rt/json.h"
#include "bpftracec/rt/output.h"
#include "bpftracec/rt/tracer.h"
#include "source_place.h"

namespace bpftracec::rt {

namespace {

using Kind = SiteDescription::Kind;

constexpr const char* kUpdateHelper = "map_update_elem";
constexpr int64_t kMaxTurns = 1 << 23;  // of bpf_loop()
constexpr Text kZeroDivisor =
    "Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being used as the "
    "result.";

void append_loop_limit(int64_t turns, Buffer& to) {
  to.append("This loop was stopped after ");
  to.append_signed(turns);
  to.append(" turns, which is all that this kernel lets it do.");
  if (turns < kMaxTurns) to.append(" Linux 5.17 and later do more.");
}

void append_stack_fault(int64_t code, Buffer& to) {
  if (code == -E2BIG) {
    to.append("There is no room for more different stacks; those that are new count as empty. ");
    to.append("Start the tool with a larger BPFTRACE_MAX_MAP_KEYS.");
  } else {
    to.append("A stack could not be captured: ");
    to.append_text(strerror(static_cast<int>(-code)));
  }
}

// What the message says of the kernel's function that failed; null where none did.
const char* failed_helper(Kind kind) {
  if (kind == Kind::MapUpdate) return kUpdateHelper;
  return kind == Kind::Stack ? "get_stack" : nullptr;
}

void append_cause(const ToolDescription& tool, const SiteDescription& site, int64_t code,
                  Buffer& to) {
  if (site.kind == Kind::DivideByZero) {
    to.append(kZeroDivisor);
  } else if (site.kind == Kind::Signal) {
    to.append("signal call failed with error ");
    to.append_signed(-code);
  } else if (site.kind == Kind::LoopLimit) {
    append_loop_limit(code, to);
  } else if (site.kind == Kind::Stack) {
    append_stack_fault(code, to);
  } else if (code == -E2BIG) {
    to.append("Map full; can't update element of ");
    to.append(tool.maps[site.map].name);
    if (tool.maps[site.map].max_entries != 0) {
      to.append(". The script tells its size: let ");
      to.append(tool.maps[site.map].name);
      to.append(" = ...");
    } else {
      to.append(". Try a larger max_map_keys in the script's config, or start the tool with ");
      to.append("BPFTRACE_MAX_MAP_KEYS set.");
    }
  } else {
    to.append("Can't update element of ");
    to.append(tool.maps[site.map].name);
    to.append(": ");
    to.append_text(strerror(static_cast<int>(-code)));
  }
}

SourcePlace place_of(const SiteDescription& site) {
  return {site.line, site.column, site.end_column};
}

size_t columns(char byte) { return byte == '\t' ? 4 : 1; }

// The source line, tabs as four blanks, and a line of ~ below the place.
void append_source(const SiteDescription& site, Buffer& to) {
  size_t before = 0;
  size_t marked = 0;
  for (uint32_t index = 0; index < site.source_line.size; ++index) {
    char byte = site.source_line.data[index];
    uint32_t column = index + 1;
    if (column < site.column) before += columns(byte);
    if (column >= site.column && column < site.end_column) marked += columns(byte);
    if (byte == '\t') {
      to.append("    ");
    } else {
      to.append(byte);
    }
  }
  to.append('\n');
  if (marked == 0) return;
  to.append_repeated(' ', before);
  to.append_repeated('~', marked);
  to.append('\n');
}

void append_json(const ToolDescription& tool, const SiteDescription& site, int64_t code,
                 Buffer& to) {
  if (failed_helper(site.kind) == nullptr) {
    Buffer cause;
    append_cause(tool, site, code, cause);
    to.append("{\"type\": \"runtime_error\", \"msg\": ");
    append_json_string(to, cause.text());
  } else {
    to.append("{\"type\": \"helper_error\", \"msg\": \"");
    to.append_text(strerror(static_cast<int>(-code)));
    to.append("\", \"helper\": \"");
    to.append_text(failed_helper(site.kind));
    to.append("\", \"retcode\": ");
    to.append_signed(code);
  }
  append_json_place(tool, place_of(site), to);
}

}  // namespace

SiteReports::SiteReports(Tracer& tracer, const Counters& counters)
    : tracer_(tracer), counters_(counters) {
  size_t size = sizeof(uint64_t) * (tracer.tool().sites.size + 1);
  told_ = static_cast<uint64_t*>(memset(allocate(size), 0, size));
}

SiteReports::~SiteReports() { free(told_); }

void SiteReports::poll() {
  for (uint32_t site = 0; site < tracer_.tool().sites.size; ++site) {
    if (told_[site] != 0) continue;
    uint64_t count = counters_.site_counts[site];
    if (count != 0) report(site, count);
  }
}

void SiteReports::report(uint32_t site, uint64_t count) {
  told_[site] = count;
  const ToolDescription& tool = tracer_.tool();
  const SiteDescription& description = tool.sites[site];
  int64_t code = counters_.site_codes[site];
  Output& output = tracer_.output();
  if (output.is_json()) {
    append_json(tool, description, code, output.buffer());
    output.end_message();
    return;
  }
  Buffer message;
  append_place(tool, place_of(description), "WARNING", message);
  append_cause(tool, description, code, message);
  message.append('\n');
  if (const char* helper = failed_helper(description.kind); helper != nullptr) {
    message.append("Additional Info - helper: ");
    message.append_text(helper);
    message.append(", retcode: ");
    message.append_signed(code);
    message.append('\n');
  }
  append_source(description, message);
  output.error_message(message.text());
}

void SiteReports::finish() {
  poll();
  const ToolDescription& tool = tracer_.tool();
  for (uint32_t site = 0; site < tool.sites.size; ++site) {
    uint64_t count = told_[site] == 0 ? 0 : counters_.site_counts[site];
    if (count <= 1) continue;
    Buffer message;
    append_place(tool, place_of(tool.sites[site]), "WARNING", message);
    message.append("this happened ");
    message.append_unsigned(count);
    message.append(" times\n");
    tracer_.output().error_message(message.text());
  }
}

}  // namespace bpftracec::rt
