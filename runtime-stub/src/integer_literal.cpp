#include "integer_literal.h"

#include <string.h>

namespace bpftracec::rt {

namespace {

struct Suffix {
  const char* name;
  uint64_t factor;
};

constexpr Suffix kSuffixes[] = {
    {"", 1},
    // Types: only the spelling matters here.
    {"u", 1},
    {"l", 1},
    {"ul", 1},
    {"ll", 1},
    {"ull", 1},
    // Durations, in nanoseconds.
    {"ns", 1},
    {"us", 1'000},
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60 * 1'000'000'000ULL},
    {"h", 3'600 * 1'000'000'000ULL},
    {"d", 86'400 * 1'000'000'000ULL},
};

// What is left to read of a text.
struct Reader {
  const char* at;
  const char* end;

  bool is_done() const { return at == end; }
  bool accept(char lower) {
    if (is_done() || (*at | 0x20) != lower) return false;
    ++at;
    return true;
  }
};

uint32_t digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<uint32_t>(digit - '0');
  const char lower = static_cast<char>(digit | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<uint32_t>(lower - 'a') + 10;
  return 16;
}

// Digits of `base` with `_` between them; false without a digit or when the number is too large.
bool read_digits(Reader& reader, uint32_t base, uint64_t& value) {
  value = 0;
  bool is_after_digit = false;
  while (!reader.is_done()) {
    if (*reader.at == '_' && is_after_digit) {
      is_after_digit = false;
    } else if (digit_value(*reader.at) < base) {
      if (__builtin_mul_overflow(value, base, &value) ||
          __builtin_add_overflow(value, digit_value(*reader.at), &value)) {
        return false;
      }
      is_after_digit = true;
    } else {
      break;
    }
    ++reader.at;
  }
  return is_after_digit;
}

bool apply_exponent(Reader& reader, uint64_t& value) {
  uint64_t exponent = 0;
  if (value < 1 || value > 9 || reader.is_done() || *reader.at == '0' ||
      !read_digits(reader, 10, exponent) || exponent > 19) {
    return false;
  }
  for (; exponent > 0; --exponent) {
    if (__builtin_mul_overflow(value, 10U, &value)) return false;
  }
  return reader.is_done();
}

bool apply_suffix(const Reader& reader, uint64_t& value) {
  const auto size = static_cast<size_t>(reader.end - reader.at);
  for (const Suffix& suffix : kSuffixes) {
    if (strlen(suffix.name) == size && strncasecmp(suffix.name, reader.at, size) == 0) {
      return !__builtin_mul_overflow(value, suffix.factor, &value);
    }
  }
  return false;
}

bool read_magnitude(Reader reader, uint64_t& value) {
  if (reader.end - reader.at > 1 && *reader.at == '0') {
    ++reader.at;
    if (reader.accept('x')) return read_digits(reader, 16, value) && reader.is_done();
    if (reader.accept('b')) return read_digits(reader, 2, value) && reader.is_done();
    if (*reader.at >= '0' && *reader.at <= '9') {
      return read_digits(reader, 8, value) && reader.is_done();
    }
    --reader.at;
  }
  if (!read_digits(reader, 10, value)) return false;
  if (reader.accept('e')) return apply_exponent(reader, value);
  return apply_suffix(reader, value);
}

}  // namespace

bool parse_integer(Text text, int64_t& value) {
  Reader reader{text.data, text.data + text.size};
  const bool is_negative = !reader.is_done() && *reader.at == '-';
  if (!reader.is_done() && (*reader.at == '-' || *reader.at == '+')) ++reader.at;

  uint64_t magnitude = 0;
  if (!read_magnitude(reader, magnitude)) return false;
  if (is_negative && magnitude > 1ULL << 63) return false;
  value = static_cast<int64_t>(is_negative ? 0 - magnitude : magnitude);
  return true;
}

}  // namespace bpftracec::rt
