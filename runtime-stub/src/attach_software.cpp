#include "counted_event.h"
#include "perf_event.h"

namespace bpftracec::rt {

namespace {

constexpr CountedEvent kEvents[] = {
    {"alignment-faults", "", PERF_COUNT_SW_ALIGNMENT_FAULTS, 1},
    {"bpf-output", "", PERF_COUNT_SW_BPF_OUTPUT, 1},
    {"context-switches", "cs", PERF_COUNT_SW_CONTEXT_SWITCHES, 1'000},
    {"cpu-clock", "cpu", PERF_COUNT_SW_CPU_CLOCK, 1'000'000},
    {"cpu-migrations", "", PERF_COUNT_SW_CPU_MIGRATIONS, 1},
    {"dummy", "", PERF_COUNT_SW_DUMMY, 1},
    {"emulation-faults", "", PERF_COUNT_SW_EMULATION_FAULTS, 1},
    {"major-faults", "", PERF_COUNT_SW_PAGE_FAULTS_MAJ, 1},
    {"minor-faults", "", PERF_COUNT_SW_PAGE_FAULTS_MIN, 100},
    {"page-faults", "faults", PERF_COUNT_SW_PAGE_FAULTS, 100},
    {"task-clock", "", PERF_COUNT_SW_TASK_CLOCK, 1},
};

bool find(const AttachContext&, Probe& probe, Failure& failure) {
  perf_event_attr attributes = {};
  return make_counted_event(PERF_TYPE_SOFTWARE, kEvents, probe, attributes, failure);
}

bool attach(const AttachContext& context, const Probe& probe, Failure& failure) {
  perf_event_attr attributes = {};
  return make_counted_event(PERF_TYPE_SOFTWARE, kEvents, probe, attributes, failure) &&
         attach_sampling_event(context, probe, attributes, failure);
}

}  // namespace

const Attacher kSoftwareProbe = {Attacher::Stage::Trace, false, never, find, attach};

}  // namespace bpftracec::rt
