#include "tests/runtime/run_case.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "tests/runtime/child.h"
#include "tests/runtime/file_lock.h"
#include "tests/runtime/needs.h"
#include "tests/runtime/text_pattern.h"

namespace bpftracec::runtime_tests {
namespace {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string path = (std::filesystem::temp_directory_path() / "bpftracec-case-XXXXXX").string();
    if (mkdtemp(path.data()) != nullptr) path_ = path;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Orphans of the case's commands have become ours (PR_SET_CHILD_SUBREAPER): nothing of a case
// outlives it.
void end_orphans() {
  for (int tries = 0; tries < 100; ++tries) {
    const std::string list = "/proc/self/task/" + std::to_string(getpid()) + "/children";
    if (FILE* const file = std::fopen(list.c_str(), "re")) {
      int pid = 0;
      while (std::fscanf(file, "%d", &pid) == 1) {
        kill(pid, SIGKILL);
      }
      std::fclose(file);
    }
    if (waitpid(-1, nullptr, 0) < 0) return;
  }
}

bool is_attached_line(const std::string& line) {
  return matches("Attached {{[0-9]+}} {{probes?}}", line) ||
         matches(R"({"type": "attached_probes"{{.*}})", line);
}

bool has_attached_line(const std::string& text) {
  const std::vector<std::string> lines = split_lines(text);
  return std::any_of(lines.begin(), lines.end(), is_attached_line);
}

class Run {
 public:
  Run(const Case& test, const RunOptions& options)
      : test_(test),
        options_(options),
        deadline_(Clock::now() + std::chrono::seconds(test.timeout_s * options.slowness)) {}

  // What went wrong, or nothing.
  std::string operator()(const std::string& tool_path) {
    tool_path_ = tool_path;
    // A command can wait on this one, without polling: `read x <go` until another command writes to
    // it.
    if (mkfifo((folder_.path() + "/go").c_str(), 0600) != 0) return "no fifo in " + folder_.path();
    if (const std::string error = run_command("setup", test_.setup); !error.empty()) return error;
    if (!test_.background.empty()) {
      background_ = std::make_unique<Child>(expand(test_.background), folder_.path());
    }
    const std::string environment = test_.env.empty() ? "" : "env " + expand(test_.env) + " ";
    tool_ = std::make_unique<Child>(
        "exec " + environment + "'" + tool_path_ + "' " + expand(test_.args), folder_.path());
    std::string error = drive();
    if (error.empty()) error = run_command("after", test_.after);
    if (error.empty()) error = compare();
    return error.empty() ? "" : error + output();
  }

 private:
  std::string expand(std::string text) const {
    text = substitute(std::move(text), "programs", options_.store.programs);
    text = substitute(std::move(text), "source", options_.source_directory);
    text = substitute(std::move(text), "dir", folder_.path());
    text = substitute(std::move(text), "tool", tool_path_);
    if (tool_) text = substitute(std::move(text), "pid", std::to_string(tool_->pid()));
    if (background_) {
      text = substitute(std::move(text), "background", std::to_string(background_->pid()));
    }
    return text;
  }

  std::string run_command(const char* what, const std::string& command) {
    if (command.empty()) return "";
    Child child(expand(command), folder_.path());
    const bool in_time = child.wait_for_end(deadline_);
    if (in_time && child.status() == 0) return "";
    return std::string(what) + ": " + command + "\n  " +
           (in_time ? "ended with status " + std::to_string(child.status()) : "does not end") +
           "\n" + child.out() + child.error();
  }

  std::string drive() {
    if (!test_.during.empty()) {
      const bool in_time = tool_->wait_until(
          [&] { return has_attached_line(tool_->error()) || has_attached_line(tool_->out()); },
          deadline_);
      if (!in_time) return "the tool does not say that it is attached";
      // A tool that ended is shown by its status and its messages.
      if (tool_->has_ended()) return "";
      if (std::string error = run_command("during", test_.during); !error.empty()) return error;
    }
    if (test_.stop != StopBy::Itself) {
      tool_->send(test_.stop == StopBy::Terminate ? SIGTERM : SIGINT);
    }
    return tool_->wait_for_end(deadline_) ? "" : "the tool does not end";
  }

  std::string compare() const {
    if (tool_->status() != test_.status) {
      return "status " + std::to_string(tool_->status()) + " instead of " +
             std::to_string(test_.status);
    }
    const std::vector<std::string> out = split_lines(tool_->out());
    std::vector<std::string> error = split_lines(tool_->error());
    const std::string wrong_out = test_.is_exact ? check_exactly(expanded(test_.expect_exact), out)
                                                 : check_in_order(expanded(test_.expect), out);
    if (!wrong_out.empty()) return "stdout: " + wrong_out;
    for (const std::string& pattern : expanded(test_.expect_not)) {
      const auto is_seen = [&](const std::string& line) { return matches(pattern, line); };
      if (std::any_of(out.begin(), out.end(), is_seen) ||
          std::any_of(error.begin(), error.end(), is_seen)) {
        return "must not be there: " + pattern;
      }
    }
    if (!test_.has_error) {
      error.erase(std::remove_if(error.begin(), error.end(), is_attached_line), error.end());
      return error.empty() ? "" : "stderr: unexpected: " + error.front();
    }
    const std::string wrong_error = check_in_order(expanded(test_.error), error);
    return wrong_error.empty() ? "" : "stderr: " + wrong_error;
  }

  std::vector<std::string> expanded(std::vector<std::string> patterns) const {
    for (std::string& pattern : patterns) {
      pattern = expand(std::move(pattern));
    }
    return patterns;
  }

  std::string output() const {
    return "\n--- stdout ---\n" + tool_->out() + "--- stderr ---\n" + tool_->error() +
           "--- status " + std::to_string(tool_->status()) + " ---\n";
  }

  const Case& test_;
  const RunOptions& options_;
  const Clock::time_point deadline_;
  TemporaryFolder folder_;
  std::string tool_path_;
  std::unique_ptr<Child> background_;
  std::unique_ptr<Child> tool_;
};

}  // namespace

Outcome run_case(const Case& test, const RunOptions& options) {
  if (geteuid() != 0) return {"tracing needs root", ""};
  for (const std::string& need : test.needs) {
    const std::string resolved = substitute(need, "programs", options.store.programs);
    if (std::string missing = missing_need(resolved); !missing.empty()) return {missing, ""};
  }
  const Tool tool = get_tool(options.store, test);
  if (!tool.error.empty()) return {"", tool.error};
  // Most cases share the machine. Some disturb others, or are disturbed, and say so.
  const FileLock machine(options.store.directory + "/machine.lock",
                         test.runs_alone ? FileLock::Mode::Exclusive : FileLock::Mode::Shared);
  const std::unique_ptr<FileLock> programs = lock_programs(options.store, test);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::string failure;
  {
    Run run(test, options);
    failure = run(tool.path);
  }
  end_orphans();
  if (failure.empty()) return {};
  return {"", test.file + ":" + std::to_string(test.line) + ": " + failure + "again: " + tool.path +
                  " " + test.args};
}

}  // namespace bpftracec::runtime_tests
