// strftime(): nanoseconds of the clock of `nsecs`, in the form that the format gives them.
#include "bpftracec/rt/format.h"
#include "bpftracec/rt/json.h"
#include "bpftracec/rt/tracer.h"
#include "time_text.h"

namespace bpftracec::rt {

namespace {

constexpr int64_t kSecond = 1'000'000'000;

// What the language has for parts of a second, and the digits of it. Two of these mean an hour in
// C; bpftrace has them so.
struct Fraction {
  char conversion;
  uint32_t digits;
};
constexpr Fraction kFractions[] = {{'f', 6}, {'k', 9}, {'l', 3}};

const Fraction* find_fraction(char conversion) {
  for (const Fraction& fraction : kFractions) {
    if (fraction.conversion == conversion) return &fraction;
  }
  return nullptr;
}

void append_digits(uint32_t nanoseconds, uint32_t count, Buffer& to) {
  for (uint32_t unit = 100'000'000; count > 0; unit /= 10, --count)
    to.append(static_cast<char>('0' + nanoseconds / unit % 10));
}

// The format with the parts of a second in their places.
void append_format(Text format, uint32_t nanoseconds, Buffer& to) {
  for (uint32_t at = 0; at < format.size; ++at) {
    if (format.data[at] != '%' || at + 1 == format.size) {
      to.append(format.data[at]);
      continue;
    }
    const char conversion = format.data[++at];
    if (const Fraction* fraction = find_fraction(conversion)) {
      append_digits(nanoseconds, fraction->digits, to);
    } else {
      to.append('%');
      to.append(conversion);
    }
  }
}

void timestamp_text(const Tracer& tracer, const Value& value, Buffer& to) {
  const auto time = static_cast<int64_t>(load_integer(value, false)) +
                    tracer.bindings().wall_clock_offset;
  int64_t seconds = time / kSecond;
  int64_t nanoseconds = time % kSecond;
  if (nanoseconds < 0) {
    nanoseconds += kSecond;
    --seconds;
  }
  const auto& description = *static_cast<const FormatDescription*>(value.details);
  Buffer format;
  append_format(description.text, static_cast<uint32_t>(nanoseconds), format);
  append_time(format.text(), seconds, to);
}

void timestamp_json(const Tracer& tracer, const Value& value, Buffer& to) {
  Buffer text;
  timestamp_text(tracer, value, text);
  append_json_string(to, text.text());
}

int compare_timestamps(const Value& a, const Value& b) { return kUnsignedType.compare(a, b); }

}  // namespace

constinit const ValueType kTimestampType = {timestamp_text, timestamp_json, compare_timestamps,
                                            false, false};

}  // namespace bpftracec::rt
