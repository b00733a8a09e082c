// Printing of maps, by print() and at the end.
#pragma once

#include <cstdint>

#include "bpftracec/rt/buffer.h"
#include "bpftracec/rt/map_contents.h"
#include "bpftracec/rt/tool.h"

namespace bpftracec::rt {

// The last `top` entries (0: all) in the map's order, as one message of the tracer's output.
void print_map(Tracer& tracer, uint32_t map, uint64_t top, uint64_t divisor);

// All maps that are not empty, by name. For ToolDescription::print_maps: a tool without maps has
// null there and none of this code.
void print_maps(Tracer& tracer);

// The text or JSON for `contents`, which this sorts. Needs no kernel.
void render_map(const Tracer& tracer, const MapDescription& map, MapContents& contents,
                uint64_t top, uint64_t divisor, bool is_json, Buffer& to);

// What a tool shows when tracing has ended: the separating empty lines, then the maps if wanted.
void print_end(Tracer& tracer);

}  // namespace bpftracec::rt
