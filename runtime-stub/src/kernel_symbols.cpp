#include "kernel_symbols.h"

#include <errno.h>
#include <string.h>

#include "bpftracec/rt/output.h"
#include "failure.h"
#include "small_file.h"

namespace bpftracec::rt {

namespace {

constexpr const char* kSymbolFile = "/proc/kallsyms";

// "ffffffff81000000 T _text\t[module]"
struct SymbolLine {
  uint64_t address = 0;
  char type = '\0';
  Text name;
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Takes the next line off `text`; false at the end, and where there is no such line.
bool next_line(Text& text, SymbolLine& line) {
  const char* at = text.data;
  const char* const end = text.data + text.size;
  line.address = 0;
  for (int digit; at < end && (digit = hex_digit(*at)) >= 0; ++at)
    line.address = line.address << 4 | static_cast<uint64_t>(digit);
  if (end - at < 4 || at[0] != ' ' || at[2] != ' ') return false;
  line.type = at[1];
  at += 3;
  const char* const name = at;
  while (at < end && *at != '\t' && *at != '\n') ++at;
  line.name = {name, static_cast<uint32_t>(at - name)};
  while (at < end && *at != '\n') ++at;
  if (at < end) ++at;
  text = {at, static_cast<uint32_t>(end - at)};
  return true;
}

// Values that are no places: sizes, offsets in per-CPU memory.
bool is_absolute(char type) { return type == 'A' || type == 'a'; }

void warn(const Tracer& tracer, const char* what, const char* why) {
  Buffer message;
  message.append("WARNING: addresses of the kernel are shown without names: ");
  message.append_text(what);
  message.append_text(why);
  message.append('\n');
  tracer.output().error_message(message.text());
}

}  // namespace

// The kernel lists its own symbols by address, with the better name of several first, and then each
// module's: file order decides between equals.
int KernelSymbols::compare(const Symbol& a, const Symbol& b) {
  const int order = three_way(a.address, b.address);
  return order != 0 ? order : three_way(a.name, b.name);
}

bool KernelSymbols::read(Text text) {
  is_loaded_ = true;
  SymbolLine line;
  while (next_line(text, line)) {
    if (line.address == 0 || is_absolute(line.type)) continue;
    symbols_.push({line.address, names_.size()});
    names_.append(line.name);
    names_.append('\0');
  }
  symbols_.sort<compare>();
  return symbols_.size() != 0;
}

void KernelSymbols::load(const Tracer& tracer) {
  is_loaded_ = true;
  Buffer file;
  if (!read_file(kSymbolFile, file)) {
    return warn(tracer, "/proc/kallsyms: ", error_text(errno));
  }
  if (!read(file.text())) {
    warn(tracer, "/proc/kallsyms hides them",
         " from this process (see kernel.kptr_restrict and kernel.perf_event_paranoid; root may "
         "see them, unless kptr_restrict is 2)");
  }
}

SymbolPlace KernelSymbols::find(uint64_t address) const {
  const size_t next = symbols_.partition_point(
      [&](const Symbol& symbol) { return symbol.address <= address; });
  if (next == 0) return {};
  // Of several names, the first.
  size_t found = next - 1;
  while (found > 0 && symbols_[found - 1].address == symbols_[found].address) --found;
  return {names_.data() + symbols_[found].name, address - symbols_[found].address, nullptr};
}

uint64_t KernelSymbols::address_of(const char* name) const {
  for (const Symbol& symbol : symbols_) {
    if (strcmp(names_.data() + symbol.name, name) == 0) return symbol.address;
  }
  return 0;
}

SymbolPlace KernelSymbols::find(const Tracer& tracer, uint64_t address) {
  if (!is_loaded_) load(tracer);
  return find(address);
}

}  // namespace bpftracec::rt
