#include "bpftracec/base/subprocess.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "bpftracec/base/unique_fd.h"

namespace bpftracec::base {
namespace {

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

// The list that exec() takes. POSIX leaves out a const here for compatibility; the strings are not
// changed.
std::vector<char*> pointers_to(std::span<const std::string> strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_with(std::span<const std::string> variables) {
  std::vector<std::string> result(variables.begin(), variables.end());
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string_view name = std::string_view(*entry).substr(0, std::strcspn(*entry, "=") + 1);
    bool is_replaced = std::ranges::any_of(
        variables, [&](const std::string& variable) { return variable.starts_with(name); });
    if (!is_replaced) result.emplace_back(*entry);
  }
  return result;
}

// The child starts with an empty standard input, our pipes, and no blocked signal, whatever we have
// blocked. Where it is ours to end, it leads a process group of its own, so that we reach what it
// starts: a compiler that is killed leaves its linker running.
Result<pid_t> spawn(std::span<const std::string> arguments, const RunOptions& options, int out_fd,
                    int err_fd) {
  SpawnSettings settings;
  posix_spawn_file_actions_addopen(&settings.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&settings.actions, out_fd, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&settings.actions, err_fd, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&settings.attributes, &none);
  int group_flag = options.signals != nullptr ? POSIX_SPAWN_SETPGROUP : 0;
  posix_spawnattr_setflags(&settings.attributes,
                           static_cast<short>(POSIX_SPAWN_SETSIGMASK | group_flag));

  std::vector<std::string> variables = environment_with(options.variables);
  pid_t pid = -1;
  int error = ::posix_spawnp(&pid, arguments[0].c_str(), &settings.actions, &settings.attributes,
                             pointers_to(arguments).data(), pointers_to(variables).data());
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

// Collects both streams until both are closed, which is when the child and all that it has started
// are gone: each of them holds them open. False: a signal arrived, and so they were ended.
bool collect(pid_t pid, UniqueFd out, UniqueFd err, const DeferredSignals* signals,
             ProcessOutput& output) {
  bool is_interrupted = false;
  while (out || err) {
    // poll() skips negative descriptors.
    int arrival_fd = signals != nullptr && !is_interrupted ? signals->arrival_fd() : -1;
    std::array<pollfd, 3> waits{
        {{out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}, {arrival_fd, POLLIN, 0}}};
    if (::poll(waits.data(), waits.size(), -1) < 0) continue;
    if (waits[2].revents != 0) {
      is_interrupted = true;
      ::kill(-pid, SIGTERM);
    }
    if (waits[0].revents != 0) drain(out, output.standard_output);
    if (waits[1].revents != 0) drain(err, output.standard_error);
  }
  return !is_interrupted;
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

Result<ProcessOutput> run_process(std::span<const std::string> arguments,
                                  const RunOptions& options) {
  auto out = make_pipe();
  if (!out) return std::move(out).error();
  auto err = make_pipe();
  if (!err) return std::move(err).error();
  auto pid = spawn(arguments, options, out->write_end.get(), err->write_end.get());
  if (!pid) return std::move(pid).error();
  // Ours must be closed, or the end of the child's output would never come.
  out->write_end.reset();
  err->write_end.reset();

  ProcessOutput output;
  bool completed = collect(*pid, std::move(out->read_end), std::move(err->read_end),
                           options.signals, output);
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
