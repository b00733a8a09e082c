#include "attachments.h"

#include <unistd.h>

#include "bpftracec/rt/buffer.h"

namespace bpftracec::rt {

void Attachments::List::add(int fd) {
  constexpr uint32_t kStep = 16;
  if (size % kStep == 0) {
    fds = static_cast<int*>(reallocate(fds, (size + kStep) * sizeof *fds));
  }
  fds[size++] = fd;
}

void Attachments::List::close_all() {
  while (size > 0) close(fds[--size]);
}

void Attachments::detach() {
  links_.close_all();
  // Closing a perf event of a tracepoint waits for RCU grace periods, some 20 ms each. With links
  // there is no program left on it, so that this can wait until the process ends, when END has run
  // and the maps are printed. Without links (before Linux 5.15) it is what detaches.
  if (needs_close_) events_.close_all();
}

}  // namespace bpftracec::rt
