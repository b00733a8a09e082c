// What the aggregations that show one number share.
#pragma once

#include <string.h>

#include "bpftracec/rt/aggregation.h"

namespace bpftracec::rt {

template <typename T>
T load(const std::byte* from) {
  T value;
  memcpy(&value, from, sizeof value);
  return value;
}

template <typename T>
void store(std::byte* to, const T& value) {
  memcpy(to, &value, sizeof value);
}

// Of two numbers of the map's sign.
bool is_less(const MapDescription& map, uint64_t a, uint64_t b);
int compare_numbers(const MapDescription& map, uint64_t a, uint64_t b);

// `total` / `count` of the map's sign, truncated; 0 without a count.
uint64_t average(const MapDescription& map, const average_value& value);

// The number of the map's sign, divided as the context wants: alone, and as ": 5\n".
void append_number_json(const AggregationContext& context, uint64_t value, Buffer& to);
void append_number(const AggregationContext& context, uint64_t value, Buffer& to);
void append_number_line(const AggregationContext& context, uint64_t value, Buffer& to);

// For the one-number aggregations: `number(map, value)` is what is shown and compared.
using NumberOf = uint64_t (*)(const MapDescription& map, const std::byte* value);

template <NumberOf number>
int compare_by(const MapDescription& map, const std::byte* a, const std::byte* b) {
  return compare_numbers(map, number(map, a), number(map, b));
}
template <NumberOf number>
void number_text(const AggregationContext& context, const std::byte* value, Buffer& to) {
  append_number_line(context, number(context.map, value), to);
}
template <NumberOf number>
void number_json(const AggregationContext& context, const std::byte* value, Buffer& to) {
  append_number_json(context, number(context.map, value), to);
}

// avg() and stats(): both halves are summed.
void merge_averages(const MapDescription& map, std::byte* into, const std::byte* from);
uint64_t average_of(const MapDescription& map, const std::byte* value);

}  // namespace bpftracec::rt
