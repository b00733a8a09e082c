#include "bpftracec/base/arena.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "bpftracec/base/quoted.h"

namespace bpftracec::base {
namespace {

struct Pair {
  char first;
  uint64_t second;
};

TEST(Arena, KeepsValuesWhereTheyAre) {
  Arena arena;
  std::vector<const Pair*> pairs;
  pairs.reserve(100'000);
  for (uint64_t i = 0; i < 100'000; ++i) pairs.push_back(arena.make<Pair>('x', i));
  for (uint64_t i = 0; i < pairs.size(); ++i) ASSERT_EQ(pairs[i]->second, i);
}

TEST(Arena, AlignsEachType) {
  Arena arena;
  for (int i = 0; i < 100; ++i) {
    arena.make<char>('c');
    EXPECT_EQ(reinterpret_cast<uintptr_t>(arena.make<uint64_t>(1U)) % alignof(uint64_t), 0U);
  }
}

TEST(Arena, CopiesOutliveTheirOriginals) {
  Arena arena;
  std::span<const int> numbers;
  std::string_view text;
  {
    numbers = arena.copy(std::vector<int>{1, 2, 3});
    text = arena.copy(
        std::string_view(std::string("a long enough text not to be stored in place")));
  }
  EXPECT_EQ(std::vector<int>(numbers.begin(), numbers.end()), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(text, "a long enough text not to be stored in place");
}

TEST(Arena, TakesMoreThanABlock) {
  Arena arena;
  std::string large(1'000'000, 'x');
  EXPECT_EQ(arena.copy(std::string_view(large)), large);
}

TEST(Arena, EmptyCopiesAreEmpty) {
  Arena arena;
  EXPECT_TRUE(arena.copy(std::vector<int>{}).empty());
  EXPECT_TRUE(arena.copy(std::string_view()).empty());
}

TEST(Quoted, ShowsAnyByteAsPrintableAscii) {
  EXPECT_EQ(quoted("a\"b\\c\n\t\r"), R"("a\"b\\c\n\t\x0d")");
  EXPECT_EQ(quoted(std::string_view("\0\xff", 2)), R"("\x00\xff")");
}

}  // namespace
}  // namespace bpftracec::base
