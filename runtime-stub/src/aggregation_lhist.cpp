#include "histogram.h"

namespace bpftracec::rt {

namespace {

int64_t bound(const HistogramShape& shape, uint32_t steps) {
  // Unsigned, because the bounds may be far apart; the result lies between min and max.
  return static_cast<int64_t>(static_cast<uint64_t>(shape.min) +
                              steps * static_cast<uint64_t>(shape.step));
}

// Buckets that hold one step each, as many as fit between the bounds.
uint32_t whole_buckets(const HistogramShape& shape, uint32_t bucket_count) {
  uint64_t width = static_cast<uint64_t>(shape.max) - static_cast<uint64_t>(shape.min);
  uint64_t whole = width / static_cast<uint64_t>(shape.step);
  // The map has room for so many, whatever parameters say.
  return whole < bucket_count - 2 ? static_cast<uint32_t>(whole) : bucket_count - 2;
}

BucketRange lhist_range(const HistogramShape& shape, uint32_t bucket, uint32_t bucket_count) {
  if (bucket == 0) return {false, true, 0, static_cast<uint64_t>(shape.min)};
  int64_t low = bound(shape, bucket - 1);
  if (bucket > whole_buckets(shape, bucket_count)) return {true, false, low, 0};
  return {true, true, low, static_cast<uint64_t>(bound(shape, bucket))};
}

// K and M only where every bound is a multiple of 1024 from the others.
void append_bound(const HistogramShape& shape, int64_t value, Buffer& to) {
  constexpr int64_t kKilo = 1024;
  constexpr int64_t kMega = kKilo * 1024;
  bool has_unit = shape.step % kKilo == 0 && value % kKilo == 0 && value != 0;
  if (!has_unit) {
    to.append_signed(value);
  } else if (value % kMega == 0) {
    to.append_signed(value / kMega);
    to.append('M');
  } else {
    to.append_signed(value / kKilo);
    to.append('K');
  }
}

void lhist_label(const HistogramShape& shape, const BucketRange& range, Buffer& to) {
  if (!range.has_low) {
    to.append("(..., ");
    append_bound(shape, static_cast<int64_t>(range.high_bits), to);
    to.append(')');
    return;
  }
  to.append('[');
  append_bound(shape, range.low, to);
  if (!range.has_high) {
    to.append(", ...)");
  } else if (shape.step == 1) {
    to.append(']');
  } else {
    to.append(", ");
    append_bound(shape, static_cast<int64_t>(range.high_bits), to);
    to.append(')');
  }
}

constexpr BucketScale kLinear = {lhist_range, lhist_label, false};

void lhist_text(const AggregationContext& context, const std::byte* value, Buffer& to) {
  histogram_text(context, kLinear, value, to);
}

void lhist_json(const AggregationContext& context, const std::byte* value, Buffer& to) {
  histogram_json(context, kLinear, value, to);
}

const char* lhist_fault(const MapDescription& map, const HistogramShape& shape) {
  if (shape.step < 1) return "the step of lhist() must be at least 1";
  if (shape.min >= shape.max) return "the least bound of lhist() must be below the greatest";
  uint64_t width = static_cast<uint64_t>(shape.max) - static_cast<uint64_t>(shape.min);
  if (width / static_cast<uint64_t>(shape.step) > bucket_count(map) - 2) {
    return "lhist() has too many buckets: take a larger step";
  }
  return nullptr;
}

}  // namespace

constinit const Aggregation kLhist = {"hist",     true,       merge_histograms, compare_histograms,
                                      lhist_text, lhist_json, lhist_fault};

}  // namespace bpftracec::rt
