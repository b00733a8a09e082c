// Processes that the tool has started through its command, and those that they have started.
#pragma once

#include <cstdint>
#include <sys/types.h>

#include "stream.h"

namespace bpftracec::rt {

struct ProcessTree {
  pid_t root = -1;
  // Nobody but the command can have started processes whose parent we are: those whose own parent
  // has ended are its, too.
  bool adopts_orphans = false;
};

// Ends all of them, by SIGTERM and, where that does not help, SIGKILL, and tells of the latter.
void end_processes(const ProcessTree& tree, Stream& errors);

}  // namespace bpftracec::rt
