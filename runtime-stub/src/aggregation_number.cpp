#include "aggregation_number.h"

#include "bpftracec/rt/format.h"
#include "bpftracec/rt/json.h"

namespace bpftracec::rt {

namespace {

uint64_t divided(const AggregationContext& context, uint64_t value) {
  if (!context.map.is_signed) return divide_unsigned(value, context.divisor);
  return static_cast<uint64_t>(divide_signed(static_cast<int64_t>(value), context.divisor));
}

}  // namespace

bool is_less(const MapDescription& map, uint64_t a, uint64_t b) {
  return map.is_signed ? static_cast<int64_t>(a) < static_cast<int64_t>(b) : a < b;
}

int compare_numbers(const MapDescription& map, uint64_t a, uint64_t b) {
  return is_less(map, a, b) ? -1 : static_cast<int>(a != b);
}

void append_number(const AggregationContext& context, uint64_t value, Buffer& to) {
  value = divided(context, value);
  if (context.map.is_signed) {
    to.append_signed(static_cast<int64_t>(value));
  } else {
    to.append_unsigned(value);
  }
}

void append_number_line(const AggregationContext& context, uint64_t value, Buffer& to) {
  to.append(": ");
  append_number(context, value, to);
  to.append('\n');
}

void append_number_json(const AggregationContext& context, uint64_t value, Buffer& to) {
  value = divided(context, value);
  if (context.map.is_signed) {
    append_json_signed(to, static_cast<int64_t>(value));
  } else {
    append_json_unsigned(to, value);
  }
}

}  // namespace bpftracec::rt
