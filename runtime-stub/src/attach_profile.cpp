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
         attach_sampling_event(context, probe, attributes, failure);
}

}  // namespace

const Attacher kProfileProbe = {Attacher::Stage::Trace, false, never, find, attach};

}  // namespace bpftracec::rt
