#include "timer_period.h"

#include <gtest/gtest.h>

namespace bpftracec::rt {
namespace {

uint64_t period(const char* unit, uint64_t count) {
  Probe probe;
  probe.target = unit;
  probe.count = count;
  perf_event_attr attributes = {};
  Failure failure;
  return make_timer(probe, attributes, failure) ? attributes.sample_period : 0;
}

TEST(TimerPeriod, Units) {
  EXPECT_EQ(period("hz", 99), 10'101'010U);
  EXPECT_EQ(period("s", 2), 2'000'000'000U);
  EXPECT_EQ(period("ms", 5), 5'000'000U);
  EXPECT_EQ(period("us", 1), 1'000U);
  EXPECT_EQ(period("", 2'000'000), 2'000'000U);  // nanoseconds: interval:$1 with 2ms
}

TEST(TimerPeriod, OutOfRange) {
  EXPECT_EQ(period("hz", 0), 0U);
  EXPECT_EQ(period("hz", 2'000'000'000), 0U);
  EXPECT_EQ(period("", 999), 0U);
  EXPECT_EQ(period("s", UINT64_MAX / 2), 0U);
  EXPECT_EQ(period("fortnight", 1), 0U);
}

}  // namespace
}  // namespace bpftracec::rt
