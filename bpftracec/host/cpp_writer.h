// Writes C++ so that no text of a script can become code: a line is made of our own literals, of
// numbers, of identifiers that were checked and of string literals that were escaped. A std::string
// does not compile.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bpftracec::host {

// A name of ours: of a type, a constant, a member. Anything that is not an identifier is an
// internal error.
class CppIdentifier {
 public:
  explicit CppIdentifier(std::string_view name);

  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

// A string literal with the given bytes. Whatever is not plain is written as an octal escape of
// three digits, after which no following byte can be taken for a part of it; this includes the
// question mark, so that no trigraph comes about.
class CppLiteral {
 public:
  explicit CppLiteral(std::string_view bytes);

  const std::string& spelling() const { return spelling_; }

 private:
  std::string spelling_;
};

namespace internal {

// Arrays of constant characters are literals of ours; a char pointer, a view or a string could come
// from anywhere.
template <typename Part>
inline constexpr bool is_our_text = false;
template <size_t N>
inline constexpr bool is_our_text<char[N]> = true;

}  // namespace internal

class CppCode;

template <typename Part>
concept CppPart = std::integral<Part> || std::same_as<Part, CppIdentifier> ||
                  std::same_as<Part, CppLiteral> || std::same_as<Part, CppCode> ||
                  internal::is_our_text<Part>;

// A piece of C++, put together from parts that cannot be anything else than they seem.
class CppCode {
 public:
  template <CppPart... Parts>
  explicit CppCode(const Parts&... parts) {
    (append(parts), ...);
  }

  const std::string& text() const { return text_; }

 private:
  template <typename Part>
  void append(const Part& part) {
    if constexpr (std::same_as<Part, CppIdentifier>) {
      text_ += part.name();
    } else if constexpr (std::same_as<Part, CppLiteral>) {
      text_ += part.spelling();
    } else if constexpr (std::same_as<Part, CppCode>) {
      text_ += part.text();
    } else if constexpr (std::same_as<Part, bool>) {
      text_ += part ? "true" : "false";
    } else if constexpr (std::same_as<Part, char>) {
      append_character(part);
    } else if constexpr (std::signed_integral<Part>) {
      append_signed(part);
    } else if constexpr (std::unsigned_integral<Part>) {
      append_unsigned(part);
    } else {
      text_ += part;
    }
  }

  void append_character(char value);
  void append_signed(int64_t value);
  void append_unsigned(uint64_t value);

  std::string text_;
};

// Collects lines.
class CppWriter {
 public:
  template <CppPart... Parts>
  void line(const Parts&... parts) {
    text_.append(2 * depth_, ' ');
    text_ += CppCode(parts...).text();
    text_ += '\n';
  }
  void empty_line() { text_ += '\n'; }

  // The lines between are indented.
  template <CppPart... Parts>
  void open(const Parts&... parts) {
    line(parts...);
    ++depth_;
  }
  template <CppPart... Parts>
  void close(const Parts&... parts) {
    --depth_;
    line(parts...);
  }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
  size_t depth_ = 0;
};

}  // namespace bpftracec::host
