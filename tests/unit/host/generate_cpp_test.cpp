#include "bpftracec/host/generate_cpp.h"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/host/sample_program.h"

namespace bpftracec::host {
namespace {

using testing::HasSubstr;
using testing::Not;

const GenerateOptions kOptions = {"sample", "1.2.3"};

// The C++ text with every string literal emptied, as a lexer sees it. Fails on what our output
// never has: comments of the second kind, raw literals, line splices, literals over a line's end.
std::string without_literals(std::string_view code) {
  std::string result;
  size_t at = 0;
  while (at < code.size()) {
    char c = code[at];
    EXPECT_NE(c, '\\') << "an escape outside of a literal";
    if (code.substr(at, 2) == "//") {
      at = code.find('\n', at);
      continue;
    }
    EXPECT_NE(code.substr(at, 2), "/*");
    if (c != '"' && c != '\'') {
      result += c;
      ++at;
      continue;
    }
    size_t end = at + 1;
    while (end < code.size() && code[end] != c) {
      EXPECT_NE(code[end], '\n') << "a literal goes over the end of its line";
      end += code[end] == '\\' ? 2 : 1;
    }
    result += c;
    result += c;
    at = end + 1;
  }
  return result;
}

std::string generate(const std::string& text) {
  return generate_cpp(sample_program(text), kOptions);
}

class HostileText : public testing::TestWithParam<std::string> {};

TEST_P(HostileText, StaysInsideLiterals) {
  const std::string code = generate(GetParam());
  EXPECT_EQ(without_literals(code), without_literals(generate("harmless")));
  for (char c : code)
    EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << "byte " << static_cast<int>(c);
}

INSTANTIATE_TEST_SUITE_P(Everywhere, HostileText,
                         testing::Values("\"", "\\", "\\\"", "\");int INJECTED(){}//", "%s%n",
                                         "\n#include \"x\"\n", std::string("a\0b", 3), "?\?/",
                                         "?\?'\n", "*/ INJECTED /*", "//", "\r", "\xff\xfe\x80",
                                         "R\"(x)\"", "\x7f\x1b[31m", "1234567", "u8\"x\"", "'",
                                         "@x@", "//@maps@", "\n//@maps@\n",
                                         std::string(5000, '"')));

TEST(GenerateCpp, EveryByteStaysInsideLiterals) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(without_literals(generate(all)), without_literals(generate("harmless")));
}

TEST(GenerateCpp, IsTheSameTextEachTime) { EXPECT_EQ(generate("x"), generate("x")); }

TEST(GenerateCpp, AToolWithoutMapsNamesNothingOfMaps) {
  sema::Program program = sample_program("x");
  program.maps.clear();
  program.sites.clear();
  program.records.resize(1);
  const std::string code = generate_cpp(program, kOptions);
  EXPECT_THAT(code, Not(HasSubstr("aggregation")));
  EXPECT_THAT(code, HasSubstr(".print_maps = nullptr"));
  EXPECT_THAT(code, HasSubstr(".maps = {}"));
}

TEST(GenerateCpp, MapsThatAreNotPrintedAtTheEndPullInNoPrinter) {
  sema::Program program = sample_program("x");
  program.config.print_maps_on_exit = false;
  EXPECT_THAT(generate_cpp(program, kOptions), HasSubstr(".print_maps = nullptr"));
}

TEST(GenerateCpp, AnEmptyProgramHasEmptyTables) {
  const std::string code = generate_cpp(sema::Program(), kOptions);
  EXPECT_THAT(code, HasSubstr(".probes = {}"));
  EXPECT_THAT(code, HasSubstr("object_of, nullptr, counters_of}"));
  EXPECT_THAT(code, Not(HasSubstr("rodata")));
  EXPECT_THAT(code, Not(HasSubstr("bss")));
}

TEST(GenerateCpp, StatesTheLayoutsThatSemaDecided) {
  const std::string code = generate("x");
  EXPECT_THAT(code, HasSubstr("static_assert(sizeof(Record0) == 56);"));
  EXPECT_THAT(code, HasSubstr("static_assert(offsetof(Record0, argument_4) == 32);"));
  EXPECT_THAT(code, HasSubstr("static_assert(sizeof(Key6) == 40);"));
  EXPECT_THAT(code, HasSubstr("static_assert(offsetof(Value5, is_set) == 96);"));
}

TEST(GenerateCpp, FillsGapsThatCppWouldNotLeave) {
  const std::string code = generate("x");
  EXPECT_THAT(code, HasSubstr("  uint8_t argument_5;\n  char padding_8[7];\n"));
  EXPECT_THAT(code, HasSubstr("static_assert(offsetof(Record0, argument_6) == 48);"));
}

TEST(GenerateCpp, ParametersComeFromConstantsAndAttachPoints) {
  const std::string code = generate("no");
  EXPECT_THAT(code, HasSubstr("{1, true, false},"));
  EXPECT_THAT(code, HasSubstr("{2, false, true},"));
  EXPECT_THAT(code, HasSubstr("{3, true, false},"));
}

TEST(GenerateCpp, LhistBoundsMayBeParameters) {
  EXPECT_THAT(generate("x"), HasSubstr("{0, (-9223372036854775807 - 1), 0, 10, 0, 1, 0}"));
}

TEST(GenerateCpp, SitesKnowTheirLineAndItsText) {
  const std::string code = generate("xyz");
  EXPECT_THAT(code, HasSubstr("{SiteDescription::Kind::MapUpdate, 2, 1, 2, \"xyz\", 6},"));
  // Over the end of a line there is no end column.
  EXPECT_THAT(code, HasSubstr("{SiteDescription::Kind::DivideByZero, 1, 1, 0, \"first\", 0},"));
}

}  // namespace
}  // namespace bpftracec::host
