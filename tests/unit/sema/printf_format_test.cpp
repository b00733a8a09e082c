#include "bpftracec/sema/printf_format.h"

#include <gtest/gtest.h>

namespace bpftracec::sema {
namespace {

FormatPiece conversion(std::string_view format) {
  const PrintfFormat parsed = parse_printf_format(format);
  if (parsed.pieces.size() != 1) {
    ADD_FAILURE() << format << ": " << parsed.pieces.size() << " pieces";
    return {};
  }
  return parsed.pieces[0];
}

TEST(PrintfFormat, SplitsTextAndConversions) {
  const PrintfFormat format = parse_printf_format("a %d b%s%%c\n");
  ASSERT_EQ(format.pieces.size(), 5U);
  EXPECT_EQ(format.pieces[0].text, "a ");
  EXPECT_EQ(format.pieces[1].conversion, 'd');
  EXPECT_EQ(format.pieces[1].argument, 0U);
  EXPECT_EQ(format.pieces[2].text, " b");
  EXPECT_EQ(format.pieces[3].conversion, 's');
  EXPECT_EQ(format.pieces[3].argument, 1U);
  EXPECT_EQ(format.pieces[4].text, "%c\n");
  EXPECT_EQ(format.conversion_count, 2U);
}

TEST(PrintfFormat, ReadsFlagsWidthAndPrecision) {
  const FormatPiece piece = conversion("%-+ #012.34lx");
  EXPECT_EQ(piece.flags, "-+ #0");
  EXPECT_EQ(piece.width, 12U);
  EXPECT_EQ(piece.precision, 34U);
  EXPECT_EQ(piece.integer_size, 8U);
  EXPECT_EQ(piece.conversion, 'x');
  EXPECT_EQ(conversion("%.s").precision, 0U);
  EXPECT_FALSE(conversion("%s").precision);
  EXPECT_FALSE(conversion("%0d").width);
}

TEST(PrintfFormat, KnowsHowMuchAnIntegerKeeps) {
  EXPECT_EQ(conversion("%d").integer_size, 4U);
  EXPECT_EQ(conversion("%hd").integer_size, 2U);
  EXPECT_EQ(conversion("%hhd").integer_size, 1U);
  for (const char* format : {"%ld", "%lld", "%jd", "%zd", "%td", "%Ld"}) {
    EXPECT_EQ(conversion(format).integer_size, 8U) << format;
  }
}

TEST(PrintfFormat, TakesTheRestForText) {
  for (const char* format : {"%", "%y", "% ", "%-", "%5", "%5.", "%l", "%0-5d", "%*d", "%%"}) {
    const PrintfFormat parsed = parse_printf_format(format);
    EXPECT_EQ(parsed.conversion_count, 0U) << format;
    ASSERT_EQ(parsed.pieces.size(), 1U) << format;
    EXPECT_EQ(parsed.pieces[0].text, format == std::string_view("%%") ? "%" : format);
  }
  EXPECT_TRUE(parse_printf_format("").pieces.empty());
}

TEST(PrintfFormat, KeepsNulBytes) {
  const PrintfFormat format = parse_printf_format(std::string_view("a\0%d\0", 5));
  ASSERT_EQ(format.pieces.size(), 3U);
  EXPECT_EQ(format.pieces[0].text, std::string("a\0", 2));
  EXPECT_EQ(format.pieces[2].text, std::string("\0", 1));
}

TEST(PrintfFormat, TellsWhatItDoesNotSupport) {
  const PrintfFormat format = parse_printf_format("%f %-5rx %gr %a");
  EXPECT_EQ(format.unsupported, (std::vector<std::string>{"%f", "%gr", "%a"}));
  EXPECT_EQ(format.conversion_count, 4U);
}

TEST(PrintfFormat, RefusesWidthsThatAreMistakes) {
  EXPECT_TRUE(parse_printf_format("%4096d").too_wide.empty());
  EXPECT_EQ(parse_printf_format("%4097d").too_wide, std::vector<std::string>{"%4097d"});
  EXPECT_EQ(parse_printf_format("%99999999999999999999d").too_wide.size(), 1U);
  EXPECT_EQ(parse_printf_format("%.5000s").too_wide.size(), 1U);
}

}  // namespace
}  // namespace bpftracec::sema
