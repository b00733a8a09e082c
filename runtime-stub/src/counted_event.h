// software and hardware: perf events that let the program run once for so many occurrences.
#pragma once

#include <linux/perf_event.h>

#include "attacher.h"

namespace bpftracec::rt {

struct CountedEvent {
  const char* name;
  const char* alias;
  uint64_t config;
  uint64_t default_count;
};

// The event that the probe names, as the kernel wants it. `type` is PERF_TYPE_SOFTWARE or
// PERF_TYPE_HARDWARE.
bool make_counted_event(uint32_t type, const Table<CountedEvent>& events, const Probe& probe,
                        perf_event_attr& attributes, Failure& failure);

}  // namespace bpftracec::rt
