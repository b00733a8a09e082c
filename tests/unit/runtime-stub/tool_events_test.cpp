// A tool's life on the real kernel: BEGIN, events, exit, END, and what ends it.
#include <filesystem>
#include <fstream>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run_tool.h"

namespace bpftracec::rt {
namespace {

using testing::HasSubstr;
using testing::Not;

bool is_on_a_command_line(const std::string& text) {
  for (const auto& process : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(process.path() / "cmdline");
    const std::string line{std::istreambuf_iterator<char>(file), {}};
    if (line.find(text) != std::string::npos) return true;
  }
  return false;
}

// So many ticks that only something else ends the tool.
const std::string kForever = "1000000000";

TEST(ToolEvents, ExitEndsTheRunInOrder) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("life", {"3", "7", "20"});
  EXPECT_EQ(result.status, 7);
  EXPECT_EQ(
      result.out,
      "begin 3\ncpid 0\npid 0\nbegin -2\ntick 1\ntick 2\ntick 3\ntick -1\nend 1\nend 2\n\n\n");
  EXPECT_EQ(result.err, "Attached 5 probes\n");
}

TEST(ToolEvents, ExitCodeIsModulo256) {
  SKIP_WITHOUT_BPF();
  EXPECT_EQ(run_tool("life", {"1", "258", "1"}).status, 2);
  EXPECT_EQ(run_tool("life", {"--", "1", "-1", "1"}).status, 255);
}

TEST(ToolEvents, QuietSaysNothing) {
  SKIP_WITHOUT_BPF();
  EXPECT_EQ(run_tool("life", {"-q", "1", "0", "1"}).err, "");
}

TEST(ToolEvents, JsonLines) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("life", {"-f", "json", "1", "0", "20"});
  EXPECT_THAT(result.out, HasSubstr(R"({"type": "printf", "data": "tick 1\n"})"));
  EXPECT_THAT(result.out, HasSubstr(R"("type": "attached_probes")"));
  EXPECT_EQ(result.err, "");
}

TEST(ToolEvents, SignalsEndTheTracing) {
  SKIP_WITHOUT_BPF();
  for (const int number : {SIGINT, SIGTERM}) {
    RunningTool tool("life", {kForever, "9", "20"});
    ASSERT_TRUE(tool.wait_until_attached());
    ASSERT_TRUE(tool.wait_for_output("tick 1"));
    tool.signal(number);
    tool.signal(number);  // as `timeout` does
    const ToolResult result = tool.finish();
    EXPECT_EQ(result.status, 0) << number;
    EXPECT_THAT(result.out, HasSubstr("end 1\nend 2\n"));
  }
}

TEST(ToolEvents, CommandIsReleasedWhenAllIsAttachedAndEndsTheRun) {
  SKIP_WITHOUT_BPF();
  const std::filesystem::path folder = std::filesystem::temp_directory_path() /
                                       ("command-" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  const std::string script = folder / "a script";
  std::ofstream(script) << "#!/bin/sh\necho \"$$ $1\" > '" << (folder / "seen").string()
                        << "'\nsleep 0.1\nexit 3\n";
  chmod(script.c_str(), 0755);

  const ToolResult result = run_tool("life",
                                     {"-c", "'" + script + "' \"one word\"", kForever, "9", "10"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("tick 2"));
  EXPECT_THAT(result.out, HasSubstr("end 2"));
  std::string pid;
  std::string rest;
  std::ifstream seen(folder / "seen");
  seen >> pid;
  std::getline(seen, rest);
  EXPECT_EQ(rest, " one word");
  EXPECT_THAT(result.out, HasSubstr("cpid " + pid + "\n"));
  std::filesystem::remove_all(folder);
}

TEST(ToolEvents, CommandThatStillRunsIsEnded) {
  SKIP_WITHOUT_BPF();
  RunningTool tool("life", {"-c", "sleep 1000", "2", "5", "20"});
  ASSERT_TRUE(tool.wait_until_attached());
  const ToolResult result = tool.finish();
  EXPECT_EQ(result.status, 5);
  const size_t at = result.out.find("cpid ");
  ASSERT_NE(at, std::string::npos);
  const pid_t child = std::stoi(result.out.substr(at + 5));
  EXPECT_NE(kill(child, 0), 0) << child;
}

// The load fails, long after the command's process was made: that one has the tool's name still.
TEST(ToolEvents, CommandIsNotLeftBehindWhenTheToolFails) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("count", {"-c", "sleep 98765"},
                                     {{"BPFTRACE_MAX_MAP_KEYS", "0xffffffff"}});
  EXPECT_EQ(result.status, 1) << result.err;
  EXPECT_THAT(result.err, HasSubstr("ERROR: the kernel does not make the map @: "));
  EXPECT_THAT(result.err, HasSubstr("HINT: make maps smaller: BPFTRACE_MAX_MAP_KEYS"));
  EXPECT_FALSE(is_on_a_command_line("sleep 98765"));
}

TEST(ToolEvents, EndsWithTheTracedProcess) {
  SKIP_WITHOUT_BPF();
  const pid_t process = fork();
  if (process == 0) {
    pause();
    _exit(0);
  }
  RunningTool tool("life", {"-p", std::to_string(process), kForever, "9", "20"});
  EXPECT_TRUE(tool.wait_until_attached());
  kill(process, SIGKILL);
  waitpid(process, nullptr, 0);
  const ToolResult result = tool.finish();
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("pid " + std::to_string(process) + "\n"));
  EXPECT_THAT(result.out, HasSubstr("end 2"));
}

TEST(ToolEvents, OutputGoesToAFile) {
  SKIP_WITHOUT_BPF();
  const std::string path = std::filesystem::temp_directory_path() /
                           ("output-" + std::to_string(getpid()));
  std::ofstream(path) << std::string(10'000, 'x');
  const ToolResult result = run_tool("life", {"-o", path, "1", "0", "20"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "");
  std::ifstream file(path);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(content, testing::StartsWith("begin 3\n"));
  EXPECT_THAT(content, Not(HasSubstr("x")));
  std::filesystem::remove(path);
}

TEST(ToolEvents, DryRunOnlyLoads) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("life",
                                     {"--dry-run", "-c", "touch /no/such/folder/x", "1", "1", "1"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "");
}

TEST(ToolEvents, VerboseTellsOfChoicesAndTimes) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("count", {"-v", "--dry-run"});
  EXPECT_THAT(result.err, HasSubstr("map @: 4096 entries"));
  EXPECT_THAT(result.err, testing::ContainsRegex("time: load: [0-9.]+ ms"));
}

// Memory for new keys on demand is for programs that run with interrupts on.
TEST(ToolEvents, MapsAreAllocatedAsTheProgramsNeed) {
  SKIP_WITHOUT_BPF();
  const ToolResult kinds = run_tool("kinds", {"-v", "--dry-run", WORK_PROGRAM, "do_work"});
  EXPECT_THAT(kinds.err, HasSubstr("map @hits: 4096 entries, allocated at start"));
  const ToolResult count = run_tool("count", {"-v", "--dry-run"});
  EXPECT_THAT(count.err,
              testing::ContainsRegex("map @: 4096 entries, allocated (on demand|at start)"));
}

TEST(ToolEvents, MapKeysOfTheEnvironment) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("count", {"-v", "--dry-run"},
                                     {{"BPFTRACE_MAX_MAP_KEYS", "1e3"}});
  EXPECT_THAT(result.err, HasSubstr("map @: 1000 entries"));
}

}  // namespace
}  // namespace bpftracec::rt
