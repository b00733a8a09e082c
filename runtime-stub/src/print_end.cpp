#include "bpftracec/rt/output.h"
#include "bpftracec/rt/print_map.h"
#include "bpftracec/rt/tracer.h"

namespace bpftracec::rt {

void print_end(Tracer& tracer) {
  Output& output = tracer.output();
  if (!output.is_json()) output.message("end", "\n\n");
  const ToolDescription& tool = tracer.tool();
  if (tool.print_maps_on_exit && tool.print_maps != nullptr) tool.print_maps(tracer);
}

}  // namespace bpftracec::rt
