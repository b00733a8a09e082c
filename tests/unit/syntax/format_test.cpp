#include "bpftracec/syntax/format.h"

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "bpftracec/base/file_io.h"
#include "tests/unit/syntax/parsed.h"

namespace bpftracec::syntax {
namespace {

std::string format(const std::string& text) {
  const Parsed parsed(text);
  EXPECT_FALSE(parsed.sink.has_errors()) << text;
  const Lexed lexed(text);
  return syntax::format(*parsed.script, lexed.tokens, parsed.file);
}

// The body of a probe, as it comes out.
std::string format_body(const std::string& body) {
  const std::string text = format("BEGIN { " + body + " }");
  const std::string begin = "BEGIN\n{\n";
  EXPECT_TRUE(text.starts_with(begin) && text.ends_with("}\n")) << text;
  return text.substr(begin.size(), text.size() - begin.size() - 2);
}

TEST(Format, AStatementALineWithItsSemicolon) {
  EXPECT_EQ(format_body("f(1,2);$x=-1;@a[1 ,2]++"), "  f(1, 2);\n  $x = -1;\n  @a[1, 2]++;\n");
  EXPECT_EQ(format_body("if(1){f()}else if (2){}else{g()}"),
            "  if (1) {\n    f();\n  } else if (2) {\n  } else {\n    g();\n  }\n");
  EXPECT_EQ(format_body("for($i:1..2){break}"), "  for ($i : 1..2) {\n    break;\n  }\n");
}

TEST(Format, OperatorsAndTypes) {
  EXPECT_EQ(format_body("$x=- -1+!$y*(struct a**)$z"), "  $x = - -1 + !$y * (struct a **)$z;\n");
  EXPECT_EQ(format_body("$x=(x) - 1"), "  $x = (x)-1;\n");
  EXPECT_EQ(format_body("$x=$a&& & $b"), "  $x = $a && &$b;\n");
  EXPECT_EQ(format_body("$x=$a? :$b ;let $y:int8 [4]=$x"),
            "  $x = $a ?: $b;\n  let $y : int8[4] = $x;\n");
}

TEST(Format, ProbesStandApart) {
  EXPECT_EQ(format("BEGIN{}END/1/{}"), "BEGIN\n{\n}\n\nEND\n/1/\n{\n}\n");
  EXPECT_EQ(format("tracepoint:a:b,\ntracepoint:c:d,{ }"),
            "tracepoint:a:b,\ntracepoint:c:d\n{\n}\n");
  EXPECT_EQ(format("interval:s:1 / *$p/{}"), "interval:s:1\n/ *$p/\n{\n}\n");
}

TEST(Format, CommentsStayWhereTheyBelong) {
  EXPECT_EQ(format("// a\nBEGIN { // b\n  # c\n  f(); /* d */\n\n\n  // e\n}\n// f\nEND { }"),
            "// a\nBEGIN\n{  // b\n  # c\n  f(); /* d */\n\n  // e\n}\n\n// f\nEND\n{\n}\n");
  EXPECT_EQ(format_body("f(1, // one\n 2);"), "  f(1,  // one\n      2);\n");
}

TEST(Format, CIsLeftAlone) {
  EXPECT_EQ(format("#define A   1 // x\n\n\nstruct   a{int b ;}\nBEGIN{}"),
            "#define A   1 // x\n\nstruct   a{int b ;}\n\nBEGIN\n{\n}\n");
}

TEST(Format, LongLinesBreakWhereLittleBinds) {
  const std::string name(30, 'a');
  EXPECT_EQ(format_body("f($" + name + " + 1, $" + name + " * 2, $" + name + ");"),
            "  f($" + name + " + 1, $" + name + " * 2,\n      $" + name + ");\n");
}

// ---- what holds for every script ------------------------------------------------------------------

// Nothing for a script that is wrong.
void expect_same_tree(const std::string& text) {
  const Parsed before(text);
  if (before.sink.has_errors()) return;
  const std::string once = format(text);
  const Parsed after(once);
  ASSERT_FALSE(after.sink.has_errors()) << text << "\n---\n" << once;
  ASSERT_EQ(dump_ast(*after.script), dump_ast(*before.script)) << text << "\n---\n" << once;
  ASSERT_EQ(format(once), once) << text;
}

std::vector<std::string> all_scripts() {
  std::vector<std::string> scripts;
  for (const char* folder : {"tests/golden", "examples"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(
             std::filesystem::path(BPFTRACEC_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".bt") continue;
      if (auto text = base::read_file(entry.path().string())) scripts.push_back(*std::move(text));
    }
  }
  std::sort(scripts.begin(), scripts.end());
  return scripts;
}

TEST(Format, KeepsTheTreeOfEveryScriptOfOurs) {
  const std::vector<std::string> scripts = all_scripts();
  ASSERT_GT(scripts.size(), 50U);
  for (const std::string& script : scripts) ASSERT_NO_FATAL_FAILURE(expect_same_tree(script));
}

// Pieces taken out, and comments and line ends put in, at places that the seed decides.
TEST(Format, KeepsTheTreeOfScriptsThatAreOddlyWritten) {
  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same every time
  const auto below = [&](size_t limit) { return random() % limit; };
  const std::vector<std::string> put_in = {" ",       "\n",      "\n\n\n", " // c\n",
                                           "/* d */", "\n# e\n", "\r\n"};
  for (const std::string& script : all_scripts()) {
    if (script.size() > 4000) continue;  // nests too deeply, on purpose
    for (int round = 0; round < 20; ++round) {
      std::string text = script;
      for (size_t change = below(4); change-- > 0 && !text.empty();) {
        const size_t at = below(text.size());
        if (below(2) == 0) {
          text.insert(at, put_in[below(put_in.size())]);
        } else {
          text.erase(at, 1 + below(3));
        }
      }
      ASSERT_NO_FATAL_FAILURE(expect_same_tree(text));
    }
  }
}

}  // namespace
}  // namespace bpftracec::syntax
