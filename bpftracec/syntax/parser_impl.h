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
  Parser(const diagnostics::SourceFile& file, SourceRange part, AstContext& context,
         diagnostics::DiagnosticSink& sink);

  Script parse_script();
  // The text as one expression that stands at `place`.
  std::optional<Expr> parse_replacement(SourceRange place);

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
  static bool is_word_operator(const Token& token);

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
  Expr too_deep(SourceRange where);
  Expr error_expr(SourceRange range) { return context_.make(ErrorExpr{range}); }
  SourceRange after_previous() const { return {previous_.range.end, previous_.range.end}; }
  SourceRange since(uint32_t begin) const { return {begin, std::max(begin, previous_.range.end)}; }
  void skip_token();
  void skip_balanced_braces();  // at '{'
  void skip_to_next_statement();
  bool at_likely_probe();
  void skip_to_next_probe();
  void restart_between_probes(uint32_t offset);

  // ---- probes and the rest between them (parse_probe.cpp) ----
  void parse_root_item();
  void parse_config();
  void parse_config_setting(std::vector<ConfigSetting>& settings);
  void parse_c_definition();
  void note_item(SourceRange range);
  void parse_root_import();
  void parse_map_declaration();
  void parse_macro();
  bool parse_macro_parameter(std::vector<MacroParameter>& parameters);
  void parse_function();
  bool parse_function_parameter(std::vector<FunctionParameter>& parameters);
  template <typename ParseOne>
  bool parse_parameters(ParseOne parse_one);
  const Block* parse_definition_body();
  void end_root_item();
  void skip_root_item();
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
  const IfStatement* parse_if();
  const Block* parse_else();
  void skip_else_if_chain();
  Statement parse_while();
  Statement parse_unroll();
  Statement parse_for();
  Statement parse_for_each(uint32_t begin, bool has_paren, const Variable* variable,
                           const Expr& over);
  const Block* parse_for_body(bool has_paren);
  void skip_to_body();
  void skip_loop_head();
  Expr parse_condition();
  const Block* parse_body();
  std::optional<Statement> parse_let();
  std::optional<Statement> parse_import();
  Statement parse_return();
  Statement parse_assignment_or_expression();
  Expr parse_statement_operand();
  Statement parse_assignment(uint32_t begin, Expr target);
  void end_simple_statement();
  void hint_at_misspelt_keyword(diagnostics::Diagnostic& diagnostic, uint32_t statement_begin);

  // ---- expressions (parse_expression.cpp) ----
  Expr parse_expression();
  Expr continue_expression(Expr first);
  Expr continue_binary(Expr lhs, int least_precedence);
  bool at_operator();
  Expr parse_unary();
  Expr parse_prefix_operator(UnaryOp op);
  Expr parse_prefix_increment();
  Expr parse_address_of();
  Expr parse_comptime();
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
  Expr parse_record();
  Expr parse_sizeof();
  Expr parse_offsetof();
  const TypeofExpr* parse_typeof();
  Expr parse_typeinfo();
  TypeOrExpr parse_type_or_expression();
  Expr parse_block_expression();
  void note_height() { max_height_ = std::max(max_height_, height_); }
  std::vector<Expr> parse_expression_list(TokenKind closing);
  bool at_cast();
  bool at_type();
  size_t after_parens(size_t ahead);
  size_t after_type_suffixes(size_t ahead);
  TypeName parse_type();
  bool check_increment_target(const Expr& target, SourceRange where);

  AstContext& context_;
  const diagnostics::SourceFile& file_;
  diagnostics::DiagnosticSink& sink_;
  Lexer lexer_;
  std::deque<Token> lookahead_;
  Token previous_;                    // the last token taken
  std::optional<SourceRange> place_;  // of all tokens, instead of their own

  bool is_recovering_ = false;
  bool is_complete_ = true;
  uint32_t open_parens_ = 0;  // '(' and '[' that the current statement has opened so far
  uint32_t nesting_ = 0;
  uint32_t height_ = 0;      // of the tree that the last parse_*() for expressions returned
  uint32_t max_height_ = 0;  // of those since the innermost block expression began
  diagnostics::Diagnostic unheard_{};  // takes the hints to errors that are not told

  std::vector<CDefinition> c_definitions_;
  std::vector<ConfigSetting> config_;
  std::vector<ImportStatement> imports_;
  std::vector<MapDeclaration> map_declarations_;
  std::vector<Macro> macros_;
  std::vector<Function> functions_;
  std::vector<Probe> probes_;
  std::optional<SourceRange> config_range_;
  std::optional<SourceRange> first_after_c_;  // the first that is no C definition
  std::optional<SourceRange> first_item_;     // the first that is no config or import either
  bool has_reported_depth_ = false;
};

}  // namespace bpftracec::syntax
