#include "bpftracec/base/subprocess.h"

#include <array>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace bpftracec::base {
namespace {

sigset_t deferred_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  return set;
}

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return errno_error("make a pipe");
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

class SpawnSettings {
 public:
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

// The child starts with an empty standard input, our pipes, and no blocked signal, whatever we have
// blocked.
Result<pid_t> spawn(std::span<const std::string> arguments, int out_fd, int err_fd) {
  SpawnSettings settings;
  posix_spawn_file_actions_addopen(&settings.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&settings.actions, out_fd, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&settings.actions, err_fd, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&settings.attributes, &none);
  posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETSIGMASK);

  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  // POSIX leaves out a const here for compatibility; the strings are not changed.
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  pid_t pid = -1;
  int error = ::posix_spawnp(&pid, argv[0], &settings.actions, &settings.attributes, argv.data(),
                             environ);
  if (error == ENOENT) return Error{"command not found: '" + arguments[0] + "'"};
  if (error != 0) return errno_error("run '" + arguments[0] + "'", error);
  return pid;
}

// Reads what is there; closes `fd` at its end.
void drain(UniqueFd& fd, std::string& text) {
  std::array<char, 4096> buffer;
  ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
  if (count < 0 && errno == EINTR) return;
  if (count <= 0) {
    fd.reset();
    return;
  }
  text.append(buffer.data(), static_cast<size_t>(count));
}

// Collects both streams until both are closed. False: a signal arrived first.
bool collect(UniqueFd out, UniqueFd err, int arrival_fd, ProcessOutput& output) {
  while (out || err) {
    // poll() skips negative descriptors.
    std::array<pollfd, 3> waits{
        {{out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}, {arrival_fd, POLLIN, 0}}};
    if (::poll(waits.data(), waits.size(), -1) < 0) continue;
    if (waits[2].revents != 0) return false;
    if (waits[0].revents != 0) drain(out, output.standard_output);
    if (waits[1].revents != 0) drain(err, output.standard_error);
  }
  return true;
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

std::string ProcessOutput::status_text() const {
  if (termination_signal == 0) return "exit status " + std::to_string(exit_status);
  const char* name = ::strsignal(termination_signal);
  return "killed by signal " + std::to_string(termination_signal) + " (" + name + ")";
}

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

Result<ProcessOutput> run_process(std::span<const std::string> arguments,
                                  const DeferredSignals* signals) {
  auto out = make_pipe();
  if (!out) return std::move(out).error();
  auto err = make_pipe();
  if (!err) return std::move(err).error();
  auto pid = spawn(arguments, out->write_end.get(), err->write_end.get());
  if (!pid) return std::move(pid).error();
  // Ours must be closed, or the end of the child's output would never come.
  out->write_end.reset();
  err->write_end.reset();

  ProcessOutput output;
  int arrival_fd = signals != nullptr ? signals->arrival_fd() : -1;
  bool completed = collect(std::move(out->read_end), std::move(err->read_end), arrival_fd, output);
  if (!completed) ::kill(*pid, SIGTERM);
  int status = wait_for(*pid);
  if (!completed) return Error{"interrupted while running '" + arguments[0] + "'"};
  if (WIFSIGNALED(status)) {
    output.termination_signal = WTERMSIG(status);
  } else {
    output.exit_status = WEXITSTATUS(status);
  }
  return output;
}

}  // namespace bpftracec::base
