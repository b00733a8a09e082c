#include "bpftracec/base/deferred_signals.h"

#include <sys/signalfd.h>

namespace bpftracec::base {
namespace {

// What is ignored stays ignored (nohup, a script's job in the background): blocked, it would be
// kept by the kernel and look like an arrival.
bool is_ignored(int signal) {
  struct sigaction action{};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t deferred_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    if (!is_ignored(signal)) sigaddset(&set, signal);
  }
  return set;
}

}  // namespace

DeferredSignals::DeferredSignals() {
  sigset_t set = deferred_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, &saved_mask_);
  // Without a descriptor (none left) the signal is merely late: it is delivered when the subprocess
  // has ended.
  arrival_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

DeferredSignals::~DeferredSignals() {
  // The signal was never read from the descriptor, so it is still pending and now takes its usual
  // course.
  ::pthread_sigmask(SIG_SETMASK, &saved_mask_, nullptr);
}

}  // namespace bpftracec::base
