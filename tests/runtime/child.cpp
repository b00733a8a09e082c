#include "tests/runtime/child.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bpftracec::runtime_tests {
namespace {

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::abort();
}

// Called between fork and exec.
[[noreturn]] void become(const char* command, const char* directory, int out, int error) {
  setpgid(0, 0);
  // Should the runner be killed, nothing stays behind.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(error, STDERR_FILENO);
  if (chdir(directory) == 0) execl("/bin/sh", "sh", "-c", command, nullptr);
  _exit(127);
}

// False at the end of the stream.
bool read_into(int fd, std::string& text) {
  char buffer[65536];
  const ssize_t size = read(fd, buffer, sizeof buffer);
  if (size > 0) text.append(buffer, static_cast<size_t>(size));
  return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
}

}  // namespace

Child::Child(const std::string& command, const std::string& directory) {
  int out[2];
  int error[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(error, O_CLOEXEC) != 0) die("pipe2");
  pid_ = fork();
  if (pid_ < 0) die("fork");
  if (pid_ == 0) become(command.c_str(), directory.c_str(), out[1], error[1]);
  setpgid(pid_, pid_);
  close(out[1]);
  close(error[1]);
  out_fd_ = out[0];
  error_fd_ = error[0];
  fcntl(out_fd_, F_SETFL, O_NONBLOCK);
  fcntl(error_fd_, F_SETFL, O_NONBLOCK);
  pid_fd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (pid_fd_ < 0) die("pidfd_open");
}

Child::~Child() {
  kill(-pid_, SIGKILL);
  if (!has_ended_) waitpid(pid_, nullptr, 0);
  for (const int fd : {out_fd_, error_fd_, pid_fd_}) {
    if (fd >= 0) close(fd);
  }
}

void Child::send(int signal) const {
  if (!has_ended_) kill(pid_, signal);
}

bool Child::reap() {
  int status = 0;
  if (has_ended_ || waitpid(pid_, &status, WNOHANG) != pid_) return has_ended_;
  has_ended_ = true;
  status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  // What it wrote before its end is in the pipes. Their other ends may still be open in a
  // grandchild, so this reads what is there and does not wait for the end of the stream.
  read_some(0);
  return true;
}

void Child::read_some(int timeout_ms) {
  pollfd waits[] = {{out_fd_, POLLIN, 0}, {error_fd_, POLLIN, 0}, {pid_fd_, POLLIN, 0}};
  // Once it has ended, its pid_fd is always ready and no reason to wake up.
  const nfds_t count = has_ended_ ? 2 : 3;
  if (poll(waits, count, timeout_ms) <= 0) return;
  int* const streams[] = {&out_fd_, &error_fd_};
  std::string* const texts[] = {&out_, &error_};
  for (size_t i = 0; i < 2; ++i) {
    if (waits[i].revents == 0) continue;
    while (true) {
      const size_t before = texts[i]->size();
      if (!read_into(*streams[i], *texts[i])) {
        close(*streams[i]);
        *streams[i] = -1;
        break;
      }
      if (texts[i]->size() == before) break;
    }
  }
}

bool Child::wait_until(const std::function<bool()>& done, Clock::time_point deadline) {
  while (!reap() && !done()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now())
                          .count();
    if (left <= 0) return false;
    read_some(static_cast<int>(std::min<int64_t>(left, 1000)));
  }
  return true;
}

bool Child::wait_for_end(Clock::time_point deadline) {
  return wait_until([] { return false; }, deadline);
}

}  // namespace bpftracec::runtime_tests
