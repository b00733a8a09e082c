// Attaching to a tracepoint without perf: BPF_RAW_TRACEPOINT_OPEN.
#pragma once

#include "attacher.h"

namespace bpftracec::rt {

// Leaves errno set on failure; ENOENT when the kernel has no such tracepoint.
bool attach_raw_tracepoint(const AttachContext& context, const Probe& probe, Failure& failure);

}  // namespace bpftracec::rt
