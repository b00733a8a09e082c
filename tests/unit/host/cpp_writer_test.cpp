#include "bpftracec/host/cpp_writer.h"

#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace bpftracec::host {
namespace {

static_assert(!CppPart<std::string>);
static_assert(!CppPart<std::string_view>);
static_assert(!CppPart<const char*>);
static_assert(!CppPart<char*>);
static_assert(CppPart<char[4]>);
static_assert(CppPart<CppLiteral>);

TEST(CppLiteral, KeepsWhatIsPlain) {
  EXPECT_EQ(CppLiteral("pid %d @x[1]").spelling(), "\"pid %d @x[1]\"");
}

TEST(CppLiteral, EscapesQuotesAndBackslashes) {
  EXPECT_EQ(CppLiteral("\"\\'").spelling(), "\"\\042\\134\\047\"");
}

TEST(CppLiteral, EscapesTakeThreeDigitsSoThatAFollowingDigitStaysOne) {
  EXPECT_EQ(CppLiteral(std::string_view("\0"
                                        "7\n8",
                                        4))
                .spelling(),
            "\"\\0007\\0128\"");
}

TEST(CppLiteral, ContainsNoQuestionMarkThatCouldBeginATrigraph) {
  EXPECT_EQ(CppLiteral("?\?/").spelling(), "\"\\077\\077/\"");
}

TEST(CppLiteral, WritesEveryByteAboveAsciiAsAnEscape) {
  for (int byte = 0x80; byte < 0x100; ++byte) {
    char text = static_cast<char>(byte);
    std::string spelling = CppLiteral({&text, 1}).spelling();
    ASSERT_EQ(spelling.size(), 6U);
    EXPECT_EQ(std::stoi(spelling.substr(2, 3), nullptr, 8), byte);
  }
}

TEST(CppIdentifierDeathTest, RefusesWhatIsNone) {
  EXPECT_DEATH(CppIdentifier(""), "");
  EXPECT_DEATH(CppIdentifier("1a"), "");
  EXPECT_DEATH(CppIdentifier("a b"), "");
  EXPECT_DEATH(CppIdentifier("a;"), "");
  EXPECT_DEATH(CppIdentifier("\xc3\xa9"), "");
}

TEST(CppCode, WritesNumbersThatCppReadsBack) {
  EXPECT_EQ(CppCode(INT64_MIN).text(), "(-9223372036854775807 - 1)");
  EXPECT_EQ(CppCode(INT64_MAX).text(), "9223372036854775807");
  EXPECT_EQ(CppCode(UINT64_MAX).text(), "18446744073709551615u");
  EXPECT_EQ(CppCode(uint8_t{200}, " ", int8_t{-5}, " ", true).text(), "200 -5 true");
}

TEST(CppCode, WritesCharactersAsLiterals) {
  EXPECT_EQ(CppCode('d').text(), "'d'");
  EXPECT_EQ(CppCode('\0').text(), "'\\000'");
  EXPECT_EQ(CppCode('\'').text(), "'\\047'");
}

TEST(CppWriter, IndentsWhatStandsBetweenOpenAndClose) {
  CppWriter out;
  out.open("struct ", CppIdentifier("a"), " {");
  out.line("int b[", 3, "];");
  out.close("};");
  EXPECT_EQ(out.text(), "struct a {\n  int b[3];\n};\n");
}

}  // namespace
}  // namespace bpftracec::host
