// One link for kprobes on many functions: BPF_TRACE_KPROBE_MULTI.
#pragma once

#include "attacher.h"

namespace bpftracec::rt {

// Linux 5.18, if built with CONFIG_FPROBE.
bool has_kprobe_multi(const AttachContext& context);

// Before load.
void use_kprobe_multi(Probe& probe);

bool attach_kprobe_multi(const AttachContext& context, const Probe& probe, bool is_return,
                         Failure& failure);

}  // namespace bpftracec::rt
