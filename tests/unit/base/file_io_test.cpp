#include "bpftracec/base/file_io.h"

#include <csignal>
#include <filesystem>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "bpftracec/base/temporary_directory.h"

namespace bpftracec::base {
namespace {

namespace fs = std::filesystem;

class FileIo : public testing::Test {
 protected:
  std::string file(std::string_view name) const { return directory_->file(name); }
  size_t file_count() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(directory_->path()), fs::directory_iterator()));
  }

 private:
  Result<TemporaryDirectory> directory_ = TemporaryDirectory::create(fs::temp_directory_path());
};

TEST_F(FileIo, ReadsBackWhatWasWritten) {
  std::string content("any \0 byte \xff, and a lot", 23);
  content += std::string(200'000, 'x');
  ASSERT_TRUE(write_file(file("a"), content));
  EXPECT_EQ(*read_file(file("a")), content);
  EXPECT_EQ(file_count(), 1U);
}

TEST_F(FileIo, ReplacesAFileAsAWhole) {
  ASSERT_TRUE(write_file(file("a"), "a long content"));
  ASSERT_TRUE(write_file(file("a"), "short"));
  EXPECT_EQ(*read_file(file("a")), "short");
}

TEST_F(FileIo, ALinkStaysALink) {
  ASSERT_TRUE(write_file(file("target"), "old"));
  fs::create_symlink(file("target"), file("link"));
  ASSERT_TRUE(write_file(file("link"), "new"));
  EXPECT_TRUE(fs::is_symlink(file("link")));
  EXPECT_EQ(*read_file(file("target")), "new");
}

TEST_F(FileIo, FailuresSayWhatWasTriedAndLeaveNothing) {
  EXPECT_EQ(read_file(file("none")).error().message,
            "cannot open '" + file("none") + "': No such file or directory");
  EXPECT_FALSE(write_file(file("none/x"), "content"));
  fs::create_directory(file("directory"));
  EXPECT_FALSE(write_file(file("directory"), "content"));
  EXPECT_FALSE(write_file("/dev/full", "content"));
  EXPECT_EQ(file_count(), 1U);
}

TEST_F(FileIo, ADeviceIsWrittenNotReplaced) {
  ASSERT_TRUE(write_file("/dev/null", "content"));
  struct stat status{};
  ASSERT_EQ(::stat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
  EXPECT_FALSE(PendingFile::create("/dev/null")) << "it would be replaced by renaming";
}

TEST_F(FileIo, APendingFileAppearsOnlyWhenCommitted) {
  {
    auto pending = PendingFile::create(file("tool"));
    ASSERT_TRUE(pending);
    EXPECT_FALSE(fs::exists(file("tool")));
    EXPECT_EQ(file_count(), 1U);
  }
  EXPECT_EQ(file_count(), 0U);
  auto pending = PendingFile::create(file("tool"));
  ASSERT_TRUE(pending);
  ASSERT_TRUE(write_file(pending->temporary_path(), "content"));
  ASSERT_EQ(::chmod(pending->temporary_path().c_str(), 0755), 0);
  ASSERT_TRUE(pending->commit());
  EXPECT_EQ(::access(file("tool").c_str(), X_OK), 0);
}

TEST_F(FileIo, APendingFileTakesWithItWhatItsWriterLeft) {
  {
    auto pending = PendingFile::create(file("tool"));
    ASSERT_TRUE(pending);
    ASSERT_TRUE(write_file(pending->temporary_path(), "content"));
    ASSERT_TRUE(write_file(pending->temporary_path() + ".tmp1234", "half"));
    ASSERT_TRUE(pending->commit());
  }
  EXPECT_EQ(file_count(), 1U);
  EXPECT_TRUE(fs::is_regular_file(file("tool")));
}

// A process that does nothing but write is killed while it writes.
TEST_F(FileIo, ASignalLeavesNothingHalfWritten) {
  const std::string content(4'000'000, 'x');
  for (int round = 0; round < 20; ++round) {
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      while (write_file(file("a"), content)) {
      }
      ::_exit(1);
    }
    while (!fs::exists(file("a"))) ::usleep(100);
    ::usleep(static_cast<useconds_t>(500 * round));
    ::kill(pid, SIGTERM);
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    EXPECT_EQ(file_count(), 1U);
    EXPECT_EQ(fs::file_size(file("a")), content.size());
    fs::remove(file("a"));
  }
}

TEST_F(FileIo, ALongNameIsNoProblem) {
  std::string name(255, 'n');
  EXPECT_TRUE(write_file(file(name), "content"));
}

TEST(TemporaryDirectory, GoesWithAllThatIsInIt) {
  std::string path;
  {
    auto directory = TemporaryDirectory::create(fs::temp_directory_path());
    ASSERT_TRUE(directory);
    path = directory->path();
    fs::create_directories(directory->file("a/b"));
    ASSERT_TRUE(write_file(directory->file("a/b/c"), "content"));
  }
  EXPECT_FALSE(fs::exists(path));
  EXPECT_FALSE(TemporaryDirectory::create("/nonexistent"));
}

}  // namespace
}  // namespace bpftracec::base
