#include "bpftracec/rt/format.h"
#include "bpftracec/rt/print_map.h"

namespace bpftracec::rt {

void handle_print_map(Tracer& tracer, const Record& record, const void* details) {
  const auto& print = *static_cast<const PrintMapDetails*>(details);
  uint64_t top = load_integer({record.data + print.top_offset, 8}, false);
  uint64_t divisor = load_integer({record.data + print.div_offset, 8}, false);
  print_map(tracer, print.map, top, divisor);
}

}  // namespace bpftracec::rt
