#include "signals.h"

#include <errno.h>
#include <initializer_list>
#include <signal.h>
#include <sys/signalfd.h>

namespace bpftracec::rt {

UniqueFd watch_signals(Failure& failure) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM}) {
    // Shells start background jobs with SIGINT ignored, and an ignored signal is not delivered.
    signal(number, SIG_DFL);
    sigaddset(&signals, number);
  }
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  UniqueFd watched(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!watched) failure.set("cannot watch signals: %s", error_text(errno));
  return watched;
}

}  // namespace bpftracec::rt
