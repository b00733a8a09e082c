#include "usdt_notes.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace bpftracec::rt {
namespace {

struct Marker {
  std::string name;
  std::string arguments;
  uint64_t offset;
  uint64_t semaphore;
};

std::vector<Marker> read(const char* path) {
  std::vector<Marker> markers;
  ElfFile file;
  Failure failure;
  if (!file.open(path, failure)) return markers;
  for_each_marker(
      file,
      [](const UsdtMarker& marker, void* context) {
        static_cast<std::vector<Marker>*>(context)->push_back(
            {std::string(marker.provider) + ":" + marker.name, marker.arguments, marker.offset,
             marker.semaphore});
      },
      &markers);
  return markers;
}

TEST(UsdtNotes, TellWhereMarkersAre) {
  const std::vector<Marker> markers = read(MARKERS_PROGRAM);
  ASSERT_GE(markers.size(), 5U);
  EXPECT_EQ(markers.front().name, "demo:registers");
  EXPECT_GT(markers.front().offset, 0U);
  EXPECT_EQ(markers.front().semaphore, 0U);
  EXPECT_FALSE(markers.front().arguments.empty());
  EXPECT_EQ(markers.back().name, "demo:guarded");
  EXPECT_GT(markers.back().semaphore, 0U);
}

TEST(UsdtNotes, AreNotInEveryProgram) {
  EXPECT_TRUE(read(WORK_PROGRAM).empty());
  EXPECT_TRUE(read("/proc/self/cmdline").empty());
  EXPECT_TRUE(read("/no/such/file").empty());
}

// Files come from the target. Any byte of the notes may be wrong.
TEST(UsdtNotes, BrokenOnesAreHarmless) {
  std::ifstream file(MARKERS_PROGRAM, std::ios::binary);
  std::string whole{std::istreambuf_iterator<char>(file), {}};
  const std::string path = std::filesystem::temp_directory_path() /
                           ("broken-notes-" + std::to_string(getpid()));
  const size_t notes = whole.find("stapsdt");
  ASSERT_NE(notes, std::string::npos);
  for (size_t at = notes - 12; at < notes + 200; ++at) {
    for (const char wrong : {'\xff', '\0', '\x40'}) {
      std::string broken = whole;
      broken[at] = wrong;
      std::ofstream(path, std::ios::binary) << broken;
      read(path.c_str());
    }
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace bpftracec::rt
