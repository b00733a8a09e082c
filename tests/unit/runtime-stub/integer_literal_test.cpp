#include "integer_literal.h"

#include <optional>

#include <gtest/gtest.h>

#include "parameters.h"

namespace bpftracec::rt {
namespace {

std::optional<int64_t> parse(const char* text) {
  int64_t value = 0;
  if (!parse_integer(text_of(text), value)) return std::nullopt;
  return value;
}

TEST(IntegerLiteral, PlainForms) {
  EXPECT_EQ(parse("0"), 0);
  EXPECT_EQ(parse("42"), 42);
  EXPECT_EQ(parse("1_000_000"), 1'000'000);
  EXPECT_EQ(parse("0755"), 493);
  EXPECT_EQ(parse("0x1F"), 31);
  EXPECT_EQ(parse("0Xff_ff"), 65535);
  EXPECT_EQ(parse("0b101"), 5);
  EXPECT_EQ(parse("10ull"), 10);
  EXPECT_EQ(parse("10U"), 10);
}

TEST(IntegerLiteral, Exponents) {
  EXPECT_EQ(parse("1e6"), 1'000'000);
  EXPECT_EQ(parse("9E3"), 9'000);
  EXPECT_EQ(parse("12e3"), std::nullopt);
  EXPECT_EQ(parse("1e"), std::nullopt);
  EXPECT_EQ(parse("1e01"), std::nullopt);
  EXPECT_EQ(parse("1e20"), std::nullopt);
  EXPECT_EQ(parse("1e3s"), std::nullopt);
}

TEST(IntegerLiteral, DurationsAreNanoseconds) {
  EXPECT_EQ(parse("7ns"), 7);
  EXPECT_EQ(parse("5us"), 5'000);
  EXPECT_EQ(parse("5ms"), 5'000'000);
  EXPECT_EQ(parse("5s"), 5'000'000'000);
  EXPECT_EQ(parse("1m"), 60'000'000'000);
  EXPECT_EQ(parse("2h"), 7'200'000'000'000);
  EXPECT_EQ(parse("1d"), 86'400'000'000'000);
  EXPECT_EQ(parse("999999999999d"), std::nullopt);
}

TEST(IntegerLiteral, SignsAndLimits) {
  EXPECT_EQ(parse("-5"), -5);
  EXPECT_EQ(parse("+5"), 5);
  EXPECT_EQ(parse("-5s"), -5'000'000'000);
  EXPECT_EQ(parse("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(parse("-9223372036854775809"), std::nullopt);
  EXPECT_EQ(parse("18446744073709551615"), -1);
  EXPECT_EQ(parse("18446744073709551616"), std::nullopt);
}

TEST(IntegerLiteral, AnythingElseIsText) {
  for (const char* text : {"", "-", "+", "abc", "5x", "0x", "0b", "0b2", "08", "5_", "_5", "1__0",
                           "5 ", " 5", "1.5", "--5", "0x10s", "5ss"}) {
    EXPECT_EQ(parse(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace bpftracec::rt
