#include "bpftracec/sema/printf_format.h"

#include <algorithm>
#include <optional>
#include <string>

namespace bpftracec::sema {
namespace {

constexpr std::string_view kConversions = "diuxXocps";
// Of GFP flags and of floating-point numbers.
constexpr std::string_view kUnsupportedConversions[] = {"gr", "f", "e", "g", "a"};

// Of buffers; the longer ones first.
struct BufferConversion {
  std::string_view spelling;
  char conversion;
};
constexpr BufferConversion kBufferConversions[] = {{"rx", 'R'}, {"rh", 'H'}, {"r", 'r'}};

class FormatParser {
 public:
  explicit FormatParser(std::string_view format) : format_(format) {}

  PrintfFormat parse() && {
    while (position_ < format_.size()) {
      if (format_[position_] != '%' || !parse_conversion()) text_ += format_[position_++];
    }
    end_text();
    return std::move(result_);
  }

 private:
  // At '%'. False, with nothing taken, when this is not a conversion: then it is text.
  bool parse_conversion() {
    const size_t start = position_;
    ++position_;
    if (at('%')) {
      text_ += '%';
      ++position_;
      return true;
    }
    FormatPiece piece;
    // Only in this order; "%0-5d" is no conversion.
    for (const char flag : std::string_view("-+ #0")) {
      if (!at(flag)) continue;
      piece.flags += flag;
      ++position_;
    }
    piece.width = take_number();
    if (at('.')) {
      ++position_;
      piece.precision = take_number().value_or(0);
    }
    piece.integer_size = take_length();
    if (parse_unsupported(start)) return true;
    piece.conversion = take_conversion();
    if (piece.conversion == 0) {
      position_ = start;
      return false;
    }
    if (piece.width > kMaxFormatWidth || piece.precision > kMaxFormatWidth) {
      result_.too_wide.emplace_back(format_.substr(start, position_ - start));
    }
    end_text();
    piece.argument = result_.conversion_count++;
    result_.pieces.push_back(std::move(piece));
    return true;
  }

  bool parse_unsupported(size_t start) {
    for (const std::string_view conversion : kUnsupportedConversions) {
      if (!format_.substr(position_).starts_with(conversion)) continue;
      position_ += conversion.size();
      result_.unsupported.emplace_back(format_.substr(start, position_ - start));
      ++result_.conversion_count;
      return true;
    }
    return false;
  }

  // 0 where there is none.
  char take_conversion() {
    if (position_ >= format_.size()) return 0;
    for (const BufferConversion& buffer : kBufferConversions) {
      if (!format_.substr(position_).starts_with(buffer.spelling)) continue;
      position_ += buffer.spelling.size();
      return buffer.conversion;
    }
    const bool is_known = kConversions.find(format_[position_]) != std::string_view::npos;
    return is_known ? format_[position_++] : '\0';
  }

  bool at(char c) const { return position_ < format_.size() && format_[position_] == c; }

  std::optional<uint32_t> take_number() {
    std::optional<uint32_t> number;
    while (position_ < format_.size() && format_[position_] >= '0' && format_[position_] <= '9') {
      const auto digit = static_cast<uint32_t>(format_[position_++] - '0');
      number = std::min(number.value_or(0) * 10 + digit, kMaxFormatWidth + 1);
    }
    return number;
  }

  // The bytes that an integer keeps.
  uint32_t take_length() {
    struct Length {
      std::string_view spelling;
      uint32_t size;
    };
    static constexpr Length kLengths[] = {{"hh", 1}, {"h", 2}, {"ll", 8}, {"l", 8},
                                          {"j", 8},  {"z", 8}, {"t", 8},  {"L", 8}};
    for (const Length& length : kLengths) {
      if (!format_.substr(position_).starts_with(length.spelling)) continue;
      position_ += length.spelling.size();
      return length.size;
    }
    return 4;
  }

  void end_text() {
    if (text_.empty()) return;
    result_.pieces.push_back({.text = std::move(text_), .flags = {}, .width = {}, .precision = {}});
    text_.clear();
  }

  std::string_view format_;
  size_t position_ = 0;
  std::string text_;
  PrintfFormat result_;
};

}  // namespace

std::string_view conversion_spelling(char conversion) {
  for (const BufferConversion& buffer : kBufferConversions) {
    if (buffer.conversion == conversion) return buffer.spelling;
  }
  return kConversions.substr(kConversions.find(conversion), 1);
}

PrintfFormat parse_printf_format(std::string_view format) { return FormatParser(format).parse(); }

}  // namespace bpftracec::sema
