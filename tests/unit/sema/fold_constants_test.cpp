// What literals fold to, looked at through the values of assignments.
#include <gtest/gtest.h>

#include "tests/unit/sema/analyzed.h"

namespace bpftracec::sema {
namespace {

using diagnostics::DiagnosticKind;

// The constant that `$x = expression` assigns, as text.
std::string folded(const std::string& expression) {
  const Analyzed script("BEGIN { $x = " + expression + "; }");
  if (!script.has_program()) return "no program";
  const Block& body = script.program().programs[0].body;
  const Expr& value = *std::get<AssignVariable>(body[0].node).value;
  if (const auto* number = std::get_if<IntegerConstant>(&value.node)) {
    return value.type.is_signed ? std::to_string(static_cast<int64_t>(number->value))
                                : std::to_string(number->value);
  }
  if (const auto* text = std::get_if<StringConstant>(&value.node)) return text->value;
  return "not constant";
}

TEST(FoldConstants, FollowsTheRulesOfC) {
  EXPECT_EQ(folded("2 + 3 * 4"), "14");
  EXPECT_EQ(folded("-7 / 2"), "-3");
  EXPECT_EQ(folded("-7 % 2"), "-1");
  EXPECT_EQ(folded("-8 >> 1"), "-4");
  EXPECT_EQ(folded("1 << 63"), "9223372036854775808");
  EXPECT_EQ(folded("0xf0 | 0x0f ^ 0xff"), "240");
  EXPECT_EQ(folded("5 & 6"), "4");
  EXPECT_EQ(folded("~0"), "-1");
  EXPECT_EQ(folded("~18446744073709551615"), "0");
  EXPECT_EQ(folded("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(folded("18446744073709551615 - 1"), "18446744073709551614");
}

TEST(FoldConstants, FoldsLogic) {
  EXPECT_EQ(folded("1 < 2"), "1");
  // As at run time: both are int64 where one is signed.
  EXPECT_EQ(folded("-1 > 18446744073709551615"), "0");
  EXPECT_EQ(folded("-1 == 18446744073709551615"), "1");
  EXPECT_EQ(folded("-2 > 18446744073709551615"), "0");
  EXPECT_EQ(folded("1 < 18446744073709551615"), "1");
  EXPECT_EQ(folded("1 && 0"), "0");
  EXPECT_EQ(folded("!0 || 0"), "1");
  EXPECT_EQ(folded("true == 1"), "1");
}

TEST(FoldConstants, FoldsTexts) {
  EXPECT_EQ(folded("\"a\" + \"b\""), "ab");
  EXPECT_EQ(folded("\"abc\" + 1"), "bc");
  EXPECT_EQ(folded("\"abc\" + 9"), "");
  EXPECT_EQ(folded("\"a\" < \"b\""), "1");
  EXPECT_EQ(folded("\"a\" == \"b\""), "0");
}

TEST(FoldConstants, ReportsWhatHasNoResult) {
  const auto kinds = [](const std::string& expression) {
    return Analyzed("BEGIN { print(" + expression + "); }").reported();
  };
  const auto only = [](DiagnosticKind kind) { return std::vector<DiagnosticKind>{kind}; };
  EXPECT_EQ(kinds("9223372036854775807 * 4"), only(DiagnosticKind::ConstantOverflow));
  EXPECT_EQ(kinds("18446744073709551615 * 18446744073709551615"),
            only(DiagnosticKind::ConstantOverflow));
  EXPECT_EQ(kinds("18446744073709551615 << 63"), only(DiagnosticKind::ConstantOverflow));
  EXPECT_EQ(kinds("-9223372036854775808 - 1"), only(DiagnosticKind::ConstantOverflow));
  EXPECT_EQ(kinds("pid / 0"), only(DiagnosticKind::ConstantDivisionByZero));
  EXPECT_EQ(kinds("1 % (1 - 1)"), only(DiagnosticKind::ConstantDivisionByZero));
  EXPECT_EQ(kinds("pid << 64"), only(DiagnosticKind::ShiftCountOutOfRange));
  EXPECT_EQ(kinds("pid >> -1"), only(DiagnosticKind::ShiftCountOutOfRange));
}

TEST(FoldConstants, LeavesTypedConstantsAlone) {
  EXPECT_EQ(folded("(uint8)300"), "44");
  EXPECT_EQ(folded("(int8)200"), "-56");
  EXPECT_EQ(folded("(bool)7"), "1");
  EXPECT_EQ(folded("(uint64)-1"), "18446744073709551615");
}

}  // namespace
}  // namespace bpftracec::sema
