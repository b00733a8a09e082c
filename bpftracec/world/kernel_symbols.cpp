#include "bpftracec/world/kernel_symbols.h"

#include <algorithm>
#include <string_view>

#include "bpftracec/base/file_io.h"

namespace bpftracec::world {

// "ffffffff81000000 T vfs_read", with "\t[module]" behind it; the address is 0 for those who may
// not know it.
std::vector<std::string> read_kernel_functions() {
  std::vector<std::string> names;
  const base::Result<std::string> symbols = base::read_file("/proc/kallsyms");
  if (!symbols) return names;
  std::string_view rest = *symbols;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const size_t blank = line.find(' ');
    if (blank == std::string_view::npos || line.size() < blank + 4) continue;
    const char type = line[blank + 1];
    if (type != 't' && type != 'T' && type != 'w' && type != 'W') continue;
    const std::string_view name = line.substr(blank + 3);
    names.emplace_back(name.substr(0, name.find('\t')));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace bpftracec::world
