// The process that is traced: one that runs (-p), or one that the tool starts (-c).
#pragma once

#include <cstdint>
#include <sys/types.h>

#include "failure.h"
#include "process_tree.h"
#include "unique_fd.h"

namespace bpftracec::rt {

// A file descriptor that becomes readable when the process ends; not valid, with a message, when
// there is no such process.
UniqueFd watch_process(uint32_t pid, Failure& failure);

// The command of -c.
class Command {
 public:
  explicit Command(Stream& errors) : errors_(errors) {}
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  ~Command() { stop(); }

  // Makes the process, which waits until it is released, so that its id is known and the probes
  // can be attached before it runs.
  bool start(const char* command_line, Failure& failure);
  bool release(Failure& failure);
  // Ends what still runs of the command. One that was not released never runs.
  void stop();
  // The command has ended by itself. What it has started goes on, as it would without the tool.
  void leave() { tree_ = {}; }

  bool is_started() const { return tree_.root > 0; }
  uint32_t pid() const { return static_cast<uint32_t>(is_started() ? tree_.root : 0); }

 private:
  Stream& errors_;
  ProcessTree tree_;
  const char* name_ = "";
  UniqueFd release_;  // the process waits for a byte from here
  UniqueFd failed_;   // errno of a failed exec comes here; nothing when it worked
};

}  // namespace bpftracec::rt
