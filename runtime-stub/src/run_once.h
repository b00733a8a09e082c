// BEGIN and END: programs that the tool itself sets off.
#pragma once

#include "attacher.h"

namespace bpftracec::rt {

bool run_once(const AttachContext& context, const Probe& probe, Failure& failure);

// As run_once() does it before Linux 5.10: a uprobe on a function of this very program, which is
// then called. For tests.
bool run_by_uprobe(const AttachContext& context, const Probe& probe, Failure& failure);

}  // namespace bpftracec::rt
