#include "attachments.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpftracec/rt/buffer.h"

namespace bpftracec::rt {

namespace {

// Closes every kHelpers-th file descriptor of a list.
constexpr uint32_t kHelpers = 16;
constexpr size_t kStackSize = 8192;
struct Helper {
  const int* fds;
  uint32_t first;
  uint32_t size;
  pid_t pid;
};

// Runs in the tool's memory beside it, without thread-local storage of its own: nothing but system
// calls that cannot fail.
int close_share(void* helper_pointer) {
  const Helper& helper = *static_cast<const Helper*>(helper_pointer);
  for (uint32_t i = helper.first; i < helper.size; i += kHelpers) {
    syscall(SYS_close, helper.fds[i]);
  }
  return 0;
}

}  // namespace

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

// Closing a link of a uprobe, and since Linux 6.13 one of a perf event, waits for an RCU grace
// period, some 20 ms. Those who wait at the same time wait for the same one.
void Attachments::List::close_all_at_once() {
  const uint32_t count = size < kHelpers ? size : kHelpers;
  auto* stacks = count > 1 ? static_cast<char*>(allocate(count * kStackSize)) : nullptr;
  Helper helpers[kHelpers];
  for (uint32_t i = 0; count > 1 && i < count; ++i) {
    helpers[i] = {fds, i, size, -1};
    helpers[i].pid = clone(close_share, stacks + (i + 1) * kStackSize,
                           CLONE_VM | CLONE_FILES | SIGCHLD, &helpers[i]);
    if (helpers[i].pid < 0) close_share(&helpers[i]);
  }
  for (uint32_t i = 0; count > 1 && i < count; ++i) {
    if (helpers[i].pid > 0) waitpid(helpers[i].pid, nullptr, 0);
  }
  free(stacks);
  if (count > 1) size = 0;
  close_all();
}

void Attachments::add_perf_event(int event, int link) {
  events_.add(event);
  if (link >= 0) {
    links_.add(link);
  } else {
    has_events_without_link_ = true;
  }
}

void Attachments::detach() {
  raw_tracepoints_.close_all();
  links_.close_all_at_once();
  // Without links (before Linux 5.15) this is what detaches.
  if (has_events_without_link_) events_.close_all_at_once();
}

void Attachments::close_events() { events_.close_all(); }

Attachments::~Attachments() {
  detach();
  close_events();
  free(raw_tracepoints_.fds);
  free(links_.fds);
  free(events_.fds);
}

}  // namespace bpftracec::rt
