#include "perf_map.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "monotonic_ms.h"
#include "small_file.h"

namespace bpftracec::rt {

namespace {

// Its number in the innermost pid namespace, by which it calls itself.
uint32_t own_pid(uint32_t pid) {
  Buffer status;
  if (!read_file(Path("/proc/%u/status", pid).text, status)) return pid;
  status.append('\0');
  const char* line = strstr(status.data(), "\nNSpid:");
  if (line == nullptr) return pid;
  unsigned own = pid;
  for (const char* at = line + strlen("\nNSpid:"); *at != '\n' && *at != '\0';) {
    int length = 0;
    if (sscanf(at, " %u%n", &own, &length) != 1) break;
    at += length;
    at += strspn(at, "\t ");
  }
  return own;
}

// Where the process sees it, and where it may have been left.
bool find_file(uint32_t pid, Path& path, struct stat& file) {
  path = Path("/proc/%u/root/tmp/perf-%u.map", pid, own_pid(pid));
  if (stat(path.text, &file) == 0) return true;
  path = Path("/tmp/perf-%u.map", pid);
  return stat(path.text, &file) == 0;
}

const char* read_hex(const char* at, const char* end, uint64_t& value) {
  const char* const begin = at;
  value = 0;
  for (; at < end; ++at) {
    const char c = static_cast<char>(*at | 0x20);
    const bool is_digit = *at >= '0' && *at <= '9';
    if (!is_digit && (c < 'a' || c > 'f')) break;
    value = value << 4 | static_cast<uint64_t>(is_digit ? *at - '0' : c - 'a' + 10);
  }
  return at == begin || at == end || *at != ' ' ? nullptr : at + 1;
}

}  // namespace

// Memory is used again: of what lies at one address, the last counts.
int PerfMap::compare(const Code& a, const Code& b) {
  const int order = three_way(a.address, b.address);
  return order != 0 ? order : three_way(b.number, a.number);
}

void PerfMap::read(Text text) {
  codes_.truncate(0);
  names_.clear();
  const char* const end = text.data + text.size;
  for (const char* line = text.data; line < end;) {
    const auto* line_end = static_cast<const char*>(
        memchr(line, '\n', static_cast<size_t>(end - line)));
    if (line_end == nullptr) break;  // still being written
    uint64_t address = 0;
    uint64_t size = 0;
    const char* at = read_hex(line, line_end, address);
    if (at != nullptr) at = read_hex(at, line_end, size);
    if (at != nullptr) {
      codes_.push({address, size, names_.size(), codes_.size()});
      names_.append(at, static_cast<size_t>(line_end - at));
      names_.append('\0');
    }
    line = line_end + 1;
  }
  codes_.sort<compare>();
}

SymbolPlace PerfMap::find(uint64_t address) const {
  size_t next = codes_.partition_point([&](const Code& code) { return code.address <= address; });
  if (next == 0) return {};
  --next;
  while (next > 0 && codes_[next - 1].address == codes_[next].address) --next;
  const Code& code = codes_[next];
  if (address - code.address >= code.size) return {};
  return {names_.data() + code.name, address - code.address, "[perf map]"};
}

bool PerfMap::update(uint32_t pid) {
  constexpr uint64_t kPeriodMs = 100;
  const uint64_t now = monotonic_ms();
  if (checked_ms_ != 0 && now - checked_ms_ < kPeriodMs) return false;
  checked_ms_ = now;
  Path path("%s", "");
  struct stat file = {};
  if (!find_file(pid, path, file) || file.st_size == read_size_) return false;
  Buffer text;
  if (!read_file(path.text, text)) return false;
  read_size_ = file.st_size;
  read(text.text());
  return true;
}

SymbolPlace PerfMap::find(uint32_t pid, uint64_t address) {
  const SymbolPlace place = find(address);
  if (place.name != nullptr || !update(pid)) return place;
  return find(address);
}

}  // namespace bpftracec::rt
