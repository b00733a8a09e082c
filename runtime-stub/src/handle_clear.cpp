#include "bpftracec/rt/map_contents.h"
#include "map_failure.h"

namespace bpftracec::rt {

void handle_clear(Tracer& tracer, const Record&, const void* details) {
  uint32_t map = static_cast<const MapDetails*>(details)->map;
  if (!clear_map(tracer, map)) report_map_failure(tracer, "clear", map);
}

}  // namespace bpftracec::rt
