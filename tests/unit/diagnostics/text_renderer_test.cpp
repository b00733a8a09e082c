#include "bpftracec/diagnostics/text_renderer.h"

#include <string>

#include <gtest/gtest.h>

namespace bpftracec::diagnostics {
namespace {

std::string render_at(const std::string& text, SourceRange where, std::string_view what = "'x'") {
  SourceFile file("a.bt", text);
  DiagnosticSink sink;
  sink.report<DiagnosticKind::UnexpectedToken>(where, what);
  return render(sink, file);
}

TEST(TextRenderer, ShowsPlaceTextAndKind) {
  EXPECT_EQ(render_at("first\nsecond line\n", {13, 17}),
            "a.bt:2:8: error: unexpected 'x' [UnexpectedToken]\n"
            "second line\n"
            "       ^~~~\n");
}

TEST(TextRenderer, AnEmptyRangeIsACaret) {
  EXPECT_EQ(render_at("f(1\n", {3, 3}),
            "a.bt:1:4: error: unexpected 'x' [UnexpectedToken]\n"
            "f(1\n"
            "   ^\n");
}

TEST(TextRenderer, MarksTheFirstLineOfSeveral) {
  EXPECT_EQ(render_at("ab cd\nef", {3, 8}),
            "a.bt:1:4: error: unexpected 'x' [UnexpectedToken]\n"
            "ab cd\n"
            "   ^~\n");
}

TEST(TextRenderer, TabsStayTabsInBothLines) {
  EXPECT_EQ(render_at("\tx\ty", {3, 4}),
            "a.bt:1:4: error: unexpected 'x' [UnexpectedToken]\n"
            "\tx\ty\n"
            "\t \t^\n");
}

TEST(TextRenderer, ACharacterOfSeveralBytesIsOneColumn) {
  EXPECT_EQ(render_at("\xC3\xA9\xC3\xA9 x", {5, 6}),
            "a.bt:1:6: error: unexpected 'x' [UnexpectedToken]\n"
            "\xC3\xA9\xC3\xA9 x\n"
            "   ^\n");
}

TEST(TextRenderer, NothingReachesTheTerminalRaw) {
  std::string text = render_at("a \x1b[31m \xff \xe2\x80\xae b", {14, 15}, "\x1b]0;title\x07 \r\n");
  EXPECT_EQ(text,
            "a.bt:1:15: error: unexpected \\x1b]0;title\\x07 \\x0d\\x0a [UnexpectedToken]\n"
            "a \\x1b[31m \\xff \\xe2\\x80\\xae b\n"
            "                             ^\n");
}

TEST(TextRenderer, TheFileNameIsUntrustedToo) {
  SourceFile file("a\x1b\n.bt", "x");
  DiagnosticSink sink;
  sink.report<DiagnosticKind::NoProbes>({0, 0});
  EXPECT_TRUE(render(sink, file).starts_with("a\\x1b\\x0a.bt:1:1: error: "));
}

TEST(TextRenderer, ALongLineIsCutAroundThePlace) {
  std::string text = render_at(std::string(1'000'000, 'x') + "HERE" + std::string(1'000'000, 'y'),
                               {1'000'000, 1'000'004});
  EXPECT_LT(text.size(), 500U);
  EXPECT_NE(text.find("xxxHEREyyy"), std::string::npos);
  EXPECT_NE(text.find("\n..."), std::string::npos);
  EXPECT_NE(text.find("...\n"), std::string::npos);
  size_t source = text.find('\n') + 1;
  size_t markers = text.find('\n', source) + 1;
  EXPECT_EQ(text.find("HERE") - source, text.find("^~~~") - markers);
}

TEST(TextRenderer, HintsAndNotesFollow) {
  SourceFile file("a.bt", "one\ntwo\n");
  DiagnosticSink sink;
  sink.report<DiagnosticKind::NoProbes>({4, 7}).hint("do {}", "this").note({0, 3}, "see {}", 1);
  EXPECT_EQ(render(sink, file),
            "a.bt:2:1: error: the script has no probes [NoProbes]\n"
            "two\n"
            "^~~\n"
            "hint: do this\n"
            "a.bt:1:1: note: see 1\n"
            "one\n"
            "^~~\n");
}

TEST(TextRenderer, WarningsCanBeLeftOut) {
  SourceFile file("a.bt", "/*");
  DiagnosticSink sink;
  sink.report<DiagnosticKind::UnterminatedComment>({0, 2});
  EXPECT_NE(render(sink, file).find("warning: "), std::string::npos);
  EXPECT_EQ(render(sink, file, {.show_warnings = false}), "");
}

TEST(TextRenderer, ColorsAreAnOption) {
  SourceFile file("a.bt", "x");
  DiagnosticSink sink;
  sink.report<DiagnosticKind::NoProbes>({0, 1});
  EXPECT_EQ(render(sink, file).find('\033'), std::string::npos);
  EXPECT_NE(render(sink, file, {.use_colors = true}).find("\033[1;31merror: \033[0m"),
            std::string::npos);
}

}  // namespace
}  // namespace bpftracec::diagnostics
