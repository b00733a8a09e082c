#include "bpftracec/base/subprocess.h"

#include <csignal>
#include <cstdlib>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "bpftracec/base/temporary_directory.h"

namespace bpftracec::base {
namespace {

using Arguments = std::vector<std::string>;

TEST(Subprocess, CollectsBothStreamsAndTheStatus) {
  auto output = run_process(Arguments{"sh", "-c", "echo out; echo err >&2; exit 7"});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->standard_output, "out\n");
  EXPECT_EQ(output->standard_error, "err\n");
  EXPECT_EQ(output->exit_status, 7);
  EXPECT_FALSE(output->succeeded());
  EXPECT_EQ(output->status_text(), "exit status 7");
}

TEST(Subprocess, ArgumentsReachTheProgramAsTheyAre) {
  auto output = run_process(Arguments{"printf", "%s|%s", "a b; $(c) 'd\" *", ""});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->standard_output, "a b; $(c) 'd\" *|");
}

TEST(Subprocess, ManyBytesOnBothStreamsDoNotBlock) {
  auto output = run_process(
      Arguments{"sh", "-c", "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2"});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->standard_output.size(), 1'000'000U);
  EXPECT_EQ(output->standard_error.size(), 1'000'000U);
}

TEST(Subprocess, StandardInputIsEmpty) {
  auto output = run_process(Arguments{"cat"});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->standard_output, "");
}

TEST(Subprocess, ASignalIsTold) {
  auto output = run_process(Arguments{"sh", "-c", "kill -KILL $$"});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->termination_signal, SIGKILL);
  EXPECT_EQ(output->status_text(), "killed by signal 9 (Killed)");
}

TEST(Subprocess, AMissingCommandIsAnError) {
  auto output = run_process(Arguments{"no-such-command-anywhere"});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().message, "command not found: 'no-such-command-anywhere'");
  EXPECT_EQ(run_process(Arguments{"/dev/null"}).error().message,
            "cannot run '/dev/null': Permission denied");
}

TEST(Subprocess, VariablesComeBesidesOursOrInPlaceOfOurs) {
  ASSERT_EQ(::setenv("BPFTRACEC_TEST_A", "ours", 1), 0);
  ASSERT_EQ(::setenv("BPFTRACEC_TEST_AB", "ours, too", 1), 0);
  const Arguments variables = {"BPFTRACEC_TEST_A=1=2", "BPFTRACEC_TEST_C="};
  auto output = run_process(Arguments{"sh", "-c", "env | grep ^BPFTRACEC_TEST_ | sort"},
                            {.variables = variables});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->standard_output,
            "BPFTRACEC_TEST_A=1=2\nBPFTRACEC_TEST_AB=ours, too\nBPFTRACEC_TEST_C=\n");
}

volatile std::sig_atomic_t handled_signal = 0;

class Interrupted : public testing::Test {
 protected:
  Interrupted() {
    handled_signal = 0;
    // NOLINTNEXTLINE(cert-err33-c): the old handler is the default one
    std::signal(SIGTERM, [](int signal) { handled_signal = signal; });
  }
  // NOLINTNEXTLINE(cert-err33-c): as it was
  ~Interrupted() override { std::signal(SIGTERM, SIG_DFL); }

  std::string file() const { return directory_->file("file"); }
  bool file_exists() const { return ::access(file().c_str(), F_OK) == 0; }

  // Runs what sends the signal to us, its parent.
  static Result<ProcessOutput> run_shell(const std::string& program) {
    DeferredSignals signals;
    auto output = run_process(Arguments{"sh", "-c", program}, {.signals = &signals});
    EXPECT_EQ(handled_signal, 0) << "the signal did not wait";
    return output;
  }

 private:
  Result<TemporaryDirectory> directory_ = TemporaryDirectory::create(testing::TempDir());
};

TEST_F(Interrupted, TheChildEndsAndTheSignalIsDeliveredAfterwards) {
  auto output = run_shell("kill -TERM $PPID; exec sleep 60");
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().message, "interrupted while running 'sh'");
  EXPECT_EQ(handled_signal, SIGTERM);
}

TEST_F(Interrupted, WhatTheChildHasStartedEndsWithIt) {
  EXPECT_FALSE(run_shell("(kill -TERM $PPID; sleep 2; echo >" + file() + ") & wait"));
  EXPECT_FALSE(file_exists());
}

TEST_F(Interrupted, WhatTheChildHasStartedIsGoneWhenItReturns) {
  EXPECT_FALSE(run_shell("(trap '' TERM; kill -TERM $PPID; sleep 0.3; echo >" + file() +
                         ") & exec sleep 60"));
  EXPECT_TRUE(file_exists());
}

// As for nohup, or a job that a script runs in the background.
TEST_F(Interrupted, AnIgnoredSignalStaysIgnored) {
  // NOLINTNEXTLINE(cert-err33-c): known
  std::signal(SIGTERM, SIG_IGN);
  auto output = run_shell("kill -TERM $PPID; echo done");
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(output->standard_output, "done\n");
}

}  // namespace
}  // namespace bpftracec::base
