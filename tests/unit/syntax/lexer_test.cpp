#include "bpftracec/syntax/lexer.h"

#include <optional>
#include <span>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/syntax/parsed.h"

namespace bpftracec::syntax {
namespace {

using diagnostics::SourceRange;
using testing::ElementsAre;

std::vector<TokenKind> kinds_of(std::span<const Token> tokens) {
  std::vector<TokenKind> kinds;
  kinds.reserve(tokens.size());
  for (const Token& token : tokens) kinds.push_back(token.kind);
  return kinds;
}

// The token after `BEGIN {`.
struct One {
  explicit One(const std::string& text) : lexed("BEGIN {" + text), token(lexed.tokens[2]) {}

  std::optional<DiagnosticKind> kind() const {
    auto diagnostics = lexed.sink.in_source_order();
    if (diagnostics.empty()) return std::nullopt;
    return diagnostics.front()->kind;
  }

  Lexed lexed;
  Token token;
};

std::optional<uint64_t> integer(const std::string& text) {
  One one(text);
  EXPECT_EQ(one.token.kind, TokenKind::Integer);
  EXPECT_EQ(one.token.is_wrong, one.kind().has_value());
  EXPECT_EQ(one.token.range, (SourceRange{7, 7 + static_cast<uint32_t>(text.size())}));
  if (one.token.is_wrong) return std::nullopt;
  return one.token.value;
}

std::optional<DiagnosticKind> integer_fault(const std::string& text) { return One(text).kind(); }

TEST(LexInteger, Decimal) {
  EXPECT_EQ(integer("0"), 0U);
  EXPECT_EQ(integer("1_000_000"), 1'000'000U);
  EXPECT_EQ(integer("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(integer_fault("18446744073709551616"), DiagnosticKind::IntegerOverflow);
  EXPECT_EQ(integer_fault("1_"), DiagnosticKind::InvalidInteger);
}

TEST(LexInteger, Octal) {
  EXPECT_EQ(integer("0755"), 0755U);
  EXPECT_EQ(integer("00"), 0U);
  EXPECT_EQ(integer_fault("08"), DiagnosticKind::InvalidInteger);
  EXPECT_EQ(integer_fault("0755u"), DiagnosticKind::InvalidIntegerSuffix);
}

TEST(LexInteger, HexadecimalTakesNoSuffix) {
  EXPECT_EQ(integer("0xff"), 0xFFU);
  EXPECT_EQ(integer("0XdEaD_bEeF"), 0xDEADBEEFU);
  EXPECT_EQ(integer("0x1d"), 0x1DU);  // not a day
  EXPECT_EQ(integer("0xffffffffffffffff"), UINT64_MAX);
  EXPECT_EQ(integer_fault("0x10000000000000000"), DiagnosticKind::IntegerOverflow);
  EXPECT_EQ(integer_fault("0xffu"), DiagnosticKind::InvalidIntegerSuffix);
  EXPECT_EQ(integer_fault("0x"), DiagnosticKind::InvalidInteger);
  EXPECT_EQ(integer_fault("0xff_"), DiagnosticKind::InvalidInteger);
}

TEST(LexInteger, ScientificHasOneDigit) {
  EXPECT_EQ(integer("1e6"), 1'000'000U);
  EXPECT_EQ(integer("9E3"), 9'000U);
  EXPECT_EQ(integer("1e19"), 10'000'000'000'000'000'000U);
  EXPECT_EQ(integer_fault("2e19"), DiagnosticKind::IntegerOverflow);
  EXPECT_EQ(integer_fault("1e20"), DiagnosticKind::IntegerOverflow);
  EXPECT_EQ(integer_fault("1e99999999999999999999"), DiagnosticKind::IntegerOverflow);
  EXPECT_EQ(integer_fault("12e3"), DiagnosticKind::ScientificCoefficient);
  EXPECT_EQ(integer_fault("0e3"), DiagnosticKind::ScientificCoefficient);
  EXPECT_EQ(integer_fault("1e0"), DiagnosticKind::InvalidInteger);
  EXPECT_EQ(integer_fault("1e"), DiagnosticKind::InvalidIntegerSuffix);
  EXPECT_EQ(integer_fault("1e6s"), DiagnosticKind::InvalidIntegerSuffix);
}

TEST(LexInteger, TypeSuffixes) {
  for (const char* suffix : {"u", "l", "ul", "ll", "ull", "U", "L", "UL", "LL", "ULL"}) {
    EXPECT_EQ(integer(std::string("7") + suffix), 7U);
  }
  EXPECT_EQ(integer("4294967295u"), 4294967295U);
  EXPECT_EQ(integer_fault("4294967296u"), DiagnosticKind::UnsignedSuffixOverflow);
  EXPECT_EQ(integer("4294967296ul"), 4294967296U);
  EXPECT_EQ(integer_fault("7xyz"), DiagnosticKind::InvalidIntegerSuffix);
  EXPECT_EQ(integer_fault("7lu"), DiagnosticKind::InvalidIntegerSuffix);
  EXPECT_EQ(integer_fault("0b101"), DiagnosticKind::InvalidIntegerSuffix);
}

TEST(LexInteger, DurationsAreNanoseconds) {
  EXPECT_EQ(integer("3ns"), 3U);
  EXPECT_EQ(integer("3us"), 3'000U);
  EXPECT_EQ(integer("1ms"), 1'000'000U);
  EXPECT_EQ(integer("5s"), 5'000'000'000U);
  EXPECT_EQ(integer("1m"), 60'000'000'000U);
  EXPECT_EQ(integer("1h"), 3'600'000'000'000U);
  EXPECT_EQ(integer("2d"), 172'800'000'000'000U);
  EXPECT_EQ(integer_fault("300000d"), DiagnosticKind::IntegerOverflow);
}

std::string string_value(const std::string& text) {
  One one(text);
  EXPECT_EQ(one.token.kind, TokenKind::String);
  EXPECT_EQ(one.kind(), std::nullopt);
  return std::string(one.token.text);
}

TEST(LexString, Escapes) {
  EXPECT_EQ(string_value(R"("plain")"), "plain");
  EXPECT_EQ(string_value(R"("\n\t\r\"\\")"), "\n\t\r\"\\");
  EXPECT_EQ(string_value(R"("\7\60\101x")"), "\0070Ax");
  EXPECT_EQ(string_value(R"("\1234")"), "S4");
  EXPECT_EQ(string_value(R"("\x4\x41\X411")"), "\004AA1");
  EXPECT_EQ(string_value(R"("a\0b")"), std::string("a\0b", 3));
  EXPECT_EQ(string_value("\"\xff\xfe\""), "\xff\xfe");
  EXPECT_EQ(string_value("\"\""), "");
}

TEST(LexString, Faults) {
  EXPECT_EQ(One(R"("\q")").kind(), DiagnosticKind::InvalidEscape);
  EXPECT_EQ(One(R"("\400")").kind(), DiagnosticKind::OctalEscapeOutOfRange);
  EXPECT_EQ(One(R"("\xg")").kind(), DiagnosticKind::InvalidHexEscape);
  EXPECT_EQ(One("\"abc\nx").kind(), DiagnosticKind::UnterminatedString);
  EXPECT_EQ(One("\"abc").kind(), DiagnosticKind::UnterminatedString);
  EXPECT_EQ(One("\"abc\\").kind(), DiagnosticKind::UnterminatedString);
  EXPECT_EQ(One("'c'").kind(), DiagnosticKind::CharacterLiteral);
}

TEST(LexNames, SigilsAreNotPartOfThem) {
  EXPECT_EQ(One("$x1_").token.text, "x1_");
  EXPECT_EQ(One("$x").token.kind, TokenKind::Variable);
  EXPECT_EQ(One("@name").token.text, "name");
  EXPECT_EQ(One("@").token.kind, TokenKind::Map);
  EXPECT_EQ(One("@").token.text, "");
  EXPECT_EQ(One("@[").lexed.tokens[3].kind, TokenKind::LeftBracket);
  EXPECT_EQ(One("$ x").kind(), DiagnosticKind::MissingVariableName);
}

TEST(LexParameters, CountFromOne) {
  EXPECT_EQ(One("$1").token.value, 1U);
  EXPECT_EQ(One("$12").token.kind, TokenKind::Parameter);
  EXPECT_EQ(One("$#").token.kind, TokenKind::ParameterCount);
  EXPECT_EQ(One("$0").kind(), DiagnosticKind::ParameterOutOfRange);
  EXPECT_EQ(One("$9223372036854775807").kind(), std::nullopt);
  EXPECT_EQ(One("$9223372036854775808").kind(), DiagnosticKind::ParameterOutOfRange);
  EXPECT_EQ(One("$99999999999999999999999").kind(), DiagnosticKind::ParameterOutOfRange);
}

TEST(LexOperators, TheLongestWins) {
  Lexed lexed("BEGIN {<<= << <= < ++ += + -> -- -= - .. . && &= &");
  std::vector<TokenKind> kinds = kinds_of(std::span(lexed.tokens).subspan(2));
  using enum TokenKind;
  EXPECT_THAT(kinds, ElementsAre(ShiftLeftAssign, ShiftLeft, LessEqual, Less, PlusPlus, PlusAssign,
                                 Plus, Arrow, MinusMinus, MinusAssign, Minus, DotDot, Dot,
                                 LogicalAnd, AmpersandAssign, Ampersand, EndOfFile));
}

TEST(LexAttachPoints, EndAtBlankCommaOrBrace) {
  Lexed lexed("a:b:c,d:/x/y {}");
  EXPECT_EQ(lexed.tokens[0].text, "a:b:c");
  EXPECT_EQ(lexed.tokens[1].kind, TokenKind::Comma);
  EXPECT_EQ(lexed.tokens[2].text, "d:/x/y");
  EXPECT_EQ(lexed.tokens[3].kind, TokenKind::LeftBrace);
}

TEST(LexAttachPoints, ASlashEndsThemOnlyBeforeTheFirstColon) {
  EXPECT_EQ(Lexed("BEGIN/1/{}").tokens[1].kind, TokenKind::PredicateOpen);
  EXPECT_EQ(Lexed("kprobe:f/1/{}").tokens[0].text, "kprobe:f/1/");
}

TEST(LexAttachPoints, QuotesProtect) {
  EXPECT_EQ(Lexed(R"(u:"a b,{\"}":c {})").tokens[0].text, R"(u:"a b,{\"}":c)");
}

TEST(LexPredicate, EndsAtTheSlashBeforeTheBrace) {
  Lexed lexed("BEGIN / a / b / // comment\n /* another */ { 1 / 2 }");
  std::vector<TokenKind> kinds = kinds_of(lexed.tokens);
  using enum TokenKind;
  EXPECT_THAT(kinds,
              ElementsAre(AttachPoint, PredicateOpen, Identifier, Slash, Identifier, PredicateClose,
                          LeftBrace, Integer, Slash, Integer, RightBrace, EndOfFile));
}

TEST(LexComments, TheMarkOfAByteOrderIsSkipped) {
  EXPECT_EQ(Lexed("\xEF\xBB\xBF"
                  "BEGIN {}")
                .tokens[0]
                .text,
            "BEGIN");
}

TEST(LexComments, HashLinesOutsideOfDefinitionsAreComments) {
  EXPECT_EQ(Lexed("# text\nBEGIN {}").tokens[0].kind, TokenKind::AttachPoint);
  EXPECT_EQ(Lexed("#!/usr/bin/bpftrace\nBEGIN {}").tokens[0].kind, TokenKind::AttachPoint);
  EXPECT_EQ(Lexed("#include <x.h>\nBEGIN {}").tokens[0].kind, TokenKind::PreprocessorLine);
  EXPECT_EQ(Lexed("BEGIN { } # include nothing\n").tokens[3].kind, TokenKind::EndOfFile);
}

TEST(LexRoot, WordsThatMayAlsoBeginAttachPoints) {
  EXPECT_EQ(Lexed("config = {}").tokens[0].kind, TokenKind::Config);
  EXPECT_EQ(Lexed("config:x {}").tokens[0].kind, TokenKind::AttachPoint);
  EXPECT_EQ(Lexed("macro f() {}").tokens[0].kind, TokenKind::Macro);
  EXPECT_EQ(Lexed("macro:f {}").tokens[0].kind, TokenKind::AttachPoint);
  EXPECT_EQ(Lexed("struct a { char c['}']; /* } */ } ; BEGIN {}").tokens[1].text, "BEGIN");
  EXPECT_EQ(Lexed("struct:a {}").tokens[0].kind, TokenKind::AttachPoint);
}

TEST(LexUnexpected, ARunOfBytesIsReportedOnce) {
  Lexed lexed(std::string("BEGIN { \0\1\2 \xff\xfe ` }", 18));
  EXPECT_EQ(lexed.sink.error_count(), 3U);
}

}  // namespace
}  // namespace bpftracec::syntax
