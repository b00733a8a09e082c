// tseries(): a chart of values over time.
#include <string.h>

#include "aggregation_number.h"
#include "bpftracec/rt/json.h"
#include "time_text.h"

namespace bpftracec::rt {

namespace {

using Interval = tseries_interval;

constexpr int64_t kSecond = 1'000'000'000;
constexpr int kColumns = 53;  // with the borders

// HistogramShape has what the script says of a series in these.
tseries_function function_of(const HistogramShape& shape) {
  return static_cast<tseries_function>(shape.bits);
}
uint64_t length_of(const HistogramShape& shape) { return static_cast<uint64_t>(shape.min); }
uint32_t count_of(const HistogramShape& shape) { return static_cast<uint32_t>(shape.max); }

Interval interval_at(const std::byte* series, uint64_t place) {
  return load<Interval>(series + place * sizeof(Interval));
}

void combine(const MapDescription& map, Interval& into, const Interval& from) {
  const bool is_less = map.is_signed
                           ? from.value < into.value
                           : static_cast<uint64_t>(from.value) < static_cast<uint64_t>(into.value);
  switch (function_of(map.histogram)) {
    case tseries_function::last:
      if (from.order > into.order) into = from;
      return;
    case tseries_function::max:
      if (!is_less) into.value = from.value;
      return;
    case tseries_function::min:
      if (is_less) into.value = from.value;
      return;
    case tseries_function::avg:
    case tseries_function::sum:
      into.value = static_cast<int64_t>(static_cast<uint64_t>(into.value) +
                                        static_cast<uint64_t>(from.value));
      into.order += from.order;
      return;
  }
}

void merge(const MapDescription& map, std::byte* into, const std::byte* from) {
  for (uint32_t place = 0; place < count_of(map.histogram); ++place) {
    const Interval other = interval_at(from, place);
    Interval merged = interval_at(into, place);
    if (other.number == 0 || other.number < merged.number) continue;
    if (other.number > merged.number) {
      merged = other;
    } else {
      combine(map, merged, other);
    }
    memcpy(into + place * sizeof merged, &merged, sizeof merged);
  }
}

int compare(const MapDescription&, const std::byte*, const std::byte*) { return 0; }

uint64_t latest(const MapDescription& map, const std::byte* series) {
  uint64_t result = 0;
  for (uint32_t place = 0; place < count_of(map.histogram); ++place) {
    const uint64_t number = interval_at(series, place).number;
    if (number > result) result = number;
  }
  return result;
}

int64_t value_of(const MapDescription& map, const Interval& interval) {
  if (function_of(map.histogram) != tseries_function::avg || interval.order == 0) {
    return interval.value;
  }
  if (map.is_signed) return interval.value / static_cast<int64_t>(interval.order);
  return static_cast<int64_t>(static_cast<uint64_t>(interval.value) / interval.order);
}

double number(const MapDescription& map, int64_t value) {
  return map.is_signed ? static_cast<double>(value)
                       : static_cast<double>(static_cast<uint64_t>(value));
}

// The intervals that are shown: from the first with a value to the last of any key.
struct Span {
  uint64_t first = 0;
  uint64_t last = 0;
  int64_t min = 0;
  int64_t max = 0;

