#include <cstdio>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "bpftracec/rt/format.h"
#include "tests/unit/runtime-stub/stub_fixture.h"

namespace bpftracec::rt {
namespace {

// "%-5d" and its like, without length; the size kept is given apart.
FormatPiece piece_of(const std::string& spelling, const ValueType& type, uint32_t integer_size) {
  static std::string flags;
  FormatPiece piece;
  size_t at = 1;
  flags.clear();
  while (std::string_view("-+ #0").find(spelling[at]) != std::string_view::npos)
    flags += spelling[at++];
  auto number = [&] {
    int value = 0;
    while (spelling[at] >= '0' && spelling[at] <= '9') value = value * 10 + (spelling[at++] - '0');
    return value;
  };
  if (spelling[at] >= '1' && spelling[at] <= '9') piece.width = number();
  if (spelling[at] == '.') {
    ++at;
    piece.precision = number();
  }
  piece.conversion = spelling[at];
  piece.flags = flags.c_str();
  piece.integer_size = integer_size;
  piece.field.type = &type;
  return piece;
}

std::string format(const std::string& spelling, const Value& value, const ValueType& type,
                   uint32_t integer_size = 4) {
  TestTool tool;
  Buffer buffer;
  format_piece(tool.tracer, piece_of(spelling, type, integer_size), value, buffer);
  return to_string(buffer);
}

template <typename T>
std::string format(const std::string& spelling, T number, uint32_t integer_size = 4) {
  const Bytes bytes = Bytes().add(number);
  return format(spelling, {bytes.data(), bytes.size()},
                std::is_signed_v<T> ? kSignedType : kUnsignedType, integer_size);
}

std::string format_text(const std::string& spelling, std::string_view text, uint32_t capacity) {
  const Bytes bytes = Bytes().text(text, capacity);
  return format(spelling, {bytes.data(), capacity, capacity}, kTextType);
}

TEST(Printf, IntegersAreCutToTheirLength) {
  EXPECT_EQ(format("%u", uint64_t{5000000000}), "705032704");
  EXPECT_EQ(format("%u", uint64_t{5000000000}, 8), "5000000000");
  EXPECT_EQ(format("%d", int32_t{300}, 1), "44");
  EXPECT_EQ(format("%d", int64_t{0xffff}, 2), "-1");
  EXPECT_EQ(format("%x", int64_t{-1}), "ffffffff");
  EXPECT_EQ(format("%x", int64_t{-1}, 8), "ffffffffffffffff");
}

TEST(Printf, NarrowIntegersAreExtendedByTheirOwnSign) {
  EXPECT_EQ(format("%d", int8_t{-1}, 8), "-1");
  EXPECT_EQ(format("%u", int8_t{-1}, 8), "18446744073709551615");
  EXPECT_EQ(format("%d", uint8_t{255}, 8), "255");
  EXPECT_EQ(format("%d", uint32_t{4294967295}, 8), "4294967295");
  EXPECT_EQ(format("%d", uint32_t{4294967295}), "-1");
}

// Everything that C's printf() can do with an integer, but the one thing that bpftrace does
// otherwise.
TEST(Printf, AgreesWithC) {
  const char* const flag_sets[] = {"",   "-",  "+",  " ",  "#",   "0",  "-+",   "- ",
                                   "-#", "+ ", "-0", "#0", "-#0", " #", "-+ #0"};
  const char* const widths[] = {"", "1", "5", "12", "30"};
  const char* const precisions[] = {"", ".0", ".1", ".3", ".25"};
  const int64_t values[] = {0, 1, -1, 7, 8, 255, -255, 123456789, INT64_MIN, INT64_MAX};
  int compared = 0;
  for (const char* flags : flag_sets) {
    for (const char* width : widths) {
      for (const char* precision : precisions) {
        for (char conversion : {'d', 'i', 'u', 'x', 'X', 'o'}) {
          for (int64_t value : values) {
            const bool is_signed = conversion == 'd' || conversion == 'i';
            const std::string start = std::string("%") + flags + width + precision;
            char expected[128];
            // NOLINTNEXTLINE(clang-diagnostic-format-nonliteral)
            snprintf(expected, sizeof expected, (start + "ll" + conversion).c_str(), value);
            const bool has_sign = is_signed && (value < 0 || strpbrk(flags, "+ ") != nullptr);
            const bool fills_zeros = strchr(flags, '0') != nullptr &&
                                     strchr(flags, '-') == nullptr && *precision == '\0';
            if (has_sign && fills_zeros) continue;
            EXPECT_EQ(format(start + conversion, value, 8), expected)
                << start << conversion << " of " << value;
            ++compared;
          }
        }
      }
    }
  }
  EXPECT_GT(compared, 10000);
}

TEST(Printf, ZerosFillBeforeTheSign) {
  EXPECT_EQ(format("%+05d", int32_t{5}), "000+5");
  EXPECT_EQ(format("%05d", int32_t{-5}), "000-5");
  EXPECT_EQ(format("%05d", int32_t{5}), "00005");
}

TEST(Printf, CharactersAreOneByte) {
  EXPECT_EQ(format("%c", int64_t{'A'}), "A");
  EXPECT_EQ(format("%c", int64_t{0x141}), "A");
  EXPECT_EQ(format("%3c", int64_t{'A'}), "  A");
  EXPECT_EQ(format("%-3c|", int64_t{'A'}), "A  ");
  EXPECT_EQ(format("%c", int64_t{0}), std::string(1, '\0'));
}

TEST(Printf, PointersAreHexButZero) {
  EXPECT_EQ(format("%p", uint64_t{0xffff888000001234}), "0xffff888000001234");
  EXPECT_EQ(format("%p", uint64_t{0}), "0");
  EXPECT_EQ(format("%6p", uint64_t{16}), "  0x10");
}

TEST(Printf, TextsArePadded) {
  EXPECT_EQ(format_text("%s", "abc", 16), "abc");
  EXPECT_EQ(format_text("%5s", "abc", 16), "  abc");
  EXPECT_EQ(format_text("%-5s", "abc", 16), "abc  ");
  EXPECT_EQ(format_text("%2s", "abc", 16), "abc");
  EXPECT_EQ(format_text("%.2s", "abc", 16), "ab");
  EXPECT_EQ(format_text("%4.2s", "abc", 16), "  ab");
  EXPECT_EQ(format_text("%s", "", 16), "");
}

TEST(Printf, CutTextsEndInTheTrailerWhichCountsForTheWidth) {
  EXPECT_EQ(format_text("%s", "abcd", 4), "abcd..");
  EXPECT_EQ(format_text("%8s", "abcd", 4), "  abcd..");
  EXPECT_EQ(format_text("%s", "abc", 4), "abc");
}

TEST(Printf, ShowsEveryTypeAsText) {
  const Bytes yes = Bytes().add(uint8_t{1});
  EXPECT_EQ(format("%s", {yes.data(), 1}, kBoolType), "true");
  EXPECT_EQ(format("%d", {yes.data(), 1}, kBoolType), "1");
  const Bytes address = Bytes().add(uint64_t{16});
  EXPECT_EQ(format("%s", {address.data(), 8}, kPointerType), "0x10");
  EXPECT_EQ(format("%s", int64_t{-5}), "-5");
  EXPECT_EQ(format("%s", UINT64_MAX), "18446744073709551615");
}

// printf("pid %d %s\n", ...) with the text in the record's tail.
struct TailRecord {
  FormatPiece pieces[4];
  PrintfDetails details;

