#include "histogram.h"

namespace bpftracec::rt {

namespace {

// The first integer of a bucket, for all buckets but 0; one past the last bucket gives 2^63. The
// inverse of event_abi.h's hist_bucket().
uint64_t bucket_start(uint32_t bucket, uint32_t bits) {
  uint32_t whole = 2U << bits;  // so many integers have a bucket of their own
  if (bucket - 1 < whole) return bucket - 1;
  uint32_t index = bucket - 1 - whole;
  uint32_t exponent = bits + 1 + (index >> bits);
  uint64_t part = (1ULL << bits) + (index & ((1U << bits) - 1));
  return part << (exponent - bits);
}

// How many integers the bucket that begins at `start` holds, as a power of two.
uint32_t width_exponent(uint64_t start, uint32_t bits) {
  if (start < (2ULL << bits)) return 0;
  return 63 - static_cast<uint32_t>(__builtin_clzll(start)) - bits;
}

BucketRange hist_range(const HistogramShape& shape, uint32_t bucket, uint32_t) {
  if (bucket == 0) return {false, true, 0, 0};
  return {true, true, static_cast<int64_t>(bucket_start(bucket, shape.bits)),
          bucket_start(bucket + 1, shape.bits)};
}

// A bound is written in the largest unit that is not above the width of the range starting there.
void append_bound(uint64_t bound, uint32_t bits, Buffer& to) {
  uint32_t decade = width_exponent(bound, bits) / 10;
  to.append_unsigned(bound >> (10 * decade));
  if (decade > 0) to.append("KMGTPE"[decade - 1]);
}

void hist_label(const HistogramShape& shape, const BucketRange& range, Buffer& to) {
  if (!range.has_low) {
    to.append("(..., 0)");
    return;
  }
  auto low = static_cast<uint64_t>(range.low);
  to.append('[');
  append_bound(low, shape.bits, to);
  if (range.high_bits == low + 1) {
    to.append(']');
    return;
  }
  to.append(", ");
  append_bound(range.high_bits, shape.bits, to);
  to.append(')');
}

constexpr BucketScale kPowersOfTwo = {hist_range, hist_label, true};

void hist_text(const AggregationContext& context, const std::byte* value, Buffer& to) {
  histogram_text(context, kPowersOfTwo, value, to);
}

void hist_json(const AggregationContext& context, const std::byte* value, Buffer& to) {
  histogram_json(context, kPowersOfTwo, value, to);
}

}  // namespace

constinit const Aggregation kHist = {"hist",    true,      merge_histograms, compare_histograms,
                                     hist_text, hist_json, nullptr};

}  // namespace bpftracec::rt
