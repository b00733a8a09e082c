// What a tool says when it cannot trace, and that it leaves nothing attached.
#include <filesystem>
#include <future>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run_tool.h"

namespace bpftracec::rt {
namespace {

using testing::HasSubstr;

TEST(ToolFailures, FunctionThatIsNotThere) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("kinds", {WORK_PROGRAM, "do_wrk"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "ERROR: cannot attach uprobe:" WORK_PROGRAM ":do_wrk: " WORK_PROGRAM
                        " has no function 'do_wrk'\nHINT: did you mean do_work?\n");
  EXPECT_EQ(result.out, "");
}

TEST(ToolFailures, MissingProbesMayBeAllowed) {
  SKIP_WITHOUT_BPF();
  for (const char* setting : {"warn", "ignore"}) {
    RunningTool tool("kinds", {WORK_PROGRAM, "do_wrk"}, {{"BPFTRACE_MISSING_PROBES", setting}});
    ASSERT_TRUE(tool.wait_until_attached());
    tool.signal(SIGINT);
    const ToolResult result = tool.finish();
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.err, HasSubstr("Attached 7 probes\n"));
    const bool warns = result.err.find("WARNING: cannot attach uprobe:") != std::string::npos;
    EXPECT_EQ(warns, std::string(setting) == "warn") << result.err;
  }
}

TEST(ToolFailures, MissingParameterOfAProbe) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("kinds", {WORK_PROGRAM});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("ERROR: uprobe:$1:$2: parameter $2 is missing\n"));
}

TEST(ToolFailures, TracefsThatIsNotThere) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("fields", {}, {{"BPFTRACE_TRACEFS", "/no/such/folder"}});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err,
            "ERROR: cannot attach tracepoint:sched:sched_process_exit: tracefs, which lists the "
            "kernel's events, is not mounted\n"
            "HINT: as root: mount -t tracefs tracefs /sys/kernel/tracing\n");
}

TEST(ToolFailures, EventThatIsNotThere) {
  SKIP_WITHOUT_BPF();
  const std::filesystem::path root = std::filesystem::temp_directory_path() /
                                     ("no-events-" + std::to_string(getpid()));
  const RunningTool::Environment environment = {{"BPFTRACE_TRACEFS", root}};
  constexpr const char* kStart = "ERROR: cannot attach tracepoint:sched:sched_process_exit: ";
  std::filesystem::create_directories(root / "events" / "shed");
  ToolResult result = run_tool("fields", {}, environment);
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, kStart + std::string("this kernel has no category of events 'sched'\n"
                                             "HINT: did you mean shed?\n"));

  std::filesystem::create_directories(root / "events" / "sched" / "sched_process_exec");
  result = run_tool("fields", {}, environment);
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, kStart + std::string("this kernel has no event 'sched_process_exit' in the "
                                             "category 'sched'\n"
                                             "HINT: did you mean sched:sched_process_exec?\n"));
  std::filesystem::remove_all(root);
}

TEST(ToolFailures, OutputThatCannotBeWritten) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("life", {"-o", "/no/such/folder/x", "1", "1", "1"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "ERROR: cannot write to /no/such/folder/x: No such file or directory\n");
}

TEST(ToolFailures, FullDiskEndsTheTool) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("life", {"-o", "/dev/full", "1000000000", "1", "1"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("No space left on device"));
}

TEST(ToolFailures, CommandThatIsNotThere) {
  SKIP_WITHOUT_BPF();
  ToolResult result = run_tool("life", {"-c", "no-such-command x", "1", "1", "1"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "ERROR: -c: the command 'no-such-command' is not in PATH\n");
  result = run_tool("life", {"-c", "/tmp", "1", "1", "1"});
  EXPECT_EQ(result.err, "ERROR: -c: /tmp is no program that can be run\n");
  result = run_tool("life", {"-c", "echo 'x", "1", "1", "1"});
  EXPECT_EQ(result.err, "ERROR: -c: a quote is not closed in 'echo 'x'\n");
}

TEST(ToolFailures, ProcessThatIsNotThere) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("life", {"-p", "4194304", "1", "1", "1"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "ERROR: there is no process 4194304\n");
}

TEST(ToolFailures, ThreadThatIsNoProcess) {
  SKIP_WITHOUT_BPF();
  std::promise<pid_t> id;
  std::promise<void> end;
  std::thread thread([&] {
    id.set_value(gettid());
    end.get_future().wait();
  });
  const std::string thread_id = std::to_string(id.get_future().get());
  const std::string process = std::to_string(getpid());
  const ToolResult result = run_tool("life", {"-p", thread_id, "1", "1", "1"});
  end.set_value();
  thread.join();
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "ERROR: " + thread_id + " is no process, but a thread of process " +
                            process + "\nHINT: -p " + process + " traces all of it\n");
}

TEST(ToolFailures, TypesThatCannotBeRead) {
  SKIP_WITHOUT_BPF();
  EXPECT_EQ(run_tool("fields", {"--btf", "/no/such/file"}).err,
            "ERROR: /no/such/file: No such file or directory\n");
  EXPECT_THAT(run_tool("fields", {"--btf", "/proc/self/cmdline"}).err,
              HasSubstr("ERROR: /proc/self/cmdline: no type information"));
}

TEST(ToolFailures, ProgramThatTheVerifierRefuses) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("refused", {"1", "sched_wakeup"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(
      result.err,
      testing::StartsWith("ERROR: the kernel refuses the program of rawtracepoint:sched_wakeup: "
                          "Permission denied\nHINT: the verifier says: "));
  EXPECT_THAT(result.err, testing::Not(HasSubstr("libbpf:")));
  const ToolResult verbose = run_tool("refused", {"-v", "1", "sched_wakeup"});
  EXPECT_THAT(verbose.err, HasSubstr("-- BEGIN PROG LOAD LOG --"));
}

TEST(ToolFailures, FunctionThatTheKernelDoesNotHave) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("refused", {"2", "sched_wakeup"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("does not have all functions that the script needs"));
}

TEST(ToolFailures, TracepointThatIsNotThere) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("refused", {"0", "sched_wakup"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err,
            "ERROR: cannot attach rawtracepoint:sched_wakup: this kernel has no tracepoint "
            "'sched_wakup'\nHINT: did you mean sched_wakeup?\n");
  const ToolResult listed = run_tool("refused", {"--probes", "0", "sched_wakup"});
  EXPECT_EQ(listed.status, 1);
  EXPECT_EQ(listed.out,
            "rawtracepoint:sched_wakup: no: this kernel has no tracepoint 'sched_wakup'\n");
  EXPECT_EQ(run_tool("refused", {"--probes", "0", "sched_wakeup"}).out,
            "rawtracepoint:sched_wakeup\n");
}

TEST(ToolFailures, WithoutPrivileges) {
  SKIP_WITHOUT_BPF();
  RunningTool tool("count", {}, {{"UNPRIVILEGED", "1"}});
  const ToolResult result = tool.finish();
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("HINT: run the tool as root"));
}

}  // namespace
}  // namespace bpftracec::rt
