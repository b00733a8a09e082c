// Uprobes and uretprobes: breakpoints in files, set by a perf event each.
#pragma once

#include <linux/perf_event.h>

#include "attacher.h"

namespace bpftracec::rt {

bool find_uprobe(const AttachContext& context, Probe& probe, Failure& failure);
bool attach_uprobe(const AttachContext& context, const Probe& probe, bool is_return,
                   Failure& failure);

// The perf event for a breakpoint at `offset` of the file, or for the return from the function
// there. `path` is kept.
bool make_uprobe(const char* path, uint64_t offset, bool is_return, perf_event_attr& attributes,
                 Failure& failure);

}  // namespace bpftracec::rt
