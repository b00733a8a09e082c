// SIGINT and SIGTERM end the tracing, not the tool.
#pragma once

#include "failure.h"
#include "unique_fd.h"

namespace bpftracec::rt {

// From here on these signals make the file descriptor readable and do nothing else, until the tool
// ends: a second one changes nothing.
UniqueFd watch_signals(Failure& failure);

}  // namespace bpftracec::rt
