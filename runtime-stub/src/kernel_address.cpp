#include <errno.h>

#include "failure.h"
#include "kernel_symbols.h"
#include "small_file.h"

namespace bpftracec::rt {

uint64_t kernel_address(const Bindings& bindings, const char* name) {
  Buffer file;
  KernelSymbols symbols;
  if (!read_file("/proc/kallsyms", file)) {
    bindings.failure->set("kaddr(\"%s\"): /proc/kallsyms: %s", name, error_text(errno));
    return 0;
  }
  if (!symbols.read(file.text())) {
    bindings.failure->set("kaddr(\"%s\"): /proc/kallsyms hides addresses from this process", name);
    bindings.failure->hint("see kernel.kptr_restrict; root may see them, unless it is 2");
    return 0;
  }
  const uint64_t address = symbols.address_of(name);
  if (address == 0) bindings.failure->set("Failed to resolve kernel symbol: %s", name);
  return address;
}

}  // namespace bpftracec::rt
