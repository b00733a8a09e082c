// Runs the hand-made tools the way a user does.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bpftracec::rt {

struct ToolResult {
  int status = -1;  // exit status; 128 + signal when one ended it
  std::string out;
  std::string err;
};

// A tool that has been started. Its output is collected in files. With UNPRIVILEGED in its
// environment it runs as nobody.
class RunningTool {
 public:
  using Environment = std::map<std::string, std::string>;

  RunningTool(const std::string& name, const std::vector<std::string>& arguments,
              const Environment& environment = {});
  RunningTool(const RunningTool&) = delete;
  RunningTool& operator=(const RunningTool&) = delete;
  ~RunningTool();

  pid_t pid() const { return pid_; }
  // Waits until the tool says that it has attached its probes; false when it ends before.
  bool wait_until_attached();
  bool wait_for_output(const std::string& text);
  bool wait_for_error(const std::string& text);
  void signal(int number) const;
  ToolResult finish();

 private:
  bool wait_for_text(const std::string& file, const std::string& text);

  std::string folder_;
  pid_t pid_ = -1;
};

ToolResult run_tool(const std::string& name, const std::vector<std::string>& arguments,
                    const RunningTool::Environment& environment = {});

// Why real probes cannot be attached here; empty when they can.
std::string reason_to_skip();

}  // namespace bpftracec::rt

#define SKIP_WITHOUT_BPF()                                                         \
  if (const std::string reason = bpftracec::rt::reason_to_skip(); !reason.empty()) \
  GTEST_SKIP() << reason