  bool is_empty() const { return first == 0; }
};

// Nothing where the interval has no value, or its place holds one that is no longer kept.
bool find(const AggregationContext& context, const std::byte* series, uint64_t number,
          int64_t& value) {
  const Interval interval = interval_at(series, (number - 1) % count_of(context.shape));
  if (interval.number != number) return false;
  value = value_of(context.map, interval);
  return true;
}

Span span_of(const AggregationContext& context, const std::byte* series) {
  Span span;
  const uint64_t kept = count_of(context.shape);
  const uint64_t last = context.latest != 0 ? context.latest : latest(context.map, series);
  for (uint64_t at = last > kept ? last - kept + 1 : 1; at <= last; ++at) {
    int64_t value = 0;
    if (!find(context, series, at, value)) continue;
    if (span.is_empty()) span = {at, last, value, value};
    if (number(context.map, value) < number(context.map, span.min)) span.min = value;
    if (number(context.map, value) > number(context.map, span.max)) span.max = value;
  }
  return span;
}

// Digits of a second that the length of an interval needs.
uint32_t fraction_digits(const AggregationContext& context, const Span& span) {
  const uint64_t length = length_of(context.shape);
  if (span.first == span.last) return 9;
  if (length % kSecond == 0) return 0;
  if (length % 1'000'000 == 0) return 3;
  return length % 1'000 == 0 ? 6 : 9;
}

// As the wall clock has it, in whole intervals: the clock that counts them began at any time.
int64_t start_of(const AggregationContext& context, uint64_t number) {
  const auto length = static_cast<int64_t>(length_of(context.shape));
  const int64_t start = static_cast<int64_t>(number - 1) * length + context.wall_clock_offset;
  return start - start % length;
}

void append_moment(Text format, int64_t time, uint32_t digits, Buffer& to) {
  append_time(format, time / kSecond, to);
  if (digits == 0) return;
  to.append('.');
  int64_t rest = time % kSecond;
  for (int64_t unit = kSecond / 10; digits > 0; unit /= 10, --digits)
    to.append(static_cast<char>('0' + rest / unit % 10));
}

void append_value(const AggregationContext& context, int64_t value, Buffer& to) {
  append_number(context, static_cast<uint64_t>(value), to);
}

int column_of(const AggregationContext& context, const Span& span, int64_t value) {
  const double low = number(context.map, span.min);
  const double high = number(context.map, span.max);
  return static_cast<int>((number(context.map, value) - low) / (high - low) * (kColumns - 1));
}

// The least and the greatest value, at both ends of the chart.
void append_bounds(const AggregationContext& context, const Span& span, size_t indent, Buffer& to) {
  to.append_repeated(' ', indent);
  size_t start = to.size();
  append_value(context, span.min, to);
  Buffer high;
  append_value(context, span.max, high);
  const size_t used = to.size() - start + high.size();
  to.append_repeated(' ', used < kColumns ? kColumns - used : 1);
  to.append(high.text());
  to.append('\n');
}

void append_row(const AggregationContext& context, const Span& span, const std::byte* series,
                uint64_t at, Buffer& to) {
  char row[kColumns];
  memset(row, ' ', sizeof row);
  row[0] = row[kColumns - 1] = '|';
  const bool spans_zero = context.map.is_signed ? span.min <= 0 && span.max >= 0 : span.min == 0;
  if (spans_zero) row[column_of(context, span, 0)] = '.';
  int64_t value = 0;
  const bool has_value = find(context, series, at, value);
  if (has_value) row[column_of(context, span, value)] = '*';
  to.append(row, sizeof row);
  to.append(' ');
  if (has_value) {
    append_value(context, value, to);
  } else {
    to.append('-');
  }
  to.append('\n');
}

void tseries_text(const AggregationContext& context, const std::byte* series, Buffer& to) {
  Span span = span_of(context, series);
  if (span.is_empty()) {
    to.append(": <no data>\n");
    return;
  }
  if (span.min == span.max) {
    --span.min;
    ++span.max;
  }
  const uint32_t digits = fraction_digits(context, span);
  const char* label = digits == 0   ? "hh:mm:ss"
                      : digits == 3 ? "hh:mm:ss.ms"
                      : digits == 6 ? "hh:mm:ss.us"
                                    : "hh:mm:ss.ns";
  const size_t indent = 9 + (digits == 0 ? 0 : digits + 1);
  to.append(":\n");
  append_bounds(context, span, indent, to);
  to.append_text(label);
  to.append_repeated(' ', indent - strlen(label));
  to.append('|');
  to.append_repeated('_', kColumns - 2);
  to.append("|\n");
  for (uint64_t at = span.first; at <= span.last; ++at) {
    append_moment("%H:%M:%S", start_of(context, at), digits, to);
    to.append(' ');
    append_row(context, span, series, at, to);
  }
  to.append_repeated(' ', indent);
  to.append('v');
  to.append_repeated('_', kColumns - 2);
  to.append("v\n");
  append_bounds(context, span, indent, to);
  to.append('\n');
}

void tseries_json(const AggregationContext& context, const std::byte* series, Buffer& to) {
  const Span span = span_of(context, series);
  to.append('[');
  for (uint64_t at = span.first; at != 0 && at <= span.last; ++at) {
    int64_t value = 0;
    if (!find(context, series, at, value)) continue;
    if (at != span.first) to.append(',');
    to.append("{\"interval_start\":\"");
    append_moment("%Y-%m-%dT%H:%M:%S", start_of(context, at), 9, to);
    to.append("\",\"value\":");
    append_number_json(context, static_cast<uint64_t>(value), to);
    to.append('}');
  }
  to.append(']');
}

}  // namespace

constinit const Aggregation kTseries = {"tseries",    true,         merge,   compare,
                                        tseries_text, tseries_json, nullptr, latest};

}  // namespace bpftracec::rt
