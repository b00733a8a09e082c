// What hist() and lhist() share: an array of counters, shown in rows.
#pragma once

#include "bpftracec/rt/aggregation.h"

namespace bpftracec::rt {

// Where a row lies among the integers: [low, high), without an end where `has_*` is false. Both are
// at most 2^63.
struct BucketRange {
  bool has_low;
  bool has_high;
  int64_t low;
  uint64_t high_bits;  // as int64_t, except 2^63
};

// The two histograms differ in what a bucket is.
struct BucketScale {
  BucketRange (*range)(const HistogramShape& shape, uint32_t bucket, uint32_t bucket_count);
  void (*label)(const HistogramShape& shape, const BucketRange& range, Buffer& to);
  bool is_divided;  // by print()'s divisor
};

uint32_t bucket_count(const MapDescription& map);

void merge_histograms(const MapDescription& map, std::byte* into, const std::byte* from);
int compare_histograms(const MapDescription& map, const std::byte* a, const std::byte* b);
void histogram_text(const AggregationContext& context, const BucketScale& scale,
                    const std::byte* value, Buffer& to);
void histogram_json(const AggregationContext& context, const BucketScale& scale,
                    const std::byte* value, Buffer& to);

}  // namespace bpftracec::rt
