#include <string.h>

#include "perf_event.h"

namespace bpftracec::rt {

namespace {

struct SoftwareEvent {
  const char* name;
  const char* alias;
  uint64_t config;
  uint64_t default_count;
};

constexpr SoftwareEvent kEvents[] = {
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

const SoftwareEvent* find_event(const char* name) {
  for (const SoftwareEvent& event : kEvents) {
    if (strcmp(name, event.name) == 0 || strcmp(name, event.alias) == 0) return &event;
  }
  return nullptr;
}

bool find(const AttachContext&, Probe& probe, Failure& failure) {
  if (*probe.target != '\0' && find_event(probe.target) != nullptr) return true;
  return failure.set("'%s' is no software event", probe.target);
}

bool attach(const AttachContext& context, const Probe& probe, Failure& failure) {
  const SoftwareEvent& event = *find_event(probe.target);
  perf_event_attr attributes = {};
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = event.config;
  attributes.sample_period = probe.count != 0 ? probe.count : event.default_count;
  return attach_sampling_event(context, probe, attributes, failure);
}

}  // namespace

const Attacher kSoftwareProbe = {Attacher::Stage::Trace, false, never, find, attach};

}  // namespace bpftracec::rt
