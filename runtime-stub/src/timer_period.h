// Rates and periods of interval and profile probes.
#pragma once

#include <linux/perf_event.h>

#include "attacher.h"

namespace bpftracec::rt {

// The CPU clock that samples every `count` units of `target` (hz, s, ms, us; none: nanoseconds).
bool make_timer(const Probe& probe, perf_event_attr& attributes, Failure& failure);

}  // namespace bpftracec::rt
