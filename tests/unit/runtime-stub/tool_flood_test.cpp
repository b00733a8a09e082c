// More events than the tool can handle.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run_tool.h"

namespace bpftracec::rt {
namespace {

// A process that makes system calls as fast as it can.
class Workload {
 public:
  Workload() : pid_(fork()) {
    while (pid_ == 0) getppid();
  }
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;
  ~Workload() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_;
};

TEST(ToolFlood, SignalsAreSeen) {
  SKIP_WITHOUT_BPF();
  const Workload first;
  const Workload second;
  RunningTool tool("flood", {"-o", "/dev/null"});
  ASSERT_TRUE(tool.wait_until_attached());
  usleep(200'000);
  const auto before = std::chrono::steady_clock::now();
  tool.signal(SIGINT);
  EXPECT_EQ(tool.finish().status, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(20));
}

TEST(ToolFlood, LossesAreTold) {
  SKIP_WITHOUT_BPF();
  RunningTool tool("flood", {"-o", "/dev/null"}, {{"BPFTRACE_PERF_RB_PAGES", "1"}});
  ASSERT_TRUE(tool.wait_until_attached());
  tool.signal(SIGSTOP);
  {
    const Workload workload;
    usleep(100'000);
  }
  tool.signal(SIGINT);
  tool.signal(SIGCONT);
  const ToolResult result = tool.finish();
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.err, testing::ContainsRegex("Lost [0-9]+ events\n"));
  EXPECT_THAT(result.err, testing::ContainsRegex("WARNING: Total lost event count: [0-9]+\n"));
}

TEST(ToolFlood, SitesAreToldWhileTracing) {
  SKIP_WITHOUT_BPF();
  RunningTool tool("flood", {"-o", "/dev/null"});
  ASSERT_TRUE(tool.wait_until_attached());
  EXPECT_TRUE(tool.wait_for_error("flood.bt:3:1-6: WARNING: "));
  tool.signal(SIGINT);
  EXPECT_EQ(tool.finish().status, 0);
}

}  // namespace
}  // namespace bpftracec::rt
