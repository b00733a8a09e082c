#include "bpftracec/host/cpp_writer.h"

#include <limits>

#include "bpftracec/base/internal_error.h"

namespace bpftracec::host {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What may stand in a literal as it is.
bool is_plain(char c) {
  constexpr std::string_view kPunctuation = " !#$%&()*+,-./:;<=>@[]^_`{|}~";
  return is_letter(c) || is_digit(c) || kPunctuation.find(c) != std::string_view::npos;
}

void append_escaped(std::string& to, char c) {
  if (is_plain(c)) {
    to += c;
    return;
  }
  auto byte = static_cast<unsigned char>(c);
  to += '\\';
  to += static_cast<char>('0' + (byte >> 6));
  to += static_cast<char>('0' + ((byte >> 3) & 7));
  to += static_cast<char>('0' + (byte & 7));
}

}  // namespace

CppIdentifier::CppIdentifier(std::string_view name) : name_(name) {
  bool is_identifier = !name.empty() && is_letter(name.front());
  for (char c : name) is_identifier = is_identifier && (is_letter(c) || is_digit(c));
  if (!is_identifier) base::internal_error("a name for generated C++ is not an identifier");
}

CppLiteral::CppLiteral(std::string_view bytes) {
  spelling_ = '"';
  for (char c : bytes) append_escaped(spelling_, c);
  spelling_ += '"';
}

void CppCode::append_character(char value) {
  text_ += '\'';
  append_escaped(text_, value);
  text_ += '\'';
}

void CppCode::append_signed(int64_t value) {
  if (value == std::numeric_limits<int64_t>::min()) {
    // In C++ this is the negation of a number that no signed type holds.
    text_ += "(-9223372036854775807 - 1)";
  } else {
    text_ += std::to_string(value);
  }
}

void CppCode::append_unsigned(uint64_t value) {
  text_ += std::to_string(value);
  if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) text_ += 'u';
}

}  // namespace bpftracec::host
