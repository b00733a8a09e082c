#include "bpftracec/base/nearest_name.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace bpftracec::base {
namespace {

TEST(EditDistance, CountsSingleSteps) {
  EXPECT_EQ(edit_distance("printf", "printf", 3), 0U);
  EXPECT_EQ(edit_distance("prntf", "printf", 3), 1U);
  EXPECT_EQ(edit_distance("printff", "printf", 3), 1U);
  EXPECT_EQ(edit_distance("pribtf", "printf", 3), 1U);
  EXPECT_EQ(edit_distance("pritnf", "printf", 3), 1U);
  EXPECT_EQ(edit_distance("", "abc", 3), 3U);
}

TEST(EditDistance, StopsAboveTheLimit) {
  EXPECT_GT(edit_distance("abcdef", "uvwxyz", 2), 2U);
  EXPECT_GT(edit_distance("a", "abcdefghij", 2), 2U);
}

const std::vector<std::string> kNames = {"print", "printf", "pid", "tid", "kstack", "ustack"};

TEST(NearestName, FindsWhatWasMeant) {
  EXPECT_EQ(nearest_name("prinft", kNames), "printf");
  EXPECT_EQ(nearest_name("kstak", kNames), "kstack");
  EXPECT_EQ(nearest_name("PID", kNames), "pid");
}

TEST(NearestName, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(nearest_name("frobnicate", kNames), std::nullopt);
  EXPECT_EQ(nearest_name("x", kNames), std::nullopt);
  EXPECT_EQ(nearest_name("", kNames), std::nullopt);
}

TEST(NearestName, TheFirstOfEquallyNearOnesWins) { EXPECT_EQ(nearest_name("xid", kNames), "pid"); }

}  // namespace
}  // namespace bpftracec::base
