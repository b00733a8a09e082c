#include "uprobe_sites.h"

#include <errno.h>
#include <new>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "array.h"
#include "perf_event.h"
#include "site_program.h"
#include "small_file.h"
#include "unique_fd.h"

namespace bpftracec::rt {

namespace {

// The kernel numbers the kinds of perf events as their drivers register.
bool read_uprobe_type(uint32_t& type, Failure& failure) {
  char text[32];
  if (read_small_file("/sys/bus/event_source/devices/uprobe/type", text, sizeof text) <= 0) {
    failure.set("this kernel has no uprobes: %s", error_text(errno));
    return failure.hint("it must be built with CONFIG_UPROBE_EVENTS, and /sys be mounted");
  }
  type = static_cast<uint32_t>(strtoul(text, nullptr, 10));
  return true;
}

// Which bit says that the probe is on the return: "config:0".
uint64_t read_return_flag() {
  char text[32];
  unsigned bit = 0;
  if (read_small_file("/sys/bus/event_source/devices/uprobe/format/retprobe", text, sizeof text) <=
          0 ||
      sscanf(text, "config:%u", &bit) != 1 || bit > 63) {
    return 1;
  }
  return 1ULL << bit;
}

// Of newer headers of the kernel than those that this is compiled with.
constexpr auto kUprobeMulti = static_cast<bpf_attach_type>(48);  // BPF_TRACE_UPROBE_MULTI
constexpr uint32_t kUprobeMultiReturn = 1;                       // BPF_F_UPROBE_MULTI_RETURN
struct UprobeLinkAttributes {                                    // union bpf_attr, link_create
  uint32_t program;
  uint32_t target;
  uint32_t attach_type;
  uint32_t flags;
  uint64_t path;
  uint64_t offsets;
  uint64_t ref_ctr_offsets;
  uint64_t cookies;
  uint32_t count;
  uint32_t uprobe_flags;
  uint32_t pid;
  uint32_t padding;
};

// Where a perf event for a uprobe has the place of a counter (PMU format "ref_ctr_offset").
constexpr unsigned kSemaphoreShift = 32;

// Links of uprobes that need no perf events: Linux 6.6; those of one process took the first thread
// only until 6.11.
bool has_uprobe_links(const AttachContext& context) {
  return context.target.has(6, 6) &&
         (context.bindings.target_pid == 0 || context.target.has(6, 11));
}

// What the kernel says of an instruction that it cannot replace (its ENOTSUPP).
constexpr int kNotSupported = 524;

// Always false.
bool explain_place(const Site& site, int error, Failure& failure) {
  if (error == EINVAL || error == kNotSupported) {
    failure.hint("%s at offset 0x%llx may not be the start of an instruction", site.target,
                 static_cast<unsigned long long>(site.offset));
  }
  return false;
}

// Sites from `first` on that are in one file: a link is for one.
uint32_t count_in_file(const Probe& probe, uint32_t first) {
  uint32_t count = 1;
  while (first + count < probe.site_count &&
         strcmp(probe.sites[first + count].target, probe.sites[first].target) == 0) {
    ++count;
  }
  return count;
}

// All sites of a probe, those of a file at once.
class Linking {
 public:
  Linking(const AttachContext& context, const Probe& probe, bool is_return, uint32_t pid,
          Failure& failure)
      : context_(context), probe_(probe), is_return_(is_return), pid_(pid), failure_(failure) {}

  bool link_all() {
    for (uint32_t first = 0; first < probe_.site_count;) {
      const uint32_t count = count_in_file(probe_, first);
      if (!link_in_file(first, count)) return false;
      first += count;
    }
    if (refused_ < probe_.site_count) failure_.clear();
    return refused_ < probe_.site_count;
  }

 private:
  // When the kernel refuses some, all others: one that it cannot put a breakpoint on makes it
  // refuse the whole list, without a word which one.
  bool link_in_file(uint32_t first, uint32_t count) {
    if (link(first, count)) return true;
    const int error = errno;
    const bool is_about_sites = error == EINVAL || error == EOPNOTSUPP || error == ENOENT ||
                                error == ENOEXEC || error == EIO || error == kNotSupported;
    failure_.set("the kernel does not attach the program: %s", error_text(error));
    if (!is_about_sites) return false;
    if (count > 1) {
      return link_in_file(first, count / 2) && link_in_file(first + count / 2, count - count / 2);
    }
    if (probe_.site_count == 1) return explain_place(probe_.sites[first], error, failure_);
    context_.log.note("%s: left out: %s", probe_.sites[first].name, error_text(error));
    ++refused_;
    return true;
  }

