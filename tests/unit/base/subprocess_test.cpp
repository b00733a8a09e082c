#include "bpftracec/base/subprocess.h"

#include <csignal>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

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

volatile std::sig_atomic_t handled_signal = 0;

TEST(Subprocess, ADeferredSignalEndsTheChildAndIsDeliveredAfterwards) {
  // NOLINTNEXTLINE(cert-err33-c): the old handler is the default one
  std::signal(SIGTERM, [](int signal) { handled_signal = signal; });
  {
    DeferredSignals signals;
    // The child sends it to us, and then would sleep on.
    auto output = run_process(Arguments{"sh", "-c", "kill -TERM $PPID; exec sleep 60"}, &signals);
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().message, "interrupted while running 'sh'");
    EXPECT_EQ(handled_signal, 0);
  }
  EXPECT_EQ(handled_signal, SIGTERM);
  std::signal(SIGTERM, SIG_DFL);
}

}  // namespace
}  // namespace bpftracec::base
