// Runs another program: from an argument vector, never through a shell, so that no character of a
// file name has a meaning.
#pragma once

#include <csignal>
#include <span>
#include <string>

#include "bpftracec/base/result.h"
#include "bpftracec/base/unique_fd.h"

namespace bpftracec::base {

struct ProcessOutput {
  int exit_status = 0;         // 0 … 255, where the program ended by itself
  int termination_signal = 0;  // otherwise not 0
  std::string standard_output;
  std::string standard_error;

  bool succeeded() const { return exit_status == 0 && termination_signal == 0; }
  std::string status_text() const;  // "exit status 1", "killed by signal 11 (Segmentation fault)"
};

// While one of these lives, SIGINT, SIGTERM and SIGHUP do not end this process: they end the
// subprocess that runs, so that the caller can remove its temporary files first. The signal is
// delivered when the guard goes.
class DeferredSignals {
 public:
  DeferredSignals();
  DeferredSignals(const DeferredSignals&) = delete;
  DeferredSignals& operator=(const DeferredSignals&) = delete;
  ~DeferredSignals();

  int arrival_fd() const { return arrival_.get(); }  // readable when a signal waits

 private:
  sigset_t saved_mask_;
  UniqueFd arrival_;
};

// Runs `arguments` (the first is the program: a path, or a name looked up in PATH) to its end with
// an empty standard input and collects what it prints. An Error means that it could not be run, or
// that a signal of `signals` came.
Result<ProcessOutput> run_process(std::span<const std::string> arguments,
                                  const DeferredSignals* signals = nullptr);

}  // namespace bpftracec::base
