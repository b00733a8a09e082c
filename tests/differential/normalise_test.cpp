#include "tests/differential/normalise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bpftracec::differential_tests {
namespace {

using testing::ElementsAre;

TEST(Normalise, DropsTheFirstLine) {
  EXPECT_THAT(normalise({"Attaching 2 probes...", "x"}), ElementsAre("x"));
}

TEST(Normalise, RewritesStatsAndTheEmptyLineAfterThem) {
  EXPECT_THAT(normalise({"", "", "@s: count 3, average -2, total -6", "", "@x: 5"}),
              ElementsAre("", "", "@s: { .count = 3, .average = -2, .total = -6 }", "@x: 5"));
}

TEST(Normalise, KeepsTheEmptyLineAfterAHistogram) {
  EXPECT_THAT(normalise({"@h: ", "[4, 8)  1 |@|", "", "@x: 5"}),
              ElementsAre("@h:", "[4, 8)  1 |@|", "", "@x: 5"));
}

TEST(Normalise, KeepsTheTwoEmptyLinesAfterAPrintedMap) {
  EXPECT_THAT(normalise({"@x: 5", "", "", "@y: 6"}), ElementsAre("@x: 5", "", "", "@y: 6"));
}

TEST(Normalise, ShortensRowsOfStepOne) {
  EXPECT_THAT(normalise({"[5, 6)                 1 |@|", "[5, 7)                 1 |@|"}),
              ElementsAre("[5]                    1 |@|", "[5, 7)                 1 |@|"));
}

TEST(Normalise, KeepsRowsOfThousands) {
  EXPECT_THAT(normalise({"[0, 1K)                1 |@|"}),
              ElementsAre("[0, 1K)                1 |@|"));
}

TEST(Normalise, LeavesOtherTextAlone) {
  EXPECT_THAT(normalise({"count 3, average 2, total 6", "x: ", "[5, 6)"}),
              ElementsAre("count 3, average 2, total 6", "x: ", "[5, 6)"));
}

}  // namespace
}  // namespace bpftracec::differential_tests
