// Breakpoints in files: how uprobes, uretprobes and USDT probes are attached to their sites.
#pragma once

#include <linux/perf_event.h>

#include "attacher.h"

namespace bpftracec::rt {

// One more site of the probe, to be filled in.
Site& add_site(Probe& probe);

// After find(), before load: whether one link is for many sites (Linux 6.6).
void choose_links(const AttachContext& context, Probe& probe);

// All sites, for one process or for all (0). What the kernel refuses is left out, if it takes any.
bool attach_sites(const AttachContext& context, const Probe& probe, bool is_return, uint32_t pid,
                  Failure& failure);

// The perf event for a breakpoint at `offset` of the file, or for the return from the function
// there. `path` is kept.
bool make_uprobe(const char* path, uint64_t offset, bool is_return, perf_event_attr& attributes,
                 Failure& failure);

}  // namespace bpftracec::rt
