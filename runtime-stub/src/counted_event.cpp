#include "counted_event.h"

#include <string.h>

namespace bpftracec::rt {

bool make_counted_event(uint32_t type, const Table<CountedEvent>& events, const Probe& probe,
                        perf_event_attr& attributes, Failure& failure) {
  for (const CountedEvent& event : events) {
    const bool is_it = strcmp(probe.target, event.name) == 0 ||
                       (*event.alias != '\0' && strcmp(probe.target, event.alias) == 0);
    if (!is_it) continue;
    attributes = {};
    attributes.type = type;
    attributes.config = event.config;
    attributes.sample_period = probe.count != 0 ? probe.count : event.default_count;
    return true;
  }
  return failure.set("'%s' is no %s event", probe.target,
                     type == PERF_TYPE_SOFTWARE ? "software" : "hardware");
}

}  // namespace bpftracec::rt
