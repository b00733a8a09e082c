#include "elf_symbols.h"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

#include "find_binary.h"

namespace bpftracec::rt {
namespace {

std::string find(const char* name, uint32_t pid = 0) {
  Failure failure;
  char* path = find_binary(name, pid, failure);
  if (path == nullptr) return std::string("error: ") + failure.message();
  std::string copy = path;
  free(path);
  return copy;
}

TEST(FindBinary, PathsAreTakenAsTheyAre) {
  EXPECT_EQ(find(WORK_PROGRAM), WORK_PROGRAM);
  EXPECT_EQ(find("/no/such/file"), "error: there is no file '/no/such/file' that can be read");
  EXPECT_EQ(find("/tmp"), "error: there is no file '/tmp' that can be read");
}

TEST(FindBinary, NamesAreLookedUp) {
  EXPECT_TRUE(find("sh").ends_with("/sh"));
  EXPECT_NE(find("libc").find("/libc.so.6"), std::string::npos);
  EXPECT_NE(find("libc.so.6").find("/libc.so.6"), std::string::npos);
  EXPECT_EQ(find("no-such-program"), "error: there is no file 'no-such-program' that can be read");
}

TEST(FindBinary, OfAProcess) {
  const auto self = static_cast<uint32_t>(getpid());
  EXPECT_EQ(find("", self), "/proc/" + std::to_string(self) + "/exe");
  EXPECT_EQ(find(""), "error: the probe names no file");
  EXPECT_EQ(find(WORK_PROGRAM, self), "/proc/" + std::to_string(self) + "/root" WORK_PROGRAM);
}

TEST(ElfSymbols, OffsetsAreThoseOfTheCode) {
  FunctionPlace place;
  Failure failure;
  ASSERT_TRUE(find_function("/proc/self/exe", "main", place, failure)) << failure.message();
  EXPECT_GT(place.offset, 0U);
  EXPECT_FALSE(place.is_indirect);
}

TEST(ElfSymbols, DynamicSymbolsOfLibraries) {
  FunctionPlace place;
  Failure failure;
  const std::string libc = find("libc");
  ASSERT_TRUE(find_function(libc.c_str(), "malloc", place, failure)) << failure.message();
  EXPECT_GT(place.size, 0U);
#if defined(__x86_64__)
  ASSERT_TRUE(find_function(libc.c_str(), "memcpy", place, failure)) << failure.message();
  EXPECT_TRUE(place.is_indirect);
#endif
}

TEST(ElfSymbols, FaultsAreNamed) {
  FunctionPlace place;
  Failure failure;
  EXPECT_FALSE(find_function(WORK_PROGRAM, "do_wrk", place, failure));
  EXPECT_STREQ(failure.message(), WORK_PROGRAM " has no function 'do_wrk'");
  EXPECT_STREQ(failure.hint_text(), "did you mean do_work?");
  EXPECT_FALSE(find_function("/proc/self/cmdline", "main", place, failure));
  EXPECT_STREQ(failure.message(), "/proc/self/cmdline is no ELF file");
}

// Files come from the target: a broken one must be an error, not a crash.
TEST(ElfSymbols, EveryCutFileIsHarmless) {
  std::ifstream file(WORK_PROGRAM, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  const std::string path = std::filesystem::temp_directory_path() /
                           ("cut-" + std::to_string(getpid()));
  for (size_t length = 0; length < whole.size(); length += 97) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(whole.data(), static_cast<std::streamsize>(length));
    FunctionPlace place;
    Failure failure;
    find_function(path.c_str(), "do_work", place, failure);
  }
  std::filesystem::remove(path);
  SUCCEED();
}

}  // namespace
}  // namespace bpftracec::rt
