// How the failure of an operation on a whole map is told of.
#pragma once

#include "bpftracec/rt/tool.h"

namespace bpftracec::rt {

// "WARNING: cannot read @calls: Permission denied" on standard error; takes errno.
void report_map_failure(Tracer& tracer, const char* operation, uint32_t map);

}  // namespace bpftracec::rt
