// Runs another program: from an argument vector, never through a shell, so that no character of a
// file name has a meaning.
#pragma once

#include <span>
#include <string>

#include "bpftracec/base/deferred_signals.h"
#include "bpftracec/base/result.h"

namespace bpftracec::base {

struct ProcessOutput {
  int exit_status = 0;         // 0 … 255, where the program ended by itself
  int termination_signal = 0;  // otherwise not 0
  std::string standard_output;
  std::string standard_error;

  bool succeeded() const { return exit_status == 0 && termination_signal == 0; }
  std::string status_text() const;  // "exit status 1", "killed by signal 11 (Segmentation fault)"
};

// How a program is run, where not as usual.
struct RunOptions {
  // A signal that arrives here ends the program and all that it has started, which must not write
  // any more when the caller removes its temporary files.
  const DeferredSignals* signals = nullptr;
  // "NAME=value": variables that it gets besides ours, or in place of ours.
  std::span<const std::string> variables;
};

// Runs `arguments` (the first is the program: a path, or a name looked up in PATH) to its end with
// an empty standard input and collects what it prints. An Error means that it could not be run, or
// that a signal arrived.
Result<ProcessOutput> run_process(std::span<const std::string> arguments,
                                  const RunOptions& options = {});

}  // namespace bpftracec::base
