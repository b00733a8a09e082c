#include "bpftracec/diagnostics/source_file.h"

#include <gtest/gtest.h>

namespace bpftracec::diagnostics {
namespace {

TEST(SourceFile, CountsLinesAndBytesFromOne) {
  SourceFile file("a.bt", "ab\n\nc\xC3\xA9x\n");
  EXPECT_EQ(file.position(0), (SourcePosition{1, 1}));
  EXPECT_EQ(file.position(1), (SourcePosition{1, 2}));
  EXPECT_EQ(file.position(2), (SourcePosition{1, 3}));  // the line end belongs to its line
  EXPECT_EQ(file.position(3), (SourcePosition{2, 1}));
  EXPECT_EQ(file.position(4), (SourcePosition{3, 1}));
  EXPECT_EQ(file.position(7), (SourcePosition{3, 4}));  // two bytes of one character
  EXPECT_EQ(file.position(9), (SourcePosition{4, 1}));  // the end
}

TEST(SourceFile, LinesComeWithoutTheirEnd) {
  SourceFile file("a.bt", "ab\r\ncd");
  EXPECT_EQ(file.text(file.line_around(1)), "ab");
  EXPECT_EQ(file.text(file.line_around(3)), "ab");
  EXPECT_EQ(file.text(file.line_around(4)), "cd");
  EXPECT_EQ(file.text(file.line_around(6)), "cd");
}

TEST(SourceFile, NothingIsOneEmptyLine) {
  SourceFile file("a.bt", "");
  EXPECT_EQ(file.position(0), (SourcePosition{1, 1}));
  EXPECT_EQ(file.text(file.line_around(0)), "");
}

}  // namespace
}  // namespace bpftracec::diagnostics
