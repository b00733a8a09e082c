#include "timer_period.h"

#include <string.h>

namespace bpftracec::rt {

namespace {

constexpr uint64_t kNanosecondsPerSecond = 1'000'000'000;

// The length of a unit in nanoseconds, 0 for an unknown one.
uint64_t unit_length(const char* unit) {
  if (strcmp(unit, "s") == 0) return kNanosecondsPerSecond;
  if (strcmp(unit, "ms") == 0) return 1'000'000;
  if (strcmp(unit, "us") == 0) return 1'000;
  if (*unit == '\0' || strcmp(unit, "ns") == 0) return 1;
  return 0;
}

bool find_period(const Probe& probe, uint64_t& period_ns, Failure& failure) {
  if (probe.count == 0) return failure.set("the rate must be a positive number");
  if (strcmp(probe.target, "hz") == 0) {
    period_ns = kNanosecondsPerSecond / probe.count;
  } else if (const uint64_t length = unit_length(probe.target); length == 0) {
    return failure.set("'%s' is no unit of time; there are hz, s, ms and us", probe.target);
  } else if (__builtin_mul_overflow(probe.count, length, &period_ns) || period_ns > INT64_MAX) {
    return failure.set("the period is too long");
  }
  if (period_ns < 1'000) return failure.set("the period is shorter than a microsecond");
  return true;
}

}  // namespace

bool make_timer(const Probe& probe, perf_event_attr& attributes, Failure& failure) {
  uint64_t period_ns = 0;
  if (!find_period(probe, period_ns, failure)) return false;
  attributes = {};
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_CPU_CLOCK;
  // A frequency would be the same timer, but limited by kernel.perf_event_max_sample_rate.
  attributes.sample_period = period_ns;
  return true;
}

}  // namespace bpftracec::rt
