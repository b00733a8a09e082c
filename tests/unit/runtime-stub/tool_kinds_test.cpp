// Every kind of probe fires, on the real kernel.
#include <cerrno>
#include <map>
#include <signal.h>
#include <sstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run_tool.h"

namespace bpftracec::rt {
namespace {

using testing::HasSubstr;

// "@hits[3]: 20" and so on.
std::map<int, long> hits(const std::string& output) {
  std::map<int, long> result;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    int key = 0;
    long count = 0;
    if (sscanf(line.c_str(), "@hits[%d]: %ld", &key, &count) == 2) result[key] = count;
  }
  return result;
}

TEST(ToolKinds, AllFire) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("kinds",
                                     {"-c", WORK_PROGRAM " 2000", WORK_PROGRAM, "do_work"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.err, "Attached 10 probes\n");
  std::map<int, long> counts = hits(result.out);
  EXPECT_EQ(counts[1], 2000) << "uprobe";
  EXPECT_EQ(counts[2], 2000) << "second uprobe on the same function, after the first";
  EXPECT_EQ(counts[3], 2000) << "uretprobe";
  EXPECT_GT(counts[6], 10) << "software";
  EXPECT_GT(counts[7], 0) << "tracepoint without fields";
  EXPECT_GT(counts[8], 0) << "rawtracepoint";
  EXPECT_GE(counts[9], 2000) << "tracepoint by perf event";
  EXPECT_GE(counts[10], 2000) << "tracepoint that has no raw tracepoint";
}

TEST(ToolKinds, NoProcessIsLeftBehind) {
  SKIP_WITHOUT_BPF();
  // Orphans become ours.
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  RunningTool tool("kinds", {WORK_PROGRAM, "do_work"});
  ASSERT_TRUE(tool.wait_until_attached());
  tool.signal(SIGINT);
  EXPECT_EQ(tool.finish().status, 0);
  EXPECT_EQ(waitpid(-1, nullptr, 0), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(ToolKinds, TimersFire) {
  SKIP_WITHOUT_BPF();
  RunningTool tool("kinds", {WORK_PROGRAM, "do_work"});
  ASSERT_TRUE(tool.wait_until_attached());
  usleep(300'000);
  tool.signal(SIGINT);
  std::map<int, long> counts = hits(tool.finish().out);
  EXPECT_GT(counts[5], 100) << "interval of a millisecond, on one CPU";
  EXPECT_LT(counts[5], 2'000);
  EXPECT_GT(counts[4], 50) << "profile at 499 Hz, on every CPU";
  for (int key = 100; key < 150; ++key) {
    EXPECT_EQ(counts[key], counts[5]) << key;
  }
}

TEST(ToolKinds, OneProcessOnly) {
  SKIP_WITHOUT_BPF();
  // One that is traced and waits, one that is not and works.
  const pid_t traced = fork();
  if (traced == 0) {
    execl(WORK_PROGRAM, "work", "10", "wait", nullptr);
    _exit(126);
  }
  RunningTool tool("kinds", {"-p", std::to_string(traced), WORK_PROGRAM, "do_work"});
  ASSERT_TRUE(tool.wait_until_attached());
  ASSERT_EQ(system(WORK_PROGRAM " 500"), 0);
  tool.signal(SIGINT);
  std::map<int, long> counts = hits(tool.finish().out);
  kill(traced, SIGKILL);
  waitpid(traced, nullptr, 0);
  EXPECT_EQ(counts.count(1), 0U) << "uprobe";
  EXPECT_EQ(counts.count(3), 0U) << "uretprobe";
  EXPECT_EQ(counts.count(6), 0U) << "software";
  EXPECT_EQ(counts.count(9), 0U) << "tracepoint, filtered by its program";
  EXPECT_GE(counts[10], 500) << "not filtered by its program";
}

TEST(ToolKinds, ListsWhatItWouldAttachTo) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("kinds", {"--probes", WORK_PROGRAM, "do_work"});
  EXPECT_EQ(result.status, 0) << result.out;
  EXPECT_THAT(result.out, HasSubstr("uprobe:" WORK_PROGRAM ":do_work: " WORK_PROGRAM "+0x"));
  EXPECT_THAT(result.out, HasSubstr("interval:us:1000\n"));
  EXPECT_EQ(result.err, "");
}

TEST(ToolKinds, ListsWhatIsMissing) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("kinds", {"--probes", WORK_PROGRAM, "no_work"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr(":no_work: no: " WORK_PROGRAM " has no function 'no_work'\n"));
}

}  // namespace
}  // namespace bpftracec::rt