  bool link(uint32_t first, uint32_t count) {
    Array<uint64_t> offsets;
    Array<uint64_t> semaphores;
    Array<uint64_t> cookies;
    bool has_semaphore = false;
    for (uint32_t i = first; i < first + count; ++i) {
      const Site& site = probe_.sites[i];
      offsets.push(site.offset);
      semaphores.push(site.semaphore);
      cookies.push(probe_.first_site + i);
      has_semaphore = has_semaphore || site.semaphore != 0;
    }
    UprobeLinkAttributes attributes = {};
    attributes.program = static_cast<uint32_t>(bpf_program__fd(probe_.program));
    attributes.attach_type = kUprobeMulti;
    attributes.path = reinterpret_cast<uint64_t>(probe_.sites[first].target);
    attributes.offsets = reinterpret_cast<uint64_t>(offsets.data());
    attributes.ref_ctr_offsets = has_semaphore ? reinterpret_cast<uint64_t>(semaphores.data()) : 0;
    attributes.cookies = reinterpret_cast<uint64_t>(cookies.data());
    attributes.count = count;
    attributes.uprobe_flags = is_return_ ? kUprobeMultiReturn : 0;
    attributes.pid = pid_;
    const long link = syscall(SYS_bpf, BPF_LINK_CREATE, &attributes, sizeof attributes);
    if (link >= 0) context_.attachments.add_link(static_cast<int>(link));
    return link >= 0;
  }

  const AttachContext& context_;
  const Probe& probe_;
  bool is_return_;
  uint32_t pid_;
  Failure& failure_;
  uint32_t refused_ = 0;
};

bool attach_site(const AttachContext& context, const Site& site, uint32_t number, int program,
                 bool is_return, uint32_t pid, Failure& failure) {
  perf_event_attr attributes = {};
  if (!make_uprobe(site.target, site.offset, is_return, attributes, failure)) return false;
  attributes.config |= site.semaphore << kSemaphoreShift;
  const int event = open_perf_event(attributes, pid == 0 ? kAllProcesses : static_cast<int>(pid),
                                    pid == 0 ? static_cast<int>(first_online_cpu()) : kAnyCpu,
                                    failure);
  return event >= 0 && attach_program_to_event(context, program, event, failure, number);
}

// One after the other. What the kernel refuses is left out, if it takes any at all.
bool attach_each_site(const AttachContext& context, const Probe& probe, bool is_return,
                      uint32_t pid, Failure& failure) {
  const bool needs_copies = asks_for_site(probe.program) && !context.bindings.has_attach_cookies;
  uint32_t attached = 0;
  for (uint32_t i = 0; i < probe.site_count; ++i) {
    const uint32_t number = probe.first_site + i;
    const UniqueFd copy(needs_copies ? load_for_site(probe.program, number, failure) : -1);
    if (needs_copies && !copy) return false;
    const int program = needs_copies ? copy.get() : bpf_program__fd(probe.program);
    if (attach_site(context, probe.sites[i], number, program, is_return, pid, failure)) {
      ++attached;
      continue;
    }
    const int error = errno;
    if (error == EPERM || error == EACCES || error == EMFILE || error == ENFILE) return false;
    if (probe.site_count == 1) return explain_place(probe.sites[i], error, failure);
    context.log.note("%s: left out: %s", probe.sites[i].name, failure.message());
  }
  if (attached > 0) failure.clear();
  return attached > 0;
}

}  // namespace

bool attach_sites(const AttachContext& context, const Probe& probe, bool is_return, uint32_t pid,
                  Failure& failure) {
  if (!probe.is_bulk) return attach_each_site(context, probe, is_return, pid, failure);
  return Linking(context, probe, is_return, pid, failure).link_all();
}

void choose_links(const AttachContext& context, Probe& probe) {
  if (!has_uprobe_links(context)) return;
  probe.is_bulk = true;
  bpf_program__set_expected_attach_type(probe.program, kUprobeMulti);
}

Site& add_site(Probe& probe) {
  // Room for 1, 2, 4, 8, ...
  const uint32_t count = probe.site_count++;
  if ((count & (count - 1)) == 0) {
    probe.sites = static_cast<Site*>(
        reallocate(probe.sites, (count == 0 ? 1 : count * 2) * sizeof(Site)));
  }
  return *new (&probe.sites[count]) Site;
}

bool make_uprobe(const char* path, uint64_t offset, bool is_return, perf_event_attr& attributes,
                 Failure& failure) {
  attributes = {};
  if (!read_uprobe_type(attributes.type, failure)) return false;
  attributes.config = is_return ? read_return_flag() : 0;
  attributes.uprobe_path = reinterpret_cast<uint64_t>(path);
  attributes.probe_offset = offset;
  // As for tracepoints: the program runs without, and the event would write samples.
  attributes.disabled = 1;
  return true;
}

}  // namespace bpftracec::rt
