// SIGINT and SIGTERM end the tracing, not the tool.
#pragma once

#include "failure.h"
#include "unique_fd.h"

namespace bpftracec::rt {

// From here on these signals make the file descriptor readable and do nothing else, until the tool
// ends: a second one changes nothing.
UniqueFd watch_signals(Failure& failure);

// The same of SIGUSR1, which sets off `self:signal:SIGUSR1`.
UniqueFd watch_user_signal(Failure& failure);

// Takes the signals that have come; how many of the same kind is not known.
void take_signals(int fd);

}  // namespace bpftracec::rt
