#include "perf_event.h"
#include "timer_period.h"

namespace bpftracec::rt {

namespace {

bool find(const AttachContext&, Probe& probe, Failure& failure) {
  perf_event_attr attributes = {};
  return make_timer(probe, attributes, failure);
}

bool attach(const AttachContext& context, const Probe& probe, Failure& failure) {
  perf_event_attr attributes = {};
  return make_timer(probe, attributes, failure) &&
         attach_perf_event(context, probe, attributes, kAllProcesses,
                           static_cast<int>(first_online_cpu()), failure);
}

}  // namespace

const Attacher kIntervalProbe = {Attacher::Stage::Trace, false, never, find, attach};

}  // namespace bpftracec::rt
