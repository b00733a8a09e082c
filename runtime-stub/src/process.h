// The process that is traced: one that runs (-p), or one that the tool starts (-c).
#pragma once

#include <cstdint>
#include <sys/types.h>

#include "failure.h"
#include "unique_fd.h"

namespace bpftracec::rt {

// A file descriptor that becomes readable when the process ends; not valid, with a message, when
// there is no such process.
UniqueFd watch_process(uint32_t pid, Failure& failure);

// The command of -c.
class Command {
 public:
  Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  ~Command() { stop(); }

  // Makes the process, which waits until it is released, so that its id is known and the probes
  // can be attached before it runs.
  bool start(const char* command_line, Failure& failure);
  bool release(Failure& failure);
  // A command that was not released never runs; one that still runs when the tracing ends gets
  // SIGTERM.
  void stop();

  bool is_started() const { return pid_ > 0; }
  uint32_t pid() const { return static_cast<uint32_t>(pid_ < 0 ? 0 : pid_); }

 private:
  pid_t pid_ = -1;
  const char* name_ = "";
  UniqueFd release_;  // the process waits for a byte from here
  UniqueFd failed_;   // errno of a failed exec comes here; nothing when it worked
};

}  // namespace bpftracec::rt
