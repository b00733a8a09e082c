// Keeps the signals that end this process from doing so while it has something to clean up.
#pragma once

#include <csignal>

#include "bpftracec/base/unique_fd.h"

namespace bpftracec::base {

// While one of these lives, SIGINT, SIGTERM, SIGHUP and SIGPIPE wait; they take their usual course
// when it goes. Declared before what must be gone by then (a temporary directory, a pending file),
// it goes after that.
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

}  // namespace bpftracec::base
