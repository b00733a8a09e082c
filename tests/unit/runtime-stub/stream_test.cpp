#include "stream.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace bpftracec::rt {
namespace {

Text text_of(const std::string& text) { return {text.data(), static_cast<uint32_t>(text.size())}; }

// Both ends of something, and what the tool has been told: to end.
class StalledReader : public testing::TestWithParam<bool> {
 protected:
  StalledReader() {
    const bool is_socket = GetParam();
    const int error = is_socket ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_)
                                : pipe2(ends_, O_CLOEXEC);
    EXPECT_EQ(error, 0);
  }
  ~StalledReader() override {
    for (const int fd : {ends_[0], ends_[1], told_to_end_}) {
      close(fd);
    }
  }

  int ends_[2] = {-1, -1};
  int told_to_end_ = eventfd(1, EFD_CLOEXEC);
  const std::string much_ = std::string(4'000'000, 'x');
};

TEST_P(StalledReader, IsNotWaitedForOnceTheToolIsToEnd) {
  Stream stream(ends_[1]);
  stream.give_up_after(told_to_end_);
  EXPECT_EQ(stream.write(text_of(much_)), ETIMEDOUT);
  EXPECT_TRUE(stream.has_failed());
  // And never again.
  EXPECT_EQ(stream.write(text_of(much_)), 0);
}

TEST_P(StalledReader, GetsWhatThereIsRoomFor) {
  Stream stream(ends_[1]);
  stream.give_up_after(told_to_end_);
  EXPECT_EQ(stream.write("some"), 0);
  char got[8] = "";
  EXPECT_EQ(read(ends_[0], got, sizeof got), 4);
  EXPECT_STREQ(got, "some");
}

TEST_P(StalledReader, SharesAFileDescriptionThatStaysAsItIs) {
  const int before = fcntl(ends_[1], F_GETFL);
  Stream stream(ends_[1]);
  EXPECT_EQ(stream.write("some"), 0);
  EXPECT_EQ(fcntl(ends_[1], F_GETFL), before);
}

INSTANTIATE_TEST_SUITE_P(Stream, StalledReader, testing::Bool(),
                         [](const auto& is_socket) { return is_socket.param ? "Socket" : "Pipe"; });

TEST(Stream, WaitsForASlowReader) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const int told_to_end = eventfd(1, EFD_CLOEXEC);
  const std::string much(300'000, 'x');
  const pid_t writer = fork();
  if (writer == 0) {
    Stream stream(ends[1]);
    stream.give_up_after(told_to_end);
    _exit(stream.write(text_of(much)) == 0 ? 0 : 1);
  }
  close(ends[1]);
  std::string all;
  char bytes[60'000];
  for (ssize_t got; (got = read(ends[0], bytes, sizeof bytes)) > 0;) {
    all.append(bytes, static_cast<size_t>(got));
    usleep(10'000);
  }
  EXPECT_EQ(all, much);
  int status = -1;
  waitpid(writer, &status, 0);
  EXPECT_EQ(status, 0);
  close(ends[0]);
  close(told_to_end);
}

}  // namespace
}  // namespace bpftracec::rt