  TailRecord() : pieces{}, details{} {
    pieces[0].text = "pid ";
    pieces[1].conversion = 'd';
    pieces[1].field = {&kUnsignedType, 4, 4};
    pieces[2].text = " ";
    pieces[3].conversion = 's';
    pieces[3].field = {&kTextType, 8, 8, 64, true};
    details.pieces = pieces;
  }
};

TEST(HandlePrintf, ReadsTextsFromTheTail) {
  const TailRecord sample;
  const Bytes
      bytes = Bytes().add(uint32_t{0}).add(uint32_t{42}).add(text_ref{16, 5}).text("nginx", 5);
  TestTool text;
  handle_printf(text.tracer, bytes.record(), &sample.details);
  EXPECT_EQ(text.written(), "pid 42 nginx");
  TestTool json(OutputMode::Json);
  handle_printf(json.tracer, bytes.record(), &sample.details);
  EXPECT_EQ(json.written(), "{\"type\": \"printf\", \"data\": \"pid 42 nginx\"}\n");
}

TEST(HandlePrintf, ATextThatFillsItsCapacityInTheTailWasCut) {
  const TailRecord sample;
  const Bytes bytes = Bytes()
                          .add(uint32_t{0})
                          .add(uint32_t{1})
                          .add(text_ref{16, 64})
                          .text(std::string(64, 'x'), 64);
  TestTool tool;
  handle_printf(tool.tracer, bytes.record(), &sample.details);
  EXPECT_EQ(tool.written(), "pid 1 " + std::string(64, 'x') + "..");
}

TEST(HandlePrintf, FollowsNoReferenceOutOfTheRecord) {
  const TailRecord sample;
  for (text_ref ref :
       {text_ref{16, 6}, text_ref{17, 5}, text_ref{0xffffffff, 2}, text_ref{22, 0xffffffff}}) {
    const Bytes bytes = Bytes().add(uint32_t{0}).add(uint32_t{1}).add(ref).text("nginx", 5);
    TestTool tool;
    handle_printf(tool.tracer, bytes.record(), &sample.details);
    EXPECT_EQ(tool.written(), "pid 1 ");
  }
}

TEST(HandlePrintf, AnyBytesCanBeShown) {
  FormatPiece pieces[6] = {};
  const char conversions[] = "dxscps";
  const ValueType* const types[] = {&kSignedType, &kUnsignedType, &kTextType,
                                    &kSignedType, &kPointerType,  &kBoolType};
  for (uint32_t index = 0; index < 6; ++index) {
    pieces[index].conversion = conversions[index];
    pieces[index].width = 12;
    pieces[index].field = {types[index], 8, 8, 40, index == 2};
  }
  const PrintfDetails details = {pieces};
  uint64_t state = 1;
  for (int round = 0; round < 20000; ++round) {
    Bytes bytes;
    bytes.add(uint64_t{0});
    for (int word = 0; word < 1 + round % 6; ++word) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      // Small numbers, too: references that lie in the record.
      bytes.add(word == 0 && round % 2 == 0
                    ? text_ref{static_cast<uint32_t>(8 + state % 16),
                               static_cast<uint32_t>((state >> 32) % 64)}
                    : text_ref{static_cast<uint32_t>(state), static_cast<uint32_t>(state >> 32)});
    }
    TestTool tool(round % 3 == 0 ? OutputMode::Json : OutputMode::Text);
    handle_printf(tool.tracer, bytes.record(), &details);
    ASSERT_GE(tool.output.buffer().size(), 72U);
  }
}

TEST(HandlePrintf, LiteralsMayHoldNul) {
  FormatPiece piece;
  piece.text = Text("a\0b", 3);
  FormatPiece pieces[] = {piece};
  PrintfDetails details = {pieces};
  TestTool tool;
  handle_printf(tool.tracer, Bytes().add(uint64_t{0}).record(), &details);
  EXPECT_EQ(tool.written(), std::string("a\0b", 3));
}

}  // namespace
}  // namespace bpftracec::rt
