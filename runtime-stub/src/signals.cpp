#include "signals.h"

#include <errno.h>
#include <initializer_list>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace bpftracec::rt {

namespace {

UniqueFd watch(std::initializer_list<int> numbers, Failure& failure) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : numbers) {
    // Shells start background jobs with SIGINT ignored, and an ignored signal is not delivered.
    signal(number, SIG_DFL);
    sigaddset(&signals, number);
  }
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  UniqueFd watched(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!watched) failure.set("cannot watch signals: %s", error_text(errno));
  return watched;
}

}  // namespace

UniqueFd watch_signals(Failure& failure) { return watch({SIGINT, SIGTERM}, failure); }

UniqueFd watch_user_signal(Failure& failure) { return watch({SIGUSR1}, failure); }

void take_signals(int fd) {
  signalfd_siginfo signal = {};
  while (read(fd, &signal, sizeof signal) > 0) {
  }
}

}  // namespace bpftracec::rt
