// Scripts that nobody writes by hand, but that programs generate and fuzzers find: the work grows
// with the script, no faster. Where it does not, these take minutes, and CTest's time limit ends
// them.
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/sema/analyzed.h"

namespace bpftracec::sema {
namespace {

std::string number(int value) { return std::to_string(value); }

TEST(LargeScripts, OfTenThousandProbes) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) {
    text += "tracepoint:demo:values /args.small > 1/ { @a" + number(i) +
            "[comm] = count(); $x = nsecs; printf(\"%d\", $x); }\n";
  }
  const Analyzed script(text);
  EXPECT_EQ(script.program().programs.size(), 10'000U);
  EXPECT_EQ(script.program().tracepoint_records.size(), 1U);
}

TEST(LargeScripts, WithAChainOfMapsInTheWorstOrder) {
  std::string text = "BEGIN {";
  for (int i = 0; i < 10'000; ++i) {
    text += "@m" + number(i) + " = @m" + number(i + 1) + ";\n";
  }
  const Analyzed script(text + "@m10000 = comm; }");
  EXPECT_EQ(script.map("@m0"), "string[16]");
}

TEST(LargeScripts, WithACycleOfMaps) {
  std::string text = "BEGIN { @m5000 = nsecs;";
  for (int i = 0; i < 10'000; ++i) {
    text += "@m" + number(i) + " = @m" + number((i + 1) % 10'000) + ";\n";
  }
  const Analyzed script(text + "}");
  EXPECT_EQ(script.map("@m5001"), "uint64");
}

TEST(LargeScripts, WithOneVariableAssignedOverAndOver) {
  std::string text = "BEGIN { $x = 1;";
  for (int i = 0; i < 10'000; ++i) {
    text += "$x = $x + " + number(i) + "; @m[$x] = " + number(i) + ";\n";
  }
  const Analyzed script(text + "}");
  EXPECT_EQ(script.variable("x"), "int64");
}

TEST(LargeScripts, WithThousandsOfAttachPoints) {
  std::string text;
  for (int i = 0; i < 3'000; ++i) {
    text += (i == 0 ? "" : ", ") + std::string("uprobe:/usr/bin/other:f") + number(i);
  }
  const Analyzed script(text + " { @[probe] = count(); printf(\"%s\", comm); }");
  EXPECT_EQ(script.program().programs.size(), 3'000U);
  EXPECT_EQ(script.program().records.size(), 1U);
}

TEST(LargeScripts, WithEveryNameMisspelt) {
  std::string text;
  for (int i = 0; i < 3'000; ++i) {
    text += "tracepoint:demo:opn" + number(i) + " { print(@m" + number(i) + "); print($v" +
            number(i) + "); nope" + number(i) + "(); }\n";
  }
  EXPECT_FALSE(Analyzed(text).has_program());
}

TEST(LargeScripts, WithIncrementsInsideOfKeys) {
  std::string text = "@m[1]++";
  for (int i = 0; i < 60; ++i) {
    text = "@m[" + text + "]++";
  }
  EXPECT_TRUE(Analyzed("BEGIN { " + text + "; }").has_program());
}

}  // namespace
}  // namespace bpftracec::sema
