// Text to tokens. What a character means depends on where it stands: between probes, text is cut
// into raw attach points; in a predicate, a '/' may be its end; in braces, the language is C-like.
// The lexer follows that by itself, so tokens can be dumped without a parser.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/diagnostics/source_file.h"
#include "bpftracec/syntax/ast_context.h"
#include "bpftracec/syntax/token.h"

namespace bpftracec::syntax {

class Lexer {
 public:
  // Of a part of the file's text.
  Lexer(const diagnostics::SourceFile& file, diagnostics::SourceRange part, AstContext& context,
        diagnostics::DiagnosticSink& sink);

  // After the last token: EndOfFile, however often.
  Token next();

  // The text is a part of what stands in braces.
  void start_in_code();

  // Goes on at `offset` as between probes: the parser has seen that a probe begins there although a
  // '}' is missing.
  void restart_between_probes(uint32_t offset);

 private:
  enum class Mode : uint8_t {
    BetweenProbes,
    RootItem,  // import, let, macro ... between probes: C-like up to ';' or the end of its braces
    Predicate,
    Braces,
  };

  char at(uint32_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }
  bool starts_with(uint32_t offset, std::string_view prefix) const {
    return text_.substr(offset).starts_with(prefix);
  }
  template <typename Predicate>
  uint32_t skip_while(uint32_t offset, Predicate predicate) const;

  // White space and comments. `starts_line` is set if a line end is among them.
  uint32_t skip_blanks(uint32_t offset, bool& starts_line);
  uint32_t skip_blanks(uint32_t offset);
  uint32_t line_end(uint32_t offset) const;
  bool is_directive(uint32_t offset) const;

  void read_between_probes(Token& token);
  bool read_root_word(Token& token);
  void read_attach_point(Token& token);
  void read_c_definition(Token& token);
  void read_preprocessor_line(Token& token);
  void read_in_code(Token& token);
  void read_word(Token& token);
  void read_dollar(Token& token);
  void read_map(Token& token);
  void read_integer(Token& token);
  void read_string(Token& token);
  uint32_t read_escape(uint32_t offset, std::string& value, Token& token);
  void read_punctuator(Token& token);
  void read_unexpected(Token& token);
  void follow_mode(TokenKind kind);
  bool predicate_closes_at(uint32_t offset);
  void finish(Token& token, TokenKind kind, uint32_t end);

  std::string_view text_;
  AstContext& context_;
  diagnostics::DiagnosticSink& sink_;
  uint32_t begin_;
  uint32_t offset_;
  Mode mode_ = Mode::BetweenProbes;
  uint32_t brace_depth_ = 0;
};

// All tokens of `file`, EndOfFile last.
std::vector<Token> lex(const diagnostics::SourceFile& file, AstContext& context,
                       diagnostics::DiagnosticSink& sink);

}  // namespace bpftracec::syntax
