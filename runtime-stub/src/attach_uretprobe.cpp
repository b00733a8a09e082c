#include "uprobe.h"

namespace bpftracec::rt {

namespace {

bool attach(const AttachContext& context, const Probe& probe, Failure& failure) {
  return attach_uprobe(context, probe, true, failure);
}

}  // namespace

const Attacher kUretprobe = {Attacher::Stage::Trace, true, always, find_uprobe, attach};

}  // namespace bpftracec::rt
