#include "bpftracec/syntax/lexer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "bpftracec/syntax/integer_literal.h"

namespace bpftracec::syntax {
namespace {

using diagnostics::DiagnosticKind;
using diagnostics::DiagnosticSink;
using diagnostics::SourceFile;
using diagnostics::SourceRange;

// Not <cctype>: what those functions say depends on the locale, and they must not see negative
// values.
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_octal(char c) { return c >= '0' && c <= '7'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word_character(char c) { return is_letter(c) || is_digit(c); }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool is_non_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

std::optional<unsigned> hex_value(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

struct Spelling {
  std::string_view spelling;
  TokenKind kind;
};

constexpr Spelling kPunctuators[] = {
#define TOKEN(kind, description)
#define KEYWORD(kind, spelling)
#define PUNCTUATOR(kind, spelling) {spelling, TokenKind::kind},
#include "bpftracec/syntax/token_kind.def"
#undef TOKEN
#undef KEYWORD
#undef PUNCTUATOR
};

constexpr Spelling kKeywords[] = {
#define TOKEN(kind, description)
#define KEYWORD(kind, spelling) {spelling, TokenKind::kind},
#define PUNCTUATOR(kind, spelling)
#include "bpftracec/syntax/token_kind.def"
#undef TOKEN
#undef KEYWORD
#undef PUNCTUATOR
};

constexpr std::array<std::string_view, 13> kDirectives = {
    "include", "define", "undef", "if",      "ifdef",  "ifndef", "elif",
    "else",    "endif",  "error", "warning", "pragma", "import"};

constexpr std::array<std::string_view, 4> kCDefinitionWords = {"struct", "union", "enum",
                                                               "typedef"};

template <typename Range, typename T>
bool contains(const Range& range, const T& value) {
  return std::find(std::begin(range), std::end(range), value) != std::end(range);
}

TokenKind word_kind(std::string_view word) {
  for (const Spelling& keyword : kKeywords) {
    if (keyword.spelling == word) return keyword.kind;
  }
  return TokenKind::Identifier;
}

}  // namespace

Lexer::Lexer(const SourceFile& file, SourceRange part, AstContext& context, DiagnosticSink& sink)
    : text_(file.text().substr(0, part.end)),
      context_(context),
      sink_(sink),
      begin_(part.begin),
      offset_(part.begin) {
  // The byte order mark that some editors write.
  if (starts_with(begin_, "\xEF\xBB\xBF")) offset_ += 3;
}

void Lexer::restart_between_probes(uint32_t offset) {
  offset_ = offset;
  mode_ = Mode::BetweenProbes;
  brace_depth_ = 0;
}

Token Lexer::next() {
  Token token;
  token.starts_line = offset_ == begin_;
  offset_ = skip_blanks(offset_, token.starts_line);
  token.range = {offset_, offset_};
  if (offset_ >= text_.size()) return token;
  if (mode_ == Mode::BetweenProbes) {
    read_between_probes(token);
  } else {
    read_in_code(token);
  }
  follow_mode(token.kind);
  return token;
}

void Lexer::start_in_code() {
  mode_ = Mode::Braces;
  brace_depth_ = 1;
}

void Lexer::finish(Token& token, TokenKind kind, uint32_t end) {
  token.kind = kind;
  token.range.end = end;
  offset_ = end;
  if (token.text.empty()) token.text = text_.substr(token.range.begin, end - token.range.begin);
}

// ---- blanks and comments ------------------------------------------------------------------------

template <typename Predicate>
uint32_t Lexer::skip_while(uint32_t offset, Predicate predicate) const {
  while (offset < text_.size() && predicate(text_[offset])) ++offset;
  return offset;
}

uint32_t Lexer::line_end(uint32_t offset) const {
  return static_cast<uint32_t>(std::min(text_.find('\n', offset), text_.size()));
}

// "#include", "#if" and so on, as distinct from a comment: "# if you wonder".
bool Lexer::is_directive(uint32_t offset) const {
  uint32_t begin = offset + 1;
  uint32_t end = skip_while(begin, is_letter);
  return contains(kDirectives, text_.substr(begin, end - begin));
}

uint32_t Lexer::skip_blanks(uint32_t offset) {
  bool ignored = false;
  return skip_blanks(offset, ignored);
}

uint32_t Lexer::skip_blanks(uint32_t offset, bool& starts_line) {
  while (offset < text_.size()) {
    char c = text_[offset];
    if (is_blank(c)) {
      starts_line |= c == '\n';
      ++offset;
    } else if (starts_with(offset, "//")) {
      offset = line_end(offset);
    } else if (starts_with(offset, "/*")) {
      size_t end = text_.find("*/", offset + 2);
      if (end == std::string_view::npos) {
        sink_.report<DiagnosticKind::UnterminatedComment>({offset, offset + 2});
        return static_cast<uint32_t>(text_.size());
      }
      offset = static_cast<uint32_t>(end + 2);
    } else if (c == '#' && !(starts_line && is_directive(offset))) {
      // Upstream takes every such line for the preprocessor's; scripts in circulation use it for
      // comments.
      offset = line_end(offset);
    } else {
      break;
    }
  }
  return offset;
}

// ---- between probes -----------------------------------------------------------------------------

void Lexer::read_between_probes(Token& token) {
  switch (at(offset_)) {
    case '{':
    case '}':
    case ',':
    case ';':
      return read_punctuator(token);
    case '/':
      return finish(token, TokenKind::PredicateOpen, offset_ + 1);
    case '#':
      return read_preprocessor_line(token);
    default:
      if (!read_root_word(token)) read_attach_point(token);
  }
}

// A word that begins something other than a probe. What follows it decides, since attach points may
// begin with any word.
bool Lexer::read_root_word(Token& token) {
  uint32_t end = skip_while(offset_, is_word_character);
  std::string_view word = text_.substr(offset_, end - offset_);
  bool has_blank = is_blank(at(end));
  if (contains(kCDefinitionWords, word) && (has_blank || at(end) == '{')) {
    read_c_definition(token);
    return true;
  }
  TokenKind kind = word_kind(word);
  if (kind == TokenKind::Identifier) return false;
  char following = at(skip_blanks(end));
  bool begins_item = (kind == TokenKind::Config && (following == '=' || following == '{')) ||
                     (kind == TokenKind::Import && following == '"') ||
                     (kind == TokenKind::Let && (following == '@' || following == '$')) ||
                     ((kind == TokenKind::Macro || kind == TokenKind::Fn) && has_blank &&
                      is_letter(following));
  if (begins_item) finish(token, kind, end);
  return begins_item;
}

void Lexer::read_attach_point(Token& token) {
  uint32_t offset = offset_;
  bool has_colon = false;
  bool in_quotes = false;
  for (; offset < text_.size(); ++offset) {
    char c = text_[offset];
    if (c == '\n' || (!in_quotes && (is_blank(c) || c == '{' || c == ','))) break;
    if (!in_quotes && c == '/' && !has_colon) break;  // BEGIN/pid/: paths come after a colon
    if (is_control(c) && c != '\t' && c != '\r' && !token.is_wrong) {
      sink_.report<DiagnosticKind::UnexpectedCharacter>({offset, offset + 1},
                                                        text_.substr(offset, 1));
      token.is_wrong = true;
    }
    if (c == '"') {
      in_quotes = !in_quotes;
    } else if (c == ':' && !in_quotes) {
      has_colon = true;
    } else if (c == '\\' && in_quotes && offset + 1 < text_.size() && text_[offset + 1] != '\n') {
      ++offset;
    }
  }
  if (in_quotes) {
    sink_.report<DiagnosticKind::UnterminatedString>({offset_, offset})
        .hint("a '\"' is missing in this attach point");
    token.is_wrong = true;
  }
  finish(token, TokenKind::AttachPoint, offset);
}

// C is not ours to understand here: only strings, characters and comments can hide the braces that
// delimit it.
void Lexer::read_c_definition(Token& token) {
  uint32_t depth = 0;
  uint32_t offset = offset_;
  bool is_typedef = starts_with(offset_, "typedef");
  while (offset < text_.size()) {
    char c = text_[offset];
    if (c == '"' || c == '\'') {
      for (++offset; offset < text_.size() && text_[offset] != c && text_[offset] != '\n';
           ++offset) {
        if (text_[offset] == '\\') ++offset;
      }
    } else if (starts_with(offset, "//") || starts_with(offset, "/*")) {
      offset = skip_blanks(offset);
      continue;
    } else if (c == '{' || c == '(') {
      ++depth;
    } else if ((c == '}' || c == ')') && depth > 0) {
      --depth;
    }
    ++offset;
    if (depth != 0) continue;
    if (c == ';') break;
    if (c == '}' && !is_typedef) {
      // Attributes and a ';' may follow; without them the definition ends here.
      uint32_t following = skip_blanks(offset);
      if (at(following) == ';') {
        offset = following + 1;
        break;
      }
      if (!starts_with(following, "__attribute__")) break;
    }
  }
  finish(token, TokenKind::CDefinition, std::min(offset, static_cast<uint32_t>(text_.size())));
}

void Lexer::read_preprocessor_line(Token& token) {
  uint32_t end = line_end(offset_);
  while (end < text_.size() && (text_[end - 1] == '\\' || text_.substr(end - 2, 2) == "\\\r"))
    end = line_end(end + 1);
  finish(token, TokenKind::PreprocessorLine, end);
}

// ---- in braces and predicates -------------------------------------------------------------------

void Lexer::read_in_code(Token& token) {
  char c = at(offset_);
  if (is_letter(c)) return read_word(token);
  if (is_digit(c)) return read_integer(token);
  if (c == '$') return read_dollar(token);
  if (c == '@') return read_map(token);
  if (c == '"') return read_string(token);
  if (c == '#') return read_preprocessor_line(token);
  if (c == '/' && mode_ == Mode::Predicate && predicate_closes_at(offset_)) {
    return finish(token, TokenKind::PredicateClose, offset_ + 1);
  }
  read_punctuator(token);
}

bool Lexer::predicate_closes_at(uint32_t offset) { return at(skip_blanks(offset + 1)) == '{'; }

void Lexer::read_word(Token& token) {
  uint32_t end = skip_while(offset_, is_word_character);
  finish(token, word_kind(text_.substr(offset_, end - offset_)), end);
}

void Lexer::read_dollar(Token& token) {
  uint32_t begin = offset_ + 1;
  if (at(begin) == '#') return finish(token, TokenKind::ParameterCount, begin + 1);
  if (is_letter(at(begin))) {
    uint32_t end = skip_while(begin, is_word_character);
    token.text = text_.substr(begin, end - begin);
    return finish(token, TokenKind::Variable, end);
  }
  uint32_t end = skip_while(begin, is_digit);
  if (end == begin) {
    sink_.report<DiagnosticKind::MissingVariableName>({offset_, begin});
    return finish(token, TokenKind::Invalid, begin);
  }
  bool is_in_range = true;
  for (uint32_t i = begin; i < end; ++i) {
    is_in_range = is_in_range && !__builtin_mul_overflow(token.value, 10, &token.value) &&
                  !__builtin_add_overflow(token.value, static_cast<uint64_t>(text_[i] - '0'),
                                          &token.value);
  }
  if (!is_in_range || token.value == 0 || token.value > INT64_MAX) {
    auto& report = sink_.report<DiagnosticKind::ParameterOutOfRange>(
        {offset_, end}, text_.substr(offset_, end - offset_));
    if (token.value == 0) report.hint("the first parameter is $1");
    token.is_wrong = true;
  }
  finish(token, TokenKind::Parameter, end);
}

void Lexer::read_map(Token& token) {
  uint32_t begin = offset_ + 1;
  uint32_t end = is_letter(at(begin)) ? skip_while(begin, is_word_character) : begin;
  finish(token, TokenKind::Map, end);
  token.text = text_.substr(begin, end - begin);
}

void Lexer::read_integer(Token& token) {
  uint32_t end = skip_while(offset_, is_word_character);
  finish(token, TokenKind::Integer, end);
  std::optional<uint64_t> value = parse_integer_literal(token.text, token.range, sink_);
  token.value = value.value_or(0);
  token.is_wrong = !value;
}

void Lexer::read_string(Token& token) {
  uint32_t begin = offset_ + 1;
  uint32_t offset = begin;
  bool has_escapes = false;
  std::string value;
  while (offset < text_.size() && text_[offset] != '"' && text_[offset] != '\n') {
    if (text_[offset] == '\\') {
      if (!has_escapes) value = text_.substr(begin, offset - begin);
      has_escapes = true;
      offset = read_escape(offset, value, token);
    } else {
      if (has_escapes) value += text_[offset];
      ++offset;
    }
  }
  bool is_closed = at(offset) == '"';
  if (!is_closed) {
    sink_.report<DiagnosticKind::UnterminatedString>({offset_, offset})
        .hint("a string ends with '\"' on the same line");
    token.is_wrong = true;
  }
  finish(token, TokenKind::String, is_closed ? offset + 1 : offset);
  token.text = has_escapes ? context_.copy(std::string_view(value))
                           : text_.substr(begin, offset - begin);
}

// `offset` is at the backslash; returns where the text goes on.
uint32_t Lexer::read_escape(uint32_t offset, std::string& value, Token& token) {
  uint32_t begin = offset++;
  if (offset >= text_.size() || text_[offset] == '\n')
    return offset;  // the string is unterminated, which is told
  char c = text_[offset];
  if (is_octal(c)) {
    unsigned code = 0;
    uint32_t end = offset;
    for (; end < offset + 3 && is_octal(at(end)); ++end)
      code = code * 8 + static_cast<unsigned>(at(end) - '0');
    if (code > 0xFF) {
      sink_.report<DiagnosticKind::OctalEscapeOutOfRange>({begin, end},
                                                          text_.substr(begin, end - begin));
      token.is_wrong = true;
    }
    value += static_cast<char>(code);
    return end;
  }
  ++offset;
  switch (c) {
    case 'n':
      value += '\n';
      return offset;
    case 't':
      value += '\t';
      return offset;
    case 'r':
      value += '\r';
      return offset;
    case '"':
    case '\\':
      value += c;
      return offset;
    case 'x':
    case 'X': {
      unsigned code = 0;
      uint32_t end = offset;
      for (; end < offset + 2 && hex_value(at(end)); ++end) code = code * 16 + *hex_value(at(end));
      if (end == offset) {
        sink_.report<DiagnosticKind::InvalidHexEscape>({begin, end});
        token.is_wrong = true;
      }
      value += static_cast<char>(code);
      return end;
    }
    default:
      auto& report = sink_.report<DiagnosticKind::InvalidEscape>({begin, offset}, c);
      if (c == 'e') {
        report.hint("write '\\033' for the escape character");
      } else {
        report.hint("there are \\n \\t \\r \\\" \\\\, \\101 (octal) and \\x41");
      }
      token.is_wrong = true;
      return offset;
  }
}

void Lexer::read_punctuator(Token& token) {
  for (const Spelling& punctuator : kPunctuators) {
    if (!starts_with(offset_, punctuator.spelling)) continue;
    return finish(token, punctuator.kind,
                  offset_ + static_cast<uint32_t>(punctuator.spelling.size()));
  }
  read_unexpected(token);
}

// One report for a run of bytes that make no sense; a word in quotes of the wrong kind is such a
// run as well.
void Lexer::read_unexpected(Token& token) {
  char c = at(offset_);
  uint32_t end = offset_ + 1;
  if (c == '\'') {
    uint32_t close = skip_while(end, [](char other) { return other != '\'' && other != '\n'; });
    if (at(close) == '\'') end = close + 1;
    sink_.report<DiagnosticKind::CharacterLiteral>({offset_, end})
        .hint("write a string in double quotes, or the number of the character");
    return finish(token, TokenKind::Invalid, end);
  }
  if (is_non_ascii(c) || is_control(c)) {
    end = skip_while(end, [](char other) {
      return is_non_ascii(other) || (is_control(other) && !is_blank(other));
    });
  }
  uint32_t shown_end = offset_ + 1;  // with the rest of a UTF-8 character
  while (shown_end < end && (static_cast<unsigned char>(at(shown_end)) & 0xC0U) == 0x80)
    ++shown_end;
  auto& report = sink_.report<DiagnosticKind::UnexpectedCharacter>(
      {offset_, end}, text_.substr(offset_, shown_end - offset_));
  bool is_curly_quote = starts_with(offset_, "\xE2\x80\x9C") ||
                        starts_with(offset_, "\xE2\x80\x9D");
  if (is_curly_quote) report.hint("a string is written in plain double quotes");
  finish(token, TokenKind::Invalid, end);
}

// ---- where we are -------------------------------------------------------------------------------

void Lexer::follow_mode(TokenKind kind) {
  switch (kind) {
    case TokenKind::LeftBrace:
      mode_ = Mode::Braces;
      ++brace_depth_;
      return;
    case TokenKind::RightBrace:
      if (brace_depth_ > 0) --brace_depth_;
      if (brace_depth_ == 0) mode_ = Mode::BetweenProbes;
      return;
    case TokenKind::PredicateOpen:
      mode_ = Mode::Predicate;
      return;
    case TokenKind::PredicateClose:
      mode_ = Mode::BetweenProbes;
      return;
    case TokenKind::Semicolon:
      if (mode_ == Mode::RootItem) mode_ = Mode::BetweenProbes;
      return;
    case TokenKind::Config:
    case TokenKind::Fn:
    case TokenKind::Import:
    case TokenKind::Let:
    case TokenKind::Macro:
      if (mode_ == Mode::BetweenProbes) mode_ = Mode::RootItem;
      return;
    default:
      return;
  }
}

std::vector<Token> lex(const SourceFile& file, AstContext& context, DiagnosticSink& sink) {
  Lexer lexer(file, {0, static_cast<uint32_t>(file.text().size())}, context, sink);
  std::vector<Token> tokens;
  do {
    tokens.push_back(lexer.next());
  } while (tokens.back().kind != TokenKind::EndOfFile);
  return tokens;
}

}  // namespace bpftracec::syntax
