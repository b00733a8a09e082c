#include "bpftracec/rt/output.h"

#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/wait.h>

#include <gtest/gtest.h>

#include "tests/unit/runtime-stub/stub_fixture.h"

namespace bpftracec::rt {
namespace {

TEST(Output, WritesEachMessageAtOnceWithoutBuffering) {
  MemoryFile file;
  Stream out(file.fd());
  Stream errors(STDERR_FILENO);
  Output output(out, errors, OutputMode::Text, Buffering::None);
  output.message("printf", "a");
  EXPECT_EQ(file.content(), "a");
}

TEST(Output, WritesWholeLinesWhenAskedTo) {
  MemoryFile file;
  Stream out(file.fd());
  Stream errors(STDERR_FILENO);
  Output output(out, errors, OutputMode::Text, Buffering::Line);
  output.message("printf", "one\ntwo");
  EXPECT_EQ(file.content(), "");
  output.flush_lines();
  EXPECT_EQ(file.content(), "one\n");
  output.message("printf", "\n");
  output.flush_lines();
  EXPECT_EQ(file.content(), "one\ntwo\n");
  output.message("printf", "end");
  output.flush_lines();
  EXPECT_EQ(file.content(), "one\ntwo\n");
  output.flush();
  EXPECT_EQ(file.content(), "one\ntwo\nend");
}

TEST(Output, FullBufferingWaitsForMuch) {
  MemoryFile file;
  Stream out(file.fd());
  Stream errors(STDERR_FILENO);
  Output output(out, errors, OutputMode::Text, Buffering::Full);
  output.message("printf", "line\n");
  output.flush_lines();
  EXPECT_EQ(file.content(), "");
  const std::string much(40000, 'x');
  output.message("printf", {much.data(), static_cast<uint32_t>(much.size())});
  EXPECT_EQ(file.content(), "line\n" + much);
}

TEST(Output, ReportsAFullDiskOnceAndGoesOn) {
  testing::internal::CaptureStderr();
  int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  Stream out(full);
  Stream errors(STDERR_FILENO);
  Output output(out, errors, OutputMode::Text, Buffering::None);
  output.message("printf", "a");
  EXPECT_TRUE(output.has_failed());
  output.message("printf", "b");
  close(full);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "ERROR: cannot write the output: No space left on device\n");
}

TEST(Output, ReportsAReaderThatWentAway) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  close(ends[0]);
  auto* old = signal(SIGPIPE, SIG_IGN);
  testing::internal::CaptureStderr();
  Stream out(ends[1]);
  Stream errors(STDERR_FILENO);
  Output output(out, errors, OutputMode::Text, Buffering::None);
  output.message("printf", "a");
  EXPECT_TRUE(output.has_failed());
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "ERROR: cannot write the output: Broken pipe\n");
  signal(SIGPIPE, old);
  close(ends[1]);
}

TEST(Output, WaitsForAReaderWithANonBlockingPipe) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  pid_t reader = fork();
  if (reader == 0) {
    fcntl(ends[0], F_SETFL, 0);
    close(ends[1]);
    usleep(20000);
    char bytes[4096];
    size_t total = 0;
    ssize_t got;
    while ((got = read(ends[0], bytes, sizeof bytes)) != 0)
      total += got > 0 ? static_cast<size_t>(got) : 0;
    _exit(total == 300000 ? 0 : 1);
  }
  close(ends[0]);
  {
    Stream out(ends[1]);
    Stream errors(STDERR_FILENO);
    Output output(out, errors, OutputMode::Text, Buffering::Full);
    const std::string much(300000, 'x');
    output.message("printf", {much.data(), static_cast<uint32_t>(much.size())});
    EXPECT_FALSE(output.has_failed());
  }
  close(ends[1]);
  int status = -1;
  waitpid(reader, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(Output, TextModeSpeaksOfItselfOnStderr) {
  TestTool tool;
  tool.output.attached_probes(1);
  tool.output.attached_probes(3);
  tool.output.lost_events(99796);
  tool.output.total_lost_events(7);
  EXPECT_EQ(tool.take_messages(),
            "Attached 1 probe\nAttached 3 probes\nLost 99796 events\n"
            "WARNING: Total lost event count: 7\n");
  EXPECT_EQ(tool.written(), "");
}

TEST(Output, JsonModeSpeaksOfItselfInObjects) {
  TestTool tool(OutputMode::Json);
  tool.output.attached_probes(3);
  tool.output.lost_events(5);
  tool.output.total_lost_events(5);
  EXPECT_EQ(tool.take_messages(), "WARNING: Total lost event count: 5\n");
  EXPECT_EQ(tool.written(),
            "{\"type\": \"attached_probes\", \"count\": 3, \"data\": {\"probes\": 3}}\n"
            "{\"type\": \"lost_events\", \"count\": 5, \"data\": {\"events\": 5}}\n");
}

}  // namespace
}  // namespace bpftracec::rt
