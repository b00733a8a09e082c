#include "kprobe.h"

namespace bpftracec::rt {

namespace {

bool find(const AttachContext& context, Probe& probe, Failure& failure) {
  return find_kprobe(context, probe, failure);
}

bool attach(const AttachContext& context, const Probe& probe, Failure& failure) {
  return attach_kprobe(context, probe, false, failure);
}

}  // namespace

const Attacher kKprobe = {Attacher::Stage::Trace, true, never, find, attach};

}  // namespace bpftracec::rt
