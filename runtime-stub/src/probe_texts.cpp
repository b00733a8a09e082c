#include <string.h>

#include "bpftracec/rt/tool.h"

namespace bpftracec::rt {

void copy_probe_name(const Bindings& bindings, uint32_t probe, char* to, size_t size) {
  strncpy(to, bindings.probes[probe].name, size);
}

void copy_probe_function(const Bindings& bindings, uint32_t probe, char* to, size_t size) {
  strncpy(to, bindings.probes[probe].function, size);
}

}  // namespace bpftracec::rt
