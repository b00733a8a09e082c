#include "bpftracec/syntax/parser.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/syntax/parsed.h"

namespace bpftracec::syntax {
namespace {

using diagnostics::SourceRange;
using testing::ElementsAre;
using testing::IsEmpty;

// The first statement of a probe with this body, as dumped.
std::string dump_body(const std::string& body) {
  Parsed parsed("BEGIN {" + body + "}");
  EXPECT_THAT(parsed.kinds(), IsEmpty()) << body;
  std::string text = dump_ast(*parsed.script);
  return text.substr(text.find('\n') + 3);
}

TEST(ParseExpression, PrecedenceIsThatOfC) {
  EXPECT_EQ(dump_body("$x = 1 + 2 * 3"), "$x = (1 + (2 * 3))\n");
  EXPECT_EQ(dump_body("$x = 1 | 2 == 3"), "$x = (1 | (2 == 3))\n");
  EXPECT_EQ(dump_body("$x = 1 << 2 + 3"), "$x = (1 << (2 + 3))\n");
  EXPECT_EQ(dump_body("$x = 1 - 2 - 3"), "$x = ((1 - 2) - 3)\n");
  EXPECT_EQ(dump_body("$x = 1 ? 2 : 3 ? 4 : 5"), "$x = (1 ? 2 : (3 ? 4 : 5))\n");
  EXPECT_EQ(dump_body("$x = !$y.z"), "$x = (!$y.z)\n");
  EXPECT_EQ(dump_body("$x = - - 1"), "$x = (-(-1))\n");
}

TEST(ParseExpression, CastOrParentheses) {
  EXPECT_EQ(dump_body("$x = (x) - 1"), "$x = ((x) (-1))\n");
  EXPECT_EQ(dump_body("$x = (pid) - 1"), "$x = (pid - 1)\n");
  EXPECT_EQ(dump_body("$x = (uint8)1 + 2"), "$x = (((uint8) 1) + 2)\n");
  EXPECT_EQ(dump_body("$x = (x * y)"), "$x = (x * y)\n");
  EXPECT_EQ(dump_body("$x = (struct a*)(y)"), "$x = ((struct a *) y)\n");
  EXPECT_EQ(dump_body("$x = (a **)y"), "$x = ((a **) y)\n");
}

TEST(ParseExpression, RangesCoverTheWholeExpression) {
  Parsed parsed("BEGIN { $x = (1 + f(2))[3].y; }");
  const auto* assignment = std::get<const Assignment*>(
      parsed.script->probes[0].body->statements[0]);
  EXPECT_EQ(parsed.file.text(assignment->range), "$x = (1 + f(2))[3].y");
  const auto* field = std::get<const FieldAccess*>(assignment->value);
  EXPECT_EQ(parsed.file.text(field->field_range), "y");
  const auto* index = std::get<const IndexAccess*>(field->object);
  const auto* sum = std::get<const BinaryExpr*>(index->object);
  EXPECT_EQ(parsed.file.text(sum->range), "1 + f(2)");
  EXPECT_EQ(parsed.file.text(sum->op_range), "+");
}

TEST(ParseProbe, RangesOfItsParts) {
  Parsed parsed("uprobe:/bin/sh:\"a:b\" , END { }");
  const Probe& probe = parsed.script->probes[0];
  EXPECT_EQ(parsed.file.text(probe.range), "uprobe:/bin/sh:\"a:b\" , END { }");
  EXPECT_EQ(parsed.file.text(probe.attach_points[0].parts[2].range), "\"a:b\"");
  EXPECT_EQ(probe.attach_points[0].parts[2].text, "a:b");
  EXPECT_EQ(parsed.file.text(probe.attach_points[1].parts[0].range), "END");
}

TEST(ParseProbe, ParametersInAttachPoints) {
  Parsed parsed("uprobe:$1:\"$2\":a::b$3 { }");
  std::span<const AttachPointPart> parts = parsed.script->probes[0].attach_points[0].parts;
  ASSERT_EQ(parts.size(), 6U);
  EXPECT_TRUE(parts[1].has_parameters);
  EXPECT_FALSE(parts[2].has_parameters);
  EXPECT_EQ(parts[4].text, "");
  EXPECT_TRUE(parts[5].has_parameters);
}

TEST(ParseStatement, NoSemicolonIsNeededBeforeABrace) {
  EXPECT_EQ(dump_body("if (1) { f() }"), "if 1\n    f()\n");
  EXPECT_EQ(dump_body("f()"), "f()\n");
}

TEST(Recovery, EveryStatementIsReadAndTold) {
  Parsed parsed("BEGIN { f(1; $x = ; g(); h(2 3); if (1 { i(); } j(4) \n k(); }");
  EXPECT_THAT(parsed.kinds(),
              ElementsAre(DiagnosticKind::ExpectedToken, DiagnosticKind::ExpectedExpression,
                          DiagnosticKind::ExpectedToken, DiagnosticKind::ExpectedToken,
                          DiagnosticKind::ExpectedToken));
  std::string text = dump_ast(*parsed.script);
  for (const char* statement : {"g()", "i()", "j(4)", "k()"}) {
    EXPECT_NE(text.find(statement), std::string::npos) << statement;
  }
}

TEST(Recovery, AMissingSemicolonIsShownWhereItBelongs) {
  Parsed parsed("BEGIN { f()\n g(); }");
  ASSERT_THAT(parsed.kinds(), ElementsAre(DiagnosticKind::ExpectedToken));
  EXPECT_EQ(parsed.sink.in_source_order()[0]->where, (SourceRange{11, 11}));
  EXPECT_TRUE(parsed.script->is_complete);
}

TEST(Recovery, AMissingBraceCostsOneErrorAndNoProbe) {
  Parsed parsed("BEGIN { if (1) { f();\n}\ninterval:s:1 { g(); }\nEND { h(); }");
  EXPECT_THAT(parsed.kinds(), ElementsAre(DiagnosticKind::UnclosedBlock));
  EXPECT_EQ(parsed.script->probes.size(), 3U);
}

TEST(Recovery, ABraceTooManyCostsOneErrorAndNoProbe) {
  Parsed parsed("BEGIN { f(); } }\nif (1) { g(); } h(2);\n}\ninterval:s:1 { g(); }");
  EXPECT_THAT(parsed.kinds(), ElementsAre(DiagnosticKind::UnexpectedToken));
  EXPECT_EQ(parsed.script->probes.size(), 2U);
  EXPECT_FALSE(parsed.script->is_complete);
}

TEST(Recovery, WhatIsLeftOutIsTold) {
  EXPECT_TRUE(Parsed("BEGIN { }").script->is_complete);
  EXPECT_TRUE(Parsed("struct a { };\nBEGIN { }").script->is_complete);
  EXPECT_FALSE(Parsed("BEGIN { }\nstruct a { };").script->is_complete);
  EXPECT_FALSE(Parsed("BEGIN { f($a 1); }").script->is_complete);
}

TEST(Recovery, ADefinitionThatIsWrongIsOneErrorAndCostsNoProbe) {
  for (const char* text : {
           "macro m(5) { if ($a) { f() } else { g(); } }\nBEGIN { }",
           "macro m($a { f(); }\nBEGIN { }",
           "macro m($a, ) { f(); }\nBEGIN { }",
           "fn f($a) : int { return 1; }\nBEGIN { }",
           "fn f($a : int) { return 1; }\nBEGIN { }",
           "import \"x\"\nBEGIN { }",
           "let @m = hash(10)\nBEGIN { }",
           "let @m = hash(x);\nBEGIN { }",
           "let @m hash(10)\nBEGIN { }",
           "BEGIN { }\nimport \"x\";",
           "BEGIN { for ($kv : 5) { f($kv.0); } }",
           "BEGIN { for ($kv : @m[1]) { f($kv.0); } }",
           "BEGIN { for $i : 1..$n + 3 { f($i); } }",
           "BEGIN { for ($i : 1..$n + 3) { f($i); } }",
           "BEGIN { for ($i : -3..3) { f($i); } }",
           "BEGIN { for (i : 1..3) { f(1); } }",
           "BEGIN { $r = (a = 1, 2); }",
           "BEGIN { $x = offsetof(struct a); }",
           "BEGIN { $x = offsetof(struct a, 5); }",
           "BEGIN { $x = &($y + 1); }",
           "BEGIN { $x = &@m[1]; }",
       }) {
    Parsed parsed(text);
    EXPECT_EQ(parsed.kinds().size(), 1U) << text;
    EXPECT_EQ(parsed.script->probes.size(), 1U) << text;
  }
}

TEST(CDefinitions, AreKeptAsWrittenWithTheirPlace) {
  Parsed parsed("\n#include <a.h>  // why\n  struct a { int b; /* } */ }; enum { X }\nBEGIN { }");
  EXPECT_TRUE(parsed.kinds().empty());
  ASSERT_EQ(parsed.script->c_definitions.size(), 3U);
  EXPECT_EQ(parsed.script->c_definitions[0].text, "#include <a.h>  // why");
  EXPECT_TRUE(parsed.script->c_definitions[0].is_preprocessor_line);
  EXPECT_EQ(parsed.script->c_definitions[1].text, "struct a { int b; /* } */ };");
  EXPECT_EQ(parsed.script->c_definitions[1].range, (SourceRange{26, 54}));
  EXPECT_EQ(parsed.script->c_definitions[2].text, "enum { X }");
}

TEST(Blocks, EndInAValueWithoutASemicolon) {
  const auto ends_in_value = [](const char* text) {
    return Parsed(text).script->probes[0].body->ends_in_value;
  };
  EXPECT_TRUE(ends_in_value("BEGIN { f(); 1 }"));
  EXPECT_TRUE(ends_in_value("BEGIN { $x + 1 }"));
  EXPECT_TRUE(ends_in_value("BEGIN { f(); $x++ }"));
  EXPECT_FALSE(ends_in_value("BEGIN { 1; }"));
  EXPECT_FALSE(ends_in_value("BEGIN { $x = 1 }"));
  EXPECT_FALSE(ends_in_value("BEGIN { _ = 1 }"));
  EXPECT_FALSE(ends_in_value("BEGIN { 1; if ($x) { 2 } }"));
  EXPECT_FALSE(ends_in_value("BEGIN { }"));
}

// Each of these would be as many levels of recursion as there are repetitions.
TEST(Nesting, HasALimitThatIsTold) {
  struct Repeated {
    const char* begin;
    const char* repeated;
    const char* end;
  };
  for (const Repeated& input : std::initializer_list<Repeated>{
           {"BEGIN { $x = ", "(", "1; }"},
           {"BEGIN { $x = ", "!", "1; }"},
           {"BEGIN { $x = ", "1 + ", "1; }"},
           {"BEGIN { $x = $y", ".a", "; }"},
           {"BEGIN { $x = ", "1 ? 2 : ", "3; }"},
           {"BEGIN { $x = ", "f(", "1; }"},
           {"BEGIN { $x = ", "(int8)", "1; }"},
           {"BEGIN { $x = ", "@a[", "1; }"},
           {"BEGIN { ", "{", "} }"},
           {"BEGIN { ", "if (1) { } else ", "{ } }"},
           {"BEGIN { ", "if (1) {", "} }"},
           {"BEGIN { $x = ", "sizeof(", "1; }"},
           {"BEGIN { ", "++", "$x; }"},
           {"BEGIN { $x = ", "{ 1 + ", "1; }"},
           {"BEGIN { $x = ", "{ 1 } + ", "1; }"},
           {"BEGIN { $x = ", "if (1) { 1 } else ", "{ 1 }; }"},
           {"BEGIN { $x = ", "typeof(", "1; }"},
           {"BEGIN { $x = (", "typeof(", "1))1; }"},
           {"BEGIN { $x = ", "typeinfo(", "1; }"},
           {"BEGIN { $x = ", "offsetof(", "1; }"},
           {"BEGIN { $x = ", "comptime ", "1; }"},
           {"BEGIN { $x = ", "& ", "1; }"},
           {"BEGIN { $x = ", "(a = ", "1; }"},
           {"BEGIN { ", "for $i : 1..2 {", "} }"},
       }) {
    std::string text = input.begin;
    for (int i = 0; i < 20'000; ++i) text += input.repeated;
    text += input.end;
    Parsed parsed(text);
    ASSERT_FALSE(parsed.kinds().empty()) << input.repeated;
    EXPECT_EQ(parsed.kinds().front(), DiagnosticKind::NestedTooDeeply) << input.repeated;
    (void)dump_ast(*parsed.script);  // walks what is left of it
  }
}

TEST(Parse, AnyBytesAreOnlyErrors) {
  std::string bytes;
  uint32_t state = 1;
  for (int i = 0; i < 100'000; ++i) {
    state = state * 1'103'515'245 + 12'345;
    bytes += static_cast<char>(state >> 16U);
  }
  EXPECT_TRUE(Parsed(bytes).sink.has_errors());
  EXPECT_TRUE(Parsed("BEGIN {" + bytes).sink.has_errors());
}

TEST(Parse, EmptyScripts) {
  EXPECT_THAT(Parsed("").kinds(), ElementsAre(DiagnosticKind::NoProbes));
  EXPECT_THAT(Parsed(" // nothing\n").kinds(), ElementsAre(DiagnosticKind::NoProbes));
}

}  // namespace
}  // namespace bpftracec::syntax
