#include <errno.h>

#include "counted_event.h"
#include "perf_event.h"
#include "unique_fd.h"

namespace bpftracec::rt {

namespace {

constexpr CountedEvent kEvents[] = {
    {"backend-stalls", "", PERF_COUNT_HW_STALLED_CYCLES_BACKEND, 1'000'000},
    {"branch-instructions", "branches", PERF_COUNT_HW_BRANCH_INSTRUCTIONS, 100'000},
    {"branch-misses", "", PERF_COUNT_HW_BRANCH_MISSES, 100'000},
    {"bus-cycles", "", PERF_COUNT_HW_BUS_CYCLES, 100'000},
    {"cache-misses", "", PERF_COUNT_HW_CACHE_MISSES, 1'000'000},
    {"cache-references", "", PERF_COUNT_HW_CACHE_REFERENCES, 1'000'000},
    {"cpu-cycles", "cycles", PERF_COUNT_HW_CPU_CYCLES, 1'000'000},
    {"frontend-stalls", "", PERF_COUNT_HW_STALLED_CYCLES_FRONTEND, 1'000'000},
    {"instructions", "", PERF_COUNT_HW_INSTRUCTIONS, 1'000'000},
    {"ref-cycles", "", PERF_COUNT_HW_REF_CPU_CYCLES, 1'000'000},
};

// The kernel has no driver for the processor's counters, or that has no such event.
bool is_not_counted(int error) {
  return error == ENOENT || error == ENODEV || error == EOPNOTSUPP || error == EINVAL;
}

// There is no list of what a processor counts; only opening an event can tell.
bool find(const AttachContext&, Probe& probe, Failure& failure) {
  perf_event_attr attributes = {};
  if (!make_counted_event(PERF_TYPE_HARDWARE, kEvents, probe, attributes, failure)) return false;
  attributes.disabled = 1;
  const UniqueFd event(open_perf_event(attributes, 0, kAnyCpu, failure));
  if (event) return true;
  if (!is_not_counted(errno)) return false;
  failure.set("the processor does not count '%s' here: %s", probe.target, error_text(errno));
  return failure.hint(
      "virtual machines often have no hardware counters (PMU); cpu-clock is a "
      "software event that samples as well");
}

bool attach(const AttachContext& context, const Probe& probe, Failure& failure) {
  perf_event_attr attributes = {};
  return make_counted_event(PERF_TYPE_HARDWARE, kEvents, probe, attributes, failure) &&
         attach_sampling_event(context, probe, attributes, failure);
}

}  // namespace

const Attacher kHardwareProbe = {Attacher::Stage::Trace, false, never, find, attach};

}  // namespace bpftracec::rt
