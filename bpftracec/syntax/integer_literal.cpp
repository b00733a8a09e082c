#include "bpftracec/syntax/integer_literal.h"

#include <algorithm>
#include <array>
#include <string>

namespace bpftracec::syntax {
namespace {

using diagnostics::DiagnosticKind;
using diagnostics::DiagnosticSink;
using diagnostics::SourceRange;

struct Duration {
  std::string_view unit;
  uint64_t nanoseconds;
};

constexpr std::array kDurations = {
    Duration{"ns", 1},
    Duration{"us", 1'000},
    Duration{"ms", 1'000'000},
    Duration{"s", 1'000'000'000},
    Duration{"m", 60'000'000'000},
    Duration{"h", 3'600'000'000'000},
    Duration{"d", 86'400'000'000'000},
};

constexpr std::array<std::string_view, 5> kTypeSuffixes = {"u", "l", "ul", "ll", "ull"};

bool is_decimal(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_decimal(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

unsigned digit_value(char c) {
  return is_decimal(c) ? static_cast<unsigned>(c - '0')
                       : static_cast<unsigned>(to_lower(c) - 'a' + 10);
}

class IntegerParser {
 public:
  IntegerParser(std::string_view word, SourceRange range, DiagnosticSink& sink)
      : word_(word), range_(range), sink_(sink) {}

  std::optional<uint64_t> parse() {
    if (word_.starts_with("0x") || word_.starts_with("0X")) return parse_hex();
    size_t digits_length = std::find_if(word_.begin(), word_.end(),
                                        [](char c) { return !is_decimal(c) && c != '_'; }) -
                           word_.begin();
    std::string_view written = word_.substr(0, digits_length);
    std::string_view suffix = word_.substr(digits_length);
    if (written.ends_with('_')) return misplaced_underscore();
    std::string digits = without_underscores(written);
    if (is_exponent(suffix)) return parse_scientific(digits, suffix.substr(1));
    if (digits.size() > 1 && digits.front() == '0') return parse_octal(digits, suffix);
    return parse_decimal(digits, suffix);
  }

 private:
  static std::string without_underscores(std::string_view written) {
    std::string digits(written);
    std::erase(digits, '_');
    return digits;
  }

  static bool is_exponent(std::string_view suffix) {
    return suffix.size() > 1 && (suffix.front() == 'e' || suffix.front() == 'E') &&
           std::all_of(suffix.begin() + 1, suffix.end(), is_decimal);
  }

  std::optional<uint64_t> parse_hex() {
    std::string_view written = word_.substr(2);
    size_t digits_length = std::find_if(written.begin(), written.end(),
                                        [](char c) { return !is_hex(c) && c != '_'; }) -
                           written.begin();
    // No suffix goes with a hexadecimal number: several of their letters are digits here.
    if (digits_length != written.size()) return bad_suffix(written.substr(digits_length));
    std::string digits = without_underscores(written);
    if (digits.empty()) return invalid("no digits follow 0x");
    if (written.ends_with('_')) return misplaced_underscore();
    return to_value(digits, 16);
  }

  std::optional<uint64_t> parse_octal(const std::string& digits, std::string_view suffix) {
    if (digits.find_first_of("89") != std::string::npos) {
      invalid("a leading 0 makes it octal, which has the digits 0 to 7");
      return std::nullopt;
    }
    if (!suffix.empty()) return bad_suffix(suffix);
    return to_value(digits, 8);
  }

  std::optional<uint64_t> parse_scientific(const std::string& digits, std::string_view exponent) {
    if (digits.size() != 1 || digits == "0") {
      sink_.report<DiagnosticKind::ScientificCoefficient>(range_, digits);
      return std::nullopt;
    }
    if (exponent.front() == '0')
      return invalid("the exponent must be positive and without leading 0");
    // 10^19 still fits, 10^20 does not.
    if (exponent.size() > 2) return overflow();
    return to_value(digits + std::string(to_value(std::string(exponent), 10).value_or(0), '0'), 10);
  }

  std::optional<uint64_t> parse_decimal(const std::string& digits, std::string_view suffix) {
    std::optional<uint64_t> value = to_value(digits, 10);
    if (!value || suffix.empty()) return value;

    const auto* duration = std::find_if(
        kDurations.begin(), kDurations.end(),
        [&](const Duration& candidate) { return candidate.unit == suffix; });
    if (duration != kDurations.end()) {
      uint64_t nanoseconds = 0;
      if (__builtin_mul_overflow(*value, duration->nanoseconds, &nanoseconds)) return overflow();
      return nanoseconds;
    }

    std::string lower(suffix);
    std::transform(lower.begin(), lower.end(), lower.begin(), to_lower);
    if (std::find(kTypeSuffixes.begin(), kTypeSuffixes.end(), lower) == kTypeSuffixes.end())
      return bad_suffix(suffix);
    // A type suffix says nothing, but that `u` alone means 32 bits.
    if (lower == "u" && *value > UINT32_MAX) {
      sink_.report<DiagnosticKind::UnsignedSuffixOverflow>(range_, word_)
          .hint("use the suffix 'ul' or none");
      return std::nullopt;
    }
    return value;
  }

  std::optional<uint64_t> to_value(const std::string& digits, unsigned base) {
    uint64_t value = 0;
    for (char c : digits) {
      if (__builtin_mul_overflow(value, base, &value) ||
          __builtin_add_overflow(value, digit_value(c), &value)) {
        return overflow();
      }
    }
    return value;
  }

  std::optional<uint64_t> overflow() {
    sink_.report<DiagnosticKind::IntegerOverflow>(range_, word_);
    return std::nullopt;
  }

  std::optional<uint64_t> invalid(std::string_view why) {
    sink_.report<DiagnosticKind::InvalidInteger>(range_, word_, why);
    return std::nullopt;
  }

  std::optional<uint64_t> misplaced_underscore() {
    return invalid("a '_' must stand between digits");
  }

  std::optional<uint64_t> bad_suffix(std::string_view suffix) {
    auto& report = sink_.report<DiagnosticKind::InvalidIntegerSuffix>(range_, suffix);
    if (word_.starts_with("0b") || word_.starts_with("0B")) {
      report.hint("there are no binary literals; write it with 0x");
    }
    return std::nullopt;
  }

  std::string_view word_;
  SourceRange range_;
  DiagnosticSink& sink_;
};

}  // namespace

std::optional<uint64_t> parse_integer_literal(std::string_view word, SourceRange range,
                                              DiagnosticSink& sink) {
  return IntegerParser(word, range, sink).parse();
}

}  // namespace bpftracec::syntax
