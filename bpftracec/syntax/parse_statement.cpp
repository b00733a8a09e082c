// Statements and blocks.
#include <algorithm>
#include <array>

#include "bpftracec/base/nearest_name.h"
#include "bpftracec/syntax/parser_impl.h"

namespace bpftracec::syntax {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;

namespace {

constexpr std::array<std::string_view, 9> kStatementKeywords = {
    "if", "else", "for", "while", "unroll", "return", "let", "continue", "break"};

// What other languages have, and what to write here.
struct ForeignWord {
  std::string_view word;
  std::string_view instead;
};

constexpr ForeignWord kForeignWords[] = {
    {"do", "a loop is written: while (...) { ... }"},
    {"switch", "write: if (...) { ... } else if (...) { ... }"},
    {"case", "write: if (...) { ... } else if (...) { ... }"},
    {"elif", "did you mean 'else if'?"},
    {"elsif", "did you mean 'else if'?"},
    {"elseif", "did you mean 'else if'?"},
    {"var", "did you mean 'let'?"},
    {"auto", "did you mean 'let'?"},
    {"int", "a variable is declared so: let $name : type = ...;"},
    {"long", "a variable is declared so: let $name : type = ...;"},
    {"char", "a variable is declared so: let $name : type = ...;"},
    {"not", "did you mean '!'?"},
    {"foreach", "did you mean 'for'?"},
};

// Nothing means a plain `=`.
struct AssignmentOperator {
  TokenKind token;
  std::optional<BinaryOp> op;
};

constexpr std::array kAssignmentOperators = {
    AssignmentOperator{TokenKind::Assign, std::nullopt},
    AssignmentOperator{TokenKind::PlusAssign, BinaryOp::Add},
    AssignmentOperator{TokenKind::MinusAssign, BinaryOp::Subtract},
    AssignmentOperator{TokenKind::StarAssign, BinaryOp::Multiply},
    AssignmentOperator{TokenKind::SlashAssign, BinaryOp::Divide},
    AssignmentOperator{TokenKind::PercentAssign, BinaryOp::Modulo},
    AssignmentOperator{TokenKind::AmpersandAssign, BinaryOp::BitwiseAnd},
    AssignmentOperator{TokenKind::PipeAssign, BinaryOp::BitwiseOr},
    AssignmentOperator{TokenKind::CaretAssign, BinaryOp::BitwiseXor},
    AssignmentOperator{TokenKind::ShiftLeftAssign, BinaryOp::ShiftLeft},
    AssignmentOperator{TokenKind::ShiftRightAssign, BinaryOp::ShiftRight},
};

const AssignmentOperator* find_assignment_operator(TokenKind kind) {
  const auto* found = std::find_if(
      kAssignmentOperators.begin(), kAssignmentOperators.end(),
      [&](const AssignmentOperator& candidate) { return candidate.token == kind; });
  return found != kAssignmentOperators.end() ? found : nullptr;
}

bool is_assignable(const Expr& expr) {
  return std::holds_alternative<const Variable*>(expr) ||
         std::holds_alternative<const MapAccess*>(expr);
}

bool is_discard(const Expr& expr) {
  const auto* identifier = std::get_if<const Identifier*>(&expr);
  return identifier != nullptr && (*identifier)->name == "_";
}

}  // namespace

// ---- blocks -------------------------------------------------------------------------------------

const Block* Parser::parse_block() {
  Token open = take();
  std::vector<Statement> statements;
  bool ends_in_value = false;
  bool is_open = true;
  while (is_open && !at(TokenKind::RightBrace) && !at(TokenKind::EndOfFile) &&
         !at(TokenKind::AttachPoint)) {
    is_recovering_ = false;
    open_parens_ = 0;
    if (at_probe_inside_block()) {
      report<DiagnosticKind::UnclosedBlock>(open.range)
          .hint("add a '}}'")
          .note(peek().range, "a probe begins here");
      restart_between_probes(peek().range.begin);
      is_open = false;
      continue;
    }
    uint32_t begin = peek().range.begin;
    if (std::optional<Statement> statement = parse_statement()) {
      statements.push_back(*statement);
      const auto* const* expr = std::get_if<const ExprStatement*>(&*statement);
      ends_in_value = expr != nullptr && !(*expr)->is_discard &&
                      previous_.kind != TokenKind::Semicolon;
    }
    bool has_left_block = at(TokenKind::EndOfFile) || at(TokenKind::AttachPoint);
    if (is_recovering_ && !has_left_block) {
      if (peek().range.begin == begin && !at(TokenKind::LeftBrace))
        skip_token();  // however little, go on
      skip_to_next_statement();
    }
  }
  if (at(TokenKind::EndOfFile)) error<DiagnosticKind::UnclosedBlock>(open.range).hint("add a '}}'");
  bool is_closed = accept(TokenKind::RightBrace);
  // Of several blocks that the end of the file leaves open, only the innermost is told.
  is_recovering_ = !is_closed;
  return context_.make(Block{since(open.range.begin), context_.copy(statements), ends_in_value});
}

// Where a '}' is missing, the next probe looks like a statement; but no statement begins with
// `word:` or `BEGIN {`.
bool Parser::at_probe_inside_block() {
  if (!at(TokenKind::Identifier) || !peek().starts_line) return false;
  SourceRange word = peek().range;
  if (peek(1).kind == TokenKind::Colon && peek(1).range.begin == word.end) return true;
  if (peek(1).kind != TokenKind::LeftBrace) return false;
  std::string_view text = file_.text(word);
  return text == "BEGIN" || text == "END" || text == "begin" || text == "end";
}

// ---- statements ---------------------------------------------------------------------------------

std::optional<Statement> Parser::parse_statement() {
  Nesting nesting(*this);
  if (nesting.is_too_deep()) {
    too_deep(peek().range);
    if (at(TokenKind::LeftBrace)) skip_balanced_braces();
    return std::nullopt;
  }
  switch (peek().kind) {
    case TokenKind::LeftBrace:
      return parse_block();
    case TokenKind::If:
      return parse_if();
    case TokenKind::While:
      return parse_while();
    case TokenKind::Unroll:
      return parse_unroll();
    case TokenKind::For:
      return parse_for();
    default:
      break;
  }
  uint32_t begin = peek().range.begin;
  std::optional<Statement> statement = parse_simple_statement();
  if (!is_recovering_ && at(TokenKind::LeftBrace)) {
    // `whlie (x) {` reads like a call that lacks its ';'.
    Diagnostic& diagnostic = error<DiagnosticKind::ExpectedToken>(after_previous(), "';'",
                                                                  describe(previous_));
    hint_at_misspelt_keyword(diagnostic, begin);
    return statement;
  }
  end_simple_statement();
  return statement;
}

std::optional<Statement> Parser::parse_simple_statement() {
  switch (peek().kind) {
    case TokenKind::Let:
      return parse_let();
    case TokenKind::Return:
      return parse_return();
    case TokenKind::Break:
      return context_.make(BreakStatement{take().range});
    case TokenKind::Continue:
      return context_.make(ContinueStatement{take().range});
    case TokenKind::Import:
      return parse_import();
    case TokenKind::PreprocessorLine:
      report<DiagnosticKind::CDefinitionAfterProbes>(peek().range)
          .hint("a comment begins with '//'");
      skip_token();
      is_recovering_ = true;  // no ';' follows it
      return std::nullopt;
    case TokenKind::Semicolon:
      report<DiagnosticKind::ExpectedExpression>(peek().range, describe(peek()))
          .hint("remove this ';'");
      return std::nullopt;
    case TokenKind::Else:
      error<DiagnosticKind::UnexpectedToken>(peek().range, describe(peek()))
          .hint("it belongs to no 'if'");
      take();
      if (at(TokenKind::If)) return parse_if();
      is_recovering_ = is_recovering_ && !at(TokenKind::LeftBrace);
      if (at(TokenKind::LeftBrace)) return parse_block();
      return std::nullopt;
    default:
      return parse_assignment_or_expression();
  }
}

void Parser::end_simple_statement() {
  if (is_recovering_ || accept(TokenKind::Semicolon) || at(TokenKind::RightBrace)) return;
  if (previous_.kind == TokenKind::RightBrace) return;
  if (at(TokenKind::Assign)) {
    error<DiagnosticKind::AssignmentInExpression>(peek().range);
    return;
  }
  uint32_t statement_begin = previous_.range.begin;
  Diagnostic& diagnostic = error<DiagnosticKind::ExpectedToken>(after_previous(), "';'",
                                                                describe(previous_));
  if (previous_.kind == TokenKind::String && at(TokenKind::String)) {
    diagnostic.hint("strings are not joined by standing side by side; '+' joins literals");
  }
  if (at(TokenKind::Colon) && peek(1).kind == TokenKind::Assign) {
    diagnostic.hint("an assignment is written with '='");
  }
  hint_at_misspelt_keyword(diagnostic, statement_begin);
  // On a new line it is most likely only the ';' that is missing.
  if (peek().starts_line || at(TokenKind::EndOfFile)) is_recovering_ = false;
}

void Parser::hint_at_misspelt_keyword(Diagnostic& diagnostic, uint32_t statement_begin) {
  std::string_view rest = file_.text().substr(statement_begin);
  size_t length = 0;
  while (length < rest.size() && length < 16 && rest[length] >= 'a' && rest[length] <= 'z')
    ++length;
  std::string_view word = rest.substr(0, length);
  const auto* foreign = std::ranges::find(kForeignWords, word, &ForeignWord::word);
  if (foreign != std::end(kForeignWords)) {
    diagnostic.hint("{}", foreign->instead);
    return;
  }
  std::optional<std::string_view> keyword = base::nearest_name(word, kStatementKeywords);
  if (keyword && *keyword != word) diagnostic.hint("did you mean '{}'?", *keyword);
}

const IfStatement* Parser::parse_if() {
  uint32_t begin = take().range.begin;
  Expr condition = parse_condition();
  const Block* then_block = parse_body();
  const Block* else_block = at(TokenKind::Else) ? parse_else() : nullptr;
  return context_.make(IfStatement{since(begin), condition, then_block, else_block});
}

const Block* Parser::parse_else() {
  take();
  if (!at(TokenKind::If)) return parse_body();
  Nesting nesting(*this);
  if (nesting.is_too_deep()) {
    too_deep(peek().range);
    skip_else_if_chain();
    return context_.make(Block{peek().range, {}});
  }
  std::vector<Statement> only = {parse_if()};
  return context_.make(Block{range_of(only.front()), context_.copy(only)});
}

// At `if`.
void Parser::skip_else_if_chain() {
  while (at(TokenKind::If) || at(TokenKind::Else)) {
    while (!at(TokenKind::LeftBrace) && !at(TokenKind::RightBrace) && !at(TokenKind::EndOfFile)) {
      skip_token();
    }
    if (at(TokenKind::LeftBrace)) skip_balanced_braces();
  }
}

Statement Parser::parse_while() {
  uint32_t begin = take().range.begin;
  Expr condition = parse_condition();
  const Block* body = parse_body();
  return context_.make(WhileStatement{since(begin), condition, body});
}

Statement Parser::parse_unroll() {
  uint32_t begin = take().range.begin;
  Expr count = parse_condition();
  const Block* body = parse_body();
  return context_.make(UnrollStatement{since(begin), count, body});
}

Statement Parser::parse_for() {
  uint32_t begin = take().range.begin;
  bool has_paren = accept(TokenKind::LeftParen);
  const Variable* variable = context_.make(Variable{after_previous(), {}});
  Expr first = error_expr(peek().range);
  if (at(TokenKind::Identifier)) {
    error<DiagnosticKind::ExpectedToken>(after_previous(), "variable", describe(previous_))
        .hint("did you mean '${}'?", peek().text);
  } else if (expect(TokenKind::Variable)) {
    variable = context_.make(Variable{previous_.range, previous_.text});
    if (at(TokenKind::Assign)) {
      error<DiagnosticKind::ForNeedsMapOrRange>(peek().range)
          .hint("to count, write: for (${} : 0..10) {{ ... }}", variable->name);
      skip_loop_head();
    } else if (at(TokenKind::Comma)) {
      error<DiagnosticKind::ExpectedToken>(after_previous(), "':'", describe(previous_))
          .hint("one variable holds both: ${0}.0 is the key, ${0}.1 the value", variable->name);
    } else if (expect(TokenKind::Colon)) {
      first = parse_postfix();
    }
  }
  if (is_recovering_ || !accept(TokenKind::DotDot)) {
    return parse_for_each(begin, has_paren, variable, first);
  }
  Expr end = parse_postfix();
  const Block* body = parse_for_body(has_paren);
  return context_.make(ForRangeStatement{since(begin), variable, first, end, body});
}

Statement Parser::parse_for_each(uint32_t begin, bool has_paren, const Variable* variable,
                                 const Expr& over) {
  const auto* const* map = std::get_if<const MapAccess*>(&over);
  const bool is_map = map != nullptr && !(*map)->has_keys;
  if (!is_map) {
    error<DiagnosticKind::ForNeedsMapOrRange>(range_of(over))
        .hint(
            "a range is written: first..end, and what is not a single value stands in "
            "parentheses");
  }
  const Block* body = parse_for_body(has_paren);
  if (is_map) return context_.make(ForEachStatement{since(begin), variable, *map, body});
  // The body counts, and so does the variable.
  Expr unknown = error_expr(range_of(over));
  return context_.make(ForRangeStatement{since(begin), variable, unknown, unknown, body});
}

const Block* Parser::parse_for_body(bool has_paren) {
  if (is_recovering_) {
    skip_to_body();
    is_recovering_ = !at(TokenKind::LeftBrace);
  } else if (has_paren && !accept(TokenKind::RightParen)) {
    error<DiagnosticKind::ExpectedToken>(after_previous(), "')'", describe(previous_))
        .hint("the ends of a range are single values; put parentheses around others");
    skip_to_body();
    is_recovering_ = !at(TokenKind::LeftBrace);
  } else if (!at(TokenKind::LeftBrace)) {
    error<DiagnosticKind::ExpectedToken>(after_previous(), "'{'", describe(previous_))
        .hint("the ends of a range are single values; put parentheses around others");
    skip_to_body();
    is_recovering_ = !at(TokenKind::LeftBrace);
  }
  return parse_body();
}

// As skip_to_body(), but past the ';'s of `for ($i = 0; $i < 5; $i++) {`.
void Parser::skip_loop_head() {
  while (!at(TokenKind::LeftBrace) && !at(TokenKind::RightBrace) && !at(TokenKind::EndOfFile) &&
         !at(TokenKind::AttachPoint)) {
    skip_token();
  }
}

void Parser::skip_to_body() {
  while (!at(TokenKind::LeftBrace) && !at(TokenKind::RightBrace) && !at(TokenKind::Semicolon) &&
         !at(TokenKind::EndOfFile) && !at(TokenKind::AttachPoint)) {
    skip_token();
  }
}

// `(expr)`, or one unary expression. `(a) && (b)` is neither: upstream rejects it, and so we keep
// scripts portable.
Expr Parser::parse_condition() {
  uint32_t begin = peek().range.begin;
  Expr condition = error_expr(peek().range);
  if (accept(TokenKind::LeftParen)) {
    condition = parse_expression();
    expect(TokenKind::RightParen);
  } else if (at(TokenKind::LeftBrace)) {
    error<DiagnosticKind::ExpectedExpression>(peek().range, describe(peek()));
    is_recovering_ = false;
    return condition;
  } else {
    condition = parse_unary();
  }
  if (is_recovering_) {
    skip_to_body();
    is_recovering_ = !at(TokenKind::LeftBrace);
    return error_expr(since(begin));
  }
  if (at(TokenKind::LeftBrace)) return condition;
  // The body's '{' may be missing; anything that can begin a statement speaks for that.
  if (is_word(peek()) || at(TokenKind::Variable) || at(TokenKind::Map) || at(TokenKind::Semicolon))
    return condition;
  if (at(TokenKind::EndOfFile) || at(TokenKind::RightBrace)) return condition;
  while (!at(TokenKind::LeftBrace) && !at(TokenKind::RightBrace) && !at(TokenKind::Semicolon) &&
         !at(TokenKind::EndOfFile) && !at(TokenKind::AttachPoint)) {
    take();
  }
  report<DiagnosticKind::ConditionNeedsParentheses>(since(begin))
      .hint("put '(' before and ')' after all of it");
  return error_expr(since(begin));
}

const Block* Parser::parse_body() {
  if (at(TokenKind::LeftBrace)) return parse_block();
  SourceRange where = peek().range;
  error<DiagnosticKind::ExpectedToken>(after_previous(), "'{'", describe(previous_))
      .hint("the body of a statement stands in braces, even if it is short");
  std::vector<Statement> statements;
  bool is_lone_statement = !at(TokenKind::Semicolon) && !at(TokenKind::RightBrace) &&
                           !at(TokenKind::EndOfFile) && !at(TokenKind::AttachPoint) &&
                           !at(TokenKind::Invalid);
  if (is_lone_statement) {
    is_recovering_ = false;
    if (std::optional<Statement> statement = parse_statement()) statements.push_back(*statement);
  }
  return context_.make(Block{since(where.begin), context_.copy(statements)});
}

std::optional<Statement> Parser::parse_let() {
  uint32_t begin = take().range.begin;
  if (at(TokenKind::Map)) {
    error<DiagnosticKind::MapDeclaredInProbe>(peek().range)
        .hint("a map needs no declaration; assign to it");
    return std::nullopt;
  }
  if (at(TokenKind::Identifier)) {
    error<DiagnosticKind::ExpectedToken>(after_previous(), "variable", describe(previous_))
        .hint("did you mean '${}'?", peek().text);
    return std::nullopt;
  }
  if (!expect(TokenKind::Variable)) return std::nullopt;
  const Variable* variable = context_.make(Variable{previous_.range, previous_.text});
  std::optional<TypeName> type;
  if (accept(TokenKind::Colon)) type = parse_type();
  std::optional<Expr> value;
  if (!is_recovering_ && accept(TokenKind::Assign)) value = parse_expression();
  return context_.make(LetStatement{since(begin), variable, type, value});
}

std::optional<Statement> Parser::parse_import() {
  uint32_t begin = take().range.begin;
  if (!expect(TokenKind::String)) return std::nullopt;
  Token target = previous_;
  if (target.is_wrong) return std::nullopt;
  return context_.make(ImportStatement{since(begin), target.text, target.range});
}

Statement Parser::parse_return() {
  uint32_t begin = take().range.begin;
  std::optional<Expr> value;
  if (!at(TokenKind::Semicolon) && !at(TokenKind::RightBrace) && !at(TokenKind::EndOfFile)) {
    value = parse_expression();
  }
  return context_.make(ReturnStatement{since(begin), value});
}

Statement Parser::parse_assignment_or_expression() {
  uint32_t begin = peek().range.begin;
  bool begins_with_operand = at(TokenKind::Variable) || at(TokenKind::Map);
  Expr expr = begins_with_operand ? parse_statement_operand() : parse_expression();
  if (!is_recovering_ && find_assignment_operator(peek().kind) != nullptr)
    return parse_assignment(begin, expr);
  return context_.make(ExprStatement{since(begin), expr});
}

// A statement that begins with $v or @m is an assignment, or a lone postfix expression such as
// `@m++`. Upstream's grammar has no other, and we keep scripts portable. Without a `;` before the
// block's end it is no statement but the block's value, and may be any expression.
Expr Parser::parse_statement_operand() {
  Token first = peek();
  Expr expr = parse_postfix();
  if (is_recovering_ || peek().starts_line || !at_operator()) return expr;
  expr = continue_expression(expr);
  if (!at(TokenKind::RightBrace)) {
    report<DiagnosticKind::StatementBeginsWithOperand>(first.range, file_.text(first.range))
        .hint("put parentheses around the whole expression");
  }
  return expr;
}

Statement Parser::parse_assignment(uint32_t begin, Expr target) {
  Token op_token = take();
  std::optional<BinaryOp> compound_op = find_assignment_operator(op_token.kind)->op;
  bool discards = is_discard(target) && !compound_op;
  if (!discards && !is_assignable(target) && !std::holds_alternative<const ErrorExpr*>(target)) {
    Diagnostic& diagnostic = report<DiagnosticKind::InvalidAssignmentTarget>(range_of(target));
    if (std::holds_alternative<const FieldAccess*>(target) ||
        std::holds_alternative<const IndexAccess*>(target)) {
      diagnostic.hint("only a whole variable, a map or one element of a map can be assigned to");
    } else if (const auto* name = std::get_if<const Identifier*>(&target)) {
      diagnostic.hint("did you mean '${}'?", (*name)->name);
    }
    target = error_expr(range_of(target));
  }
  Expr value = parse_expression();
  if (discards) return context_.make(ExprStatement{since(begin), value, true});
  return context_.make(Assignment{since(begin), target, compound_op, value});
}

}  // namespace bpftracec::syntax
