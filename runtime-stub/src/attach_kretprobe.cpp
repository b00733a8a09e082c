#include "kprobe.h"

namespace bpftracec::rt {

namespace {

bool find(const AttachContext& context, Probe& probe, Failure& failure) {
  return find_kprobe(context, probe, failure);
}

bool attach(const AttachContext& context, const Probe& probe, Failure& failure) {
  return attach_kprobe(context, probe, true, failure);
}

}  // namespace

// At the function's entry the newest is the first to put its return address in place, and so the
// last to see the return.
const Attacher kKretprobe = {Attacher::Stage::Trace, false, never, find, attach};

}  // namespace bpftracec::rt
