// Functions of the kernel: what kprobe and kretprobe have in common.
#pragma once

#include "attacher.h"

namespace bpftracec::rt {

bool find_kprobe(const AttachContext& context, Probe& probe, Failure& failure);
bool attach_kprobe(const AttachContext& context, const Probe& probe, bool is_return,
                   Failure& failure);

}  // namespace bpftracec::rt
