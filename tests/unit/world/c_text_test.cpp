#include "bpftracec/world/c_text.h"

#include <gtest/gtest.h>

namespace bpftracec::world {
namespace {

using diagnostics::SourceRange;

// Parts are what stands between « and », which are not part of the script.
struct Marked {
  explicit Marked(std::string_view marked) {
    uint32_t begin = 0;
    for (size_t i = 0; i < marked.size(); ++i) {
      if (marked.substr(i).starts_with("«")) {
        begin = static_cast<uint32_t>(script.size());
        ++i;
      } else if (marked.substr(i).starts_with("»")) {
        source.parts.push_back({begin, static_cast<uint32_t>(script.size())});
        ++i;
      } else {
        script += marked[i];
      }
    }
    source.text = script;
  }

  std::string script;
  CSource source;
};

TEST(CText, KeepsCInItsPlaceAndBlanksTheRest) {
  const Marked marked("«#define N 1»\n/* x */ «struct s { int x; };»\nBEGIN { }\n");
  const CText text(marked.source);
  EXPECT_EQ(text.text(), "#define N 1\n        struct s { int x; };\n         \n");
  EXPECT_EQ(text.original(20), 20U);
}

TEST(CText, AddsTheSemicolonThatMayBeLeftOut) {
  const Marked marked("«struct a { int x; }»«struct b { int y; }»\n«#define N 1»\n«enum e { E }»");
  const CText text(marked.source);
  EXPECT_EQ(text.text(), "struct a { int x; };struct b { int y; };\n#define N 1\nenum e { E };");
  // The second struct's keyword, in the text and in the script.
  EXPECT_EQ(text.original(20), 19U);
  EXPECT_EQ(text.token_at(20), (SourceRange{19, 25}));
  EXPECT_EQ(text.line_at(43), (SourceRange{39, 50}));
}

TEST(CText, PlacesOutsideOfTheTextAreItsEnd) {
  const Marked marked("«#define N»");
  const CText text(marked.source);
  EXPECT_EQ(text.token_at(100), (SourceRange{9, 9}));
  EXPECT_EQ(text.line_at(100), (SourceRange{0, 9}));
}

}  // namespace
}  // namespace bpftracec::world
