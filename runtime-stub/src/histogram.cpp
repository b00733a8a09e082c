#include "histogram.h"

#include "aggregation_number.h"
#include "bpftracec/rt/format.h"
#include "bpftracec/rt/json.h"

namespace bpftracec::rt {

namespace {

constexpr size_t kLabelWidth = 16;
constexpr size_t kCountWidth = 8;
constexpr size_t kBarWidth = 52;

uint64_t counter(const std::byte* value, uint32_t bucket) {
  return load<uint64_t>(value + size_t{bucket} * sizeof(uint64_t));
}

uint64_t shown_count(const AggregationContext& context, const BucketScale& scale, uint64_t count) {
  return scale.is_divided ? divide_unsigned(count, context.divisor) : count;
}

// From the first to the last bucket with something in it, [first, end).
struct Rows {
  uint32_t first = 0;
  uint32_t end = 0;
  uint64_t largest = 0;  // counter, before any division
};

Rows rows_of(const MapDescription& map, const std::byte* value) {
  Rows rows;
  for (uint32_t bucket = 0; bucket < bucket_count(map); ++bucket) {
    uint64_t count = counter(value, bucket);
    if (count == 0) continue;
    if (rows.end == 0) rows.first = bucket;
    rows.end = bucket + 1;
    if (count > rows.largest) rows.largest = count;
  }
  return rows;
}

// Of shown counts, in single precision, as in bpftrace: the same counts give bars of the same
// length.
size_t bar_length(uint64_t count, uint64_t largest) {
  if (largest == 0) return 0;  // all were divided away
  return static_cast<size_t>(static_cast<float>(count) / static_cast<float>(largest) *
                             static_cast<float>(kBarWidth));
}

uint64_t total(const MapDescription& map, const std::byte* value) {
  uint64_t sum = 0;
  for (uint32_t bucket = 0; bucket < bucket_count(map); ++bucket) sum += counter(value, bucket);
  return sum;
}

}  // namespace

uint32_t bucket_count(const MapDescription& map) {
  uint32_t size = map.is_scalar ? map.value_size - 8 : map.value_size;
  return size / sizeof(uint64_t);
}

void merge_histograms(const MapDescription& map, std::byte* into, const std::byte* from) {
  for (uint32_t bucket = 0; bucket < bucket_count(map); ++bucket)
    store(into + size_t{bucket} * 8, counter(into, bucket) + counter(from, bucket));
}

int compare_histograms(const MapDescription& map, const std::byte* a, const std::byte* b) {
  uint64_t left = total(map, a);
  uint64_t right = total(map, b);
  return left < right ? -1 : static_cast<int>(left > right);
}

void histogram_text(const AggregationContext& context, const BucketScale& scale,
                    const std::byte* value, Buffer& to) {
  to.append(":\n");
  Rows rows = rows_of(context.map, value);
  const uint64_t largest = shown_count(context, scale, rows.largest);
  for (uint32_t bucket = rows.first; bucket < rows.end; ++bucket) {
    size_t start = to.size();
    scale.label(context.shape, scale.range(context.shape, bucket, bucket_count(context.map)), to);
    size_t label_size = to.size() - start;
    if (label_size < kLabelWidth) to.append_repeated(' ', kLabelWidth - label_size);

    const uint64_t count = shown_count(context, scale, counter(value, bucket));
    start = to.size();
    to.append_unsigned(count);
    size_t count_size = to.size() - start;
    if (count_size < kCountWidth) to.insert_repeated(start, ' ', kCountWidth - count_size);

    to.append(" |");
    size_t length = bar_length(count, largest);
    to.append_repeated('@', length);
    to.append_repeated(' ', kBarWidth - length);
    to.append("|\n");
  }
  to.append('\n');
}

void histogram_json(const AggregationContext& context, const BucketScale& scale,
                    const std::byte* value, Buffer& to) {
  to.append('[');
  Rows rows = rows_of(context.map, value);
  for (uint32_t bucket = rows.first; bucket < rows.end; ++bucket) {
    to.append(bucket == rows.first ? Text("{") : Text(",{"));
    BucketRange range = scale.range(context.shape, bucket, bucket_count(context.map));
    if (range.has_low) {
      to.append("\"min\": ");
      append_json_signed(to, range.low);
      to.append(", ");
    }
    if (range.has_high) {
      to.append("\"max\": ");
      append_json_signed(to, static_cast<int64_t>(range.high_bits - 1));
      to.append(", ");
    }
    to.append("\"count\": ");
    append_json_unsigned(to, shown_count(context, scale, counter(value, bucket)));
    to.append('}');
  }
  to.append(']');
}

}  // namespace bpftracec::rt
