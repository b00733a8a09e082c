// Reads the text of an event's `format` file (Documentation/trace/events.rst in the kernel's tree).
#pragma once

#include <string_view>

#include "bpftracec/world/record.h"

namespace bpftracec::world {

// Lines that are not understood are left out, so that one odd field does not take the others with
// it.
TracepointFormat parse_tracepoint_format(std::string_view category, std::string_view event,
                                         std::string_view text);

}  // namespace bpftracec::world
