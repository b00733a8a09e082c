// One binary, targets whose events have other layouts.
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run_tool.h"

namespace bpftracec::rt {
namespace {

using testing::HasSubstr;

constexpr const char* kReal = "/sys/kernel/tracing/events/sched/sched_process_exit";

class ToolRelocation : public testing::Test {
 protected:
  ToolRelocation() {
    std::filesystem::create_directories(event_);
    // The event is the kernel's; only its description is ours.
    std::ofstream(event_ / "id") << std::ifstream(std::string(kReal) + "/id").rdbuf();
  }
  ~ToolRelocation() override { std::filesystem::remove_all(root_); }

  ToolResult trace(const std::string& format, const std::vector<std::string>& more = {}) {
    std::ofstream(event_ / "format") << format;
    std::vector<std::string> arguments = {"-c", WORK_PROGRAM " 1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_tool("fields", arguments, {{"BPFTRACE_TRACEFS", root_.string()}});
  }

  std::filesystem::path root_ = std::filesystem::temp_directory_path() /
                                ("tracefs-" + std::to_string(getpid()));
  std::filesystem::path event_ = root_ / "events" / "sched" / "sched_process_exit";
};

TEST_F(ToolRelocation, KernelsOwnLayout) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("fields", {"-c", WORK_PROGRAM " 1"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, testing::ContainsRegex("work pid [1-9][0-9]* prio 120\n"));
}

// The same binary, where the description says that the fields have changed places.
TEST_F(ToolRelocation, OffsetsAreTheTargets) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = trace(
      "\tfield:char comm[12];\toffset:12;\tsize:12;\tsigned:0;\n"
      "\tfield:int pid;\toffset:28;\tsize:4;\tsigned:1;\n"
      "\tfield:int prio;\toffset:8;\tsize:4;\tsigned:1;\n");
  EXPECT_EQ(result.status, 0) << result.err;
  // "work" as a little-endian number is 0x6b726f77.
  EXPECT_THAT(result.out, HasSubstr(" pid 120 prio 1802661751\n"));
}

TEST_F(ToolRelocation, SizesAreTheTargets) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = trace(
      "\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;\n"
      "\tfield:u8 pid;\toffset:28;\tsize:1;\tsigned:0;\n"
      "\tfield:unsigned short prio;\toffset:28;\tsize:2;\tsigned:0;\n");
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("work pid 120 prio 120\n"));
}

TEST_F(ToolRelocation, MissingFieldIsAnError) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = trace(
      "\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;\n"
      "\tfield:int pid;\toffset:24;\tsize:4;\tsigned:1;\n");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err,
              HasSubstr("ERROR: cannot attach tracepoint:sched:sched_process_exit: this "
                        "kernel's event sched:sched_process_exit has no field 'prio'\n"));
}

TEST_F(ToolRelocation, GarbageIsAnError) {
  SKIP_WITHOUT_BPF();
  for (const char* format : {"", "\n\n;;;:::", "\tfield:int pid;\toffset:4294967295;\tsize:4;"}) {
    const ToolResult result = trace(format);
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("has no field"));
  }
}

TEST_F(ToolRelocation, TypesOfAFileAreAddedTo) {
  SKIP_WITHOUT_BPF();
  const ToolResult result = run_tool("fields",
                                     {"--btf", "/sys/kernel/btf/vmlinux", "-c", WORK_PROGRAM " 1"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("prio 120\n"));
}

}  // namespace
}  // namespace bpftracec::rt
