#include "run_tool.h"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace bpftracec::rt {

namespace {

// Long enough for a loaded machine; a tool that takes longer hangs.
constexpr auto kPatience = std::chrono::seconds(60);

std::string read_whole(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void redirect(const std::string& path, int fd) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  dup2(file, fd);
  close(file);
}

bool has_ended(pid_t pid) {
  siginfo_t info = {};
  return waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         info.si_pid != 0;
}

template <typename Condition>
bool wait_until(pid_t pid, Condition condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    const bool is_over = has_ended(pid) || std::chrono::steady_clock::now() > end;
    if (condition()) return true;
    if (is_over) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace

RunningTool::RunningTool(const std::string& name, const std::vector<std::string>& arguments,
                         const Environment& environment) {
  std::string pattern = std::filesystem::temp_directory_path() / "loader-test-XXXXXX";
  folder_ = mkdtemp(pattern.data());

  const std::string program = std::string(HAND_MADE_TOOLS) + "/" + name + "-tool/" + name;
  std::vector<char*> words = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) {
    words.push_back(const_cast<char*>(argument.c_str()));
  }
  words.push_back(nullptr);

  pid_ = fork();
  if (pid_ != 0) return;
  for (const auto& [key, value] : environment) {
    setenv(key.c_str(), value.c_str(), 1);
  }
  redirect(folder_ + "/out", STDOUT_FILENO);
  redirect(folder_ + "/err", STDERR_FILENO);
  // Opened by root: others may not be allowed to look into the build tree.
  const int file = open(program.c_str(), O_RDONLY | O_CLOEXEC);
  constexpr uid_t kNobody = 65534;
  if (environment.contains("UNPRIVILEGED") && setuid(kNobody) != 0) _exit(126);
  fexecve(file, words.data(), environ);
  _exit(126);
}

RunningTool::~RunningTool() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  std::filesystem::remove_all(folder_);
}

bool RunningTool::wait_until_attached() { return wait_for_error("Attached"); }

bool RunningTool::wait_for_output(const std::string& text) { return wait_for_text("/out", text); }

bool RunningTool::wait_for_error(const std::string& text) { return wait_for_text("/err", text); }

bool RunningTool::wait_for_text(const std::string& file, const std::string& text) {
  return wait_until(pid_,
                    [&] { return read_whole(folder_ + file).find(text) != std::string::npos; });
}

void RunningTool::signal(int number) const { kill(pid_, number); }

ToolResult RunningTool::finish() {
  if (!wait_until(pid_, [&] { return has_ended(pid_); })) kill(pid_, SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          read_whole(folder_ + "/out"), read_whole(folder_ + "/err")};
}

ToolResult run_tool(const std::string& name, const std::vector<std::string>& arguments,
                    const RunningTool::Environment& environment) {
  return RunningTool(name, arguments, environment).finish();
}

std::string reason_to_skip() {
  if (geteuid() != 0) return "loading BPF programs needs root";
  if (access("/sys/kernel/tracing/events/sched", F_OK) != 0) {
    return "tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing";
  }
  return "";
}

}  // namespace bpftracec::rt
