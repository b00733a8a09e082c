// One word of a script, as the lexer gives it to the parser.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "bpftracec/diagnostics/source_range.h"

namespace bpftracec::syntax {

enum class TokenKind : uint8_t {
#define TOKEN(kind, description) kind,
#define KEYWORD(kind, spelling) kind,
#define PUNCTUATOR(kind, spelling) kind,
#include "bpftracec/syntax/token_kind.def"
#undef TOKEN
#undef KEYWORD
#undef PUNCTUATOR
};

struct TokenKindInfo {
  std::string_view name;      // as in TokenKind
  std::string_view spelling;  // of a keyword or punctuator; otherwise a description
  bool is_keyword;
};

inline constexpr TokenKindInfo kTokenKindInfos[] = {
#define TOKEN(kind, description) {#kind, description, false},
#define KEYWORD(kind, spelling) {#kind, spelling, true},
#define PUNCTUATOR(kind, spelling) {#kind, spelling, false},
#include "bpftracec/syntax/token_kind.def"
#undef TOKEN
#undef KEYWORD
#undef PUNCTUATOR
};

constexpr const TokenKindInfo& info(TokenKind kind) {
  return kTokenKindInfos[static_cast<size_t>(kind)];
}

struct Token {
  TokenKind kind = TokenKind::EndOfFile;
  bool starts_line = false;  // nothing but blanks and comments before it on its line
  bool is_wrong = false;     // reported by the lexer; the value is not to be used
  diagnostics::SourceRange range;
  std::string_view
      text;  // a name without its sigil, a string with its escapes resolved, or the text as written
  uint64_t value = 0;  // of an Integer or Parameter
};

// Any word may name a field or a setting.
constexpr bool is_word(const Token& token) {
  return token.kind == TokenKind::Identifier || info(token.kind).is_keyword;
}

}  // namespace bpftracec::syntax
