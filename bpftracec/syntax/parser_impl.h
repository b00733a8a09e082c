// The recursive-descent parser behind parse(). Only this folder includes it: the class is shared by
// parser.cpp (tokens and recovery), parse_probe.cpp, parse_statement.cpp and parse_expression.cpp.
//
// How it recovers: the first error of a statement is reported by error(), which also starts
// recovery; from then on error() is silent, so that one mistake is told once. Who parses lists of
// statements (or probes) skips to where the next one seems to begin and ends the recovery. Mistakes
// that leave no doubt about what follows are told by report() and need none.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/diagnostics/source_file.h"
#include "bpftracec/syntax/ast.h"
#include "bpftracec/syntax/ast_context.h"
#include "bpftracec/syntax/lexer.h"
#include "bpftracec/syntax/token.h"

namespace bpftracec::syntax {

class Parser {
 public:
  Parser(const diagnostics::SourceFile& file, AstContext& context,
         diagnostics::DiagnosticSink& sink);

  const Script* parse_script();

 private:
  // Recursion of the parser, and so of all that walk the tree, ends here: input may be hostile.
  // Frames of a build with sanitizers take kilobytes.
  static constexpr uint32_t kMaxNesting = 200;
  // Chains such as 1 + 1 + 1 ... are parsed in a loop, but are as deep in the tree.
  static constexpr uint32_t kMaxHeight = 500;

  // Counts one level of nesting while it lives.
  class Nesting {
   public:
    explicit Nesting(Parser& parser) : parser_(parser) { ++parser_.nesting_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    ~Nesting() { --parser_.nesting_; }

    bool is_too_deep() const { return parser_.nesting_ > kMaxNesting; }

   private:
    Parser& parser_;
  };

  // ---- tokens (parser.cpp) ----
  const Token& peek(size_t ahead = 0);
  Token take();
  bool at(TokenKind kind) { return peek().kind == kind; }
  bool accept(TokenKind kind);
  // Takes a token of this kind, or reports that it is missing after the previous one.
  bool expect(TokenKind kind);
  std::string describe(const Token& token) const;

  // ---- errors and recovery (parser.cpp) ----
  template <diagnostics::DiagnosticKind kind, typename... Args>
  diagnostics::Diagnostic& error(SourceRange where, const Args&... args) {
    // What the lexer has complained about needs no second word.
    bool follows_broken_text = previous_.is_wrong && (previous_.kind == TokenKind::String ||
                                                      previous_.kind == TokenKind::AttachPoint);
    bool is_silent = is_recovering_ || at(TokenKind::Invalid) || follows_broken_text;
    is_recovering_ = true;
    return is_silent ? unheard_ : sink_.report<kind>(where, args...);
  }
  template <diagnostics::DiagnosticKind kind, typename... Args>
  diagnostics::Diagnostic& report(SourceRange where, const Args&... args) {
    return is_recovering_ ? unheard_ : sink_.report<kind>(where, args...);
  }
  // `what` reads before "not supported yet": "'for' loops are".
  void unsupported(SourceRange where, std::string_view what);
  Expr too_deep(SourceRange where);
  Expr error_expr(SourceRange range) { return context_.make(ErrorExpr{range}); }
  SourceRange after_previous() const { return {previous_.range.end, previous_.range.end}; }
  SourceRange since(uint32_t begin) const { return {begin, std::max(begin, previous_.range.end)}; }
  void skip_token();
  void skip_balanced_braces();  // at '{'
  void skip_balanced_parens();  // at '('
  void skip_to_next_statement();
  bool at_likely_probe();
  void skip_to_next_probe();

  // ---- probes and the rest between them (parse_probe.cpp) ----
  void parse_root_item();
  void parse_config();
  void parse_config_setting(std::vector<ConfigSetting>& settings);
  void parse_unsupported_definition();
  void parse_unsupported_import_or_let();
  void parse_c_definition();
  void parse_probe();
  std::vector<AttachPoint> parse_attach_points();
  std::optional<AttachPoint> split_attach_point(const Token& token);
  bool check_attach_point_parameter(SourceRange where);
  std::optional<Expr> parse_predicate();

  // ---- statements (parse_statement.cpp) ----
  const Block* parse_block();
  bool at_probe_inside_block();
  std::optional<Statement> parse_statement();
  std::optional<Statement> parse_simple_statement();
  Statement parse_if();
  const Block* parse_else();
  void skip_else_if_chain();
  Statement parse_while();
  Statement parse_unroll();
  void parse_unsupported_for();
  Expr parse_condition();
  const Block* parse_body();
  std::optional<Statement> parse_let();
  Statement parse_return();
  Statement parse_assignment_or_expression();
  Expr parse_statement_operand();
  Statement parse_assignment(Expr target);
  void end_simple_statement();
  void hint_at_misspelt_keyword(diagnostics::Diagnostic& diagnostic, uint32_t statement_begin);

  // ---- expressions (parse_expression.cpp) ----
  Expr parse_expression();
  Expr parse_binary(int least_precedence);
  Expr parse_unary();
  Expr parse_prefix_operator(UnaryOp op);
  Expr parse_prefix_increment();
  Expr parse_unsupported_prefix();
  Expr parse_cast();
  Expr parse_postfix();
  Expr parse_field(Expr object);
  Expr parse_index(Expr object);
  Expr parse_postfix_increment(Expr target);
  Expr parse_primary();
  Expr parse_integer();
  Expr parse_string();
  Expr parse_parameter();
  Expr parse_map();
  Expr parse_identifier_or_call();
  Expr parse_parentheses();
  Expr parse_sizeof();
  Expr parse_unsupported_call(std::string_view what);
  Expr parse_unsupported_block_expression();
  std::vector<Expr> parse_expression_list(TokenKind closing);
  bool at_cast();
  bool at_type_in_sizeof();
  size_t after_type_suffixes(size_t ahead);
  TypeName parse_type();
  bool check_increment_target(const Expr& target, SourceRange where);

  AstContext& context_;
  const diagnostics::SourceFile& file_;
  diagnostics::DiagnosticSink& sink_;
  Lexer lexer_;
  std::deque<Token> lookahead_;
  Token previous_;  // the last token taken

  bool is_recovering_ = false;
  bool is_complete_ = true;
  uint32_t open_parens_ = 0;  // '(' and '[' that the current statement has opened so far
  uint32_t nesting_ = 0;
  uint32_t height_ = 0;  // of the tree that the last parse_*() for expressions returned
  diagnostics::Diagnostic unheard_{};  // takes the hints to errors that are not told

  std::vector<ConfigSetting> config_;
  std::vector<Probe> probes_;
  std::optional<SourceRange> config_range_;
  std::optional<SourceRange> first_probe_range_;
  bool has_reported_c_definition_ = false;
  bool has_reported_depth_ = false;
};

}  // namespace bpftracec::syntax
