#include "bpftracec/rt/buffer.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/runtime-stub/stub_fixture.h"

namespace bpftracec::rt {
namespace {

TEST(Buffer, AppendsNumbers) {
  Buffer buffer;
  for (int64_t value : {int64_t{0}, int64_t{-1}, INT64_MIN, INT64_MAX}) {
    buffer.append_signed(value);
    buffer.append(' ');
  }
  buffer.append_unsigned(UINT64_MAX);
  EXPECT_EQ(to_string(buffer),
            "0 -1 -9223372036854775808 9223372036854775807 18446744073709551615");
}

TEST(Buffer, AppendsHex) {
  Buffer buffer;
  buffer.append_hex(0);
  buffer.append(' ');
  buffer.append_hex(0x10);
  buffer.append(' ');
  buffer.append_hex(UINT64_MAX);
  EXPECT_EQ(to_string(buffer), "0 10 ffffffffffffffff");
}

TEST(Buffer, GrowsAndShrinksAtBothEnds) {
  Buffer buffer;
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    buffer.append("abc");
    expected += "abc";
  }
  buffer.insert_repeated(1, '-', 2);
  expected.insert(1, "--");
  buffer.remove_front(4);
  expected.erase(0, 4);
  buffer.truncate(100);
  expected.resize(100);
  EXPECT_EQ(to_string(buffer), expected);
  buffer.remove_front(100);
  EXPECT_TRUE(buffer.is_empty());
}

}  // namespace
}  // namespace bpftracec::rt
