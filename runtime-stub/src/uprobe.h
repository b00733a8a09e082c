// uprobe, uretprobe: functions of programs and libraries.
#pragma once

#include "attacher.h"

namespace bpftracec::rt {

bool find_uprobe(const AttachContext& context, Probe& probe, Failure& failure);
bool attach_uprobe(const AttachContext& context, const Probe& probe, bool is_return,
                   Failure& failure);

}  // namespace bpftracec::rt
