// Expressions: the levels of precedence, and what the operands may be.
#include <algorithm>
#include <array>
#include <iterator>

#include "bpftracec/syntax/parser_impl.h"

namespace bpftracec::syntax {

using diagnostics::DiagnosticKind;

namespace {

struct BinaryOperator {
  TokenKind token;
  BinaryOp op;
  int precedence;  // higher binds tighter
};

constexpr BinaryOperator kBinaryOperators[] = {
    {TokenKind::LogicalOr, BinaryOp::LogicalOr, 1},
    {TokenKind::LogicalAnd, BinaryOp::LogicalAnd, 2},
    {TokenKind::Pipe, BinaryOp::BitwiseOr, 3},
    {TokenKind::Caret, BinaryOp::BitwiseXor, 4},
    {TokenKind::Ampersand, BinaryOp::BitwiseAnd, 5},
    {TokenKind::Equal, BinaryOp::Equal, 6},
    {TokenKind::NotEqual, BinaryOp::NotEqual, 6},
    {TokenKind::Less, BinaryOp::Less, 7},
    {TokenKind::LessEqual, BinaryOp::LessEqual, 7},
    {TokenKind::Greater, BinaryOp::Greater, 7},
    {TokenKind::GreaterEqual, BinaryOp::GreaterEqual, 7},
    {TokenKind::ShiftLeft, BinaryOp::ShiftLeft, 8},
    {TokenKind::ShiftRight, BinaryOp::ShiftRight, 8},
    {TokenKind::Plus, BinaryOp::Add, 9},
    {TokenKind::Minus, BinaryOp::Subtract, 9},
    {TokenKind::Star, BinaryOp::Multiply, 10},
    {TokenKind::Slash, BinaryOp::Divide, 10},
    {TokenKind::Percent, BinaryOp::Modulo, 10},
};

const BinaryOperator* find_binary_operator(TokenKind kind) {
  const auto* found = std::find_if(
      std::begin(kBinaryOperators), std::end(kBinaryOperators),
      [&](const BinaryOperator& candidate) { return candidate.token == kind; });
  return found != std::end(kBinaryOperators) ? found : nullptr;
}

// Words that name a type wherever they stand, so that `(uint64)$x` is a cast and `sizeof(uint64)`
// asks about a type.
constexpr std::array<std::string_view, 15> kTypeWords = {
    "void", "bool",   "int8",   "int16",  "int32",  "int64",      "uint8", "uint16",
    "int",  "uint32", "uint64", "string", "buffer", "username_t", "inet",
};

// Words that name a value wherever they stand: in `(pid) - 1`, pid is no type. What they mean is
// sema's business.
constexpr std::array<std::string_view, 46> kValueWords = {
    "arg0",    "arg1",    "arg2",  "arg3",   "arg4",      "arg5",   "arg6",  "arg7",
    "arg8",    "arg9",    "args",  "cgroup", "comm",      "cpid",   "cpu",   "ctx",
    "curtask", "elapsed", "func",  "gid",    "jiffies",   "kstack", "ncpus", "nsecs",
    "numaid",  "pid",     "ppid",  "probe",  "probetype", "pcomm",  "rand",  "retval",
    "sarg0",   "sarg1",   "sarg2", "sarg3",  "sarg4",     "sarg5",  "sarg6", "sarg7",
    "sarg8",   "sarg9",   "tid",   "uid",    "usermode",  "ustack",
};

template <size_t size>
bool contains(const std::array<std::string_view, size>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool begins_operand(TokenKind kind) {
  switch (kind) {
    case TokenKind::Integer:
    case TokenKind::String:
    case TokenKind::Variable:
    case TokenKind::Map:
    case TokenKind::Parameter:
    case TokenKind::ParameterCount:
    case TokenKind::Identifier:
    case TokenKind::True:
    case TokenKind::False:
    case TokenKind::Sizeof:
    case TokenKind::Offsetof:
    case TokenKind::LeftParen:
    case TokenKind::Minus:
    case TokenKind::Exclamation:
    case TokenKind::Tilde:
    case TokenKind::Star:
    case TokenKind::Ampersand:
      return true;
    default:
      return false;
  }
}

// Of those, the ones that could as well go on with the expression before them.
bool could_be_binary(TokenKind kind) {
  return kind == TokenKind::Minus || kind == TokenKind::Star || kind == TokenKind::Ampersand;
}

bool is_incrementable(const Expr& expr) {
  return std::holds_alternative<const Variable*>(expr) ||
         std::holds_alternative<const MapAccess*>(expr) ||
         std::holds_alternative<const ErrorExpr*>(expr);
}

}  // namespace

// ---- operators ----------------------------------------------------------------------------------

Expr Parser::parse_expression() {
  Nesting nesting(*this);
  if (nesting.is_too_deep()) return too_deep(peek().range);
  return continue_expression(parse_unary());
}

// What may follow the first operand.
Expr Parser::continue_expression(Expr first) {
  Expr condition = continue_binary(first, 1);
  note_height();
  if (!accept(TokenKind::Question)) return condition;
  uint32_t height = height_;
  std::optional<Expr> when_true;
  if (!at(TokenKind::Colon)) {
    when_true = parse_expression();
    height = std::max(height, height_);
  }
  expect(TokenKind::Colon);
  Expr when_false = parse_expression();
  height_ = std::max(height, height_) + 1;
  note_height();
  return context_.make(ConditionalExpr{cover(range_of(condition), range_of(when_false)), condition,
                                       when_true, when_false});
}

Expr Parser::continue_binary(Expr lhs, int least_precedence) {
  while (const BinaryOperator* found = find_binary_operator(peek().kind)) {
    if (found->precedence < least_precedence) break;
    uint32_t height = height_;
    Token op = take();
    Expr rhs = continue_binary(parse_unary(), found->precedence + 1);
    height_ = std::max(height, height_) + 1;
    if (height_ > kMaxHeight) return too_deep(op.range);
    lhs = context_.make(
        BinaryExpr{cover(range_of(lhs), range_of(rhs)), found->op, op.range, lhs, rhs});
  }
  return lhs;
}

Expr Parser::parse_unary() {
  switch (peek().kind) {
    case TokenKind::Exclamation:
      return parse_prefix_operator(UnaryOp::LogicalNot);
    case TokenKind::Tilde:
      return parse_prefix_operator(UnaryOp::BitwiseNot);
    case TokenKind::Minus:
      return parse_prefix_operator(UnaryOp::Negate);
    case TokenKind::Star:
      return parse_prefix_operator(UnaryOp::Dereference);
    case TokenKind::PlusPlus:
    case TokenKind::MinusMinus:
      return parse_prefix_increment();
    case TokenKind::Ampersand:
      return parse_address_of();
    case TokenKind::Comptime:
      return parse_comptime();
    case TokenKind::LeftParen:
      if (at_cast()) return parse_cast();
      return parse_postfix();
    default:
      return parse_postfix();
  }
}

Expr Parser::parse_prefix_operator(UnaryOp op) {
  Nesting nesting(*this);
  if (nesting.is_too_deep()) return too_deep(peek().range);
  SourceRange op_range = take().range;
  Expr operand = parse_unary();
  ++height_;
  return context_.make(UnaryExpr{cover(op_range, range_of(operand)), op, operand});
}

Expr Parser::parse_prefix_increment() {
  Nesting nesting(*this);
  if (nesting.is_too_deep()) return too_deep(peek().range);
  Token op = take();
  Expr target = parse_unary();
  ++height_;
  SourceRange range = cover(op.range, range_of(target));
  if (!check_increment_target(target, range)) return error_expr(range);
  return context_.make(IncrementExpr{range, target, op.kind == TokenKind::PlusPlus, true});
}

bool Parser::check_increment_target(const Expr& target, SourceRange where) {
  if (is_incrementable(target)) return true;
  report<DiagnosticKind::InvalidIncrementTarget>(where);
  return false;
}

Expr Parser::parse_address_of() {
  Nesting nesting(*this);
  if (nesting.is_too_deep()) return too_deep(peek().range);
  Token op = take();
  Expr operand = parse_unary();
  ++height_;
  SourceRange range = cover(op.range, range_of(operand));
  const auto* const* map = std::get_if<const MapAccess*>(&operand);
  const bool is_place = std::holds_alternative<const Variable*>(operand) ||
                        std::holds_alternative<const ErrorExpr*>(operand) ||
                        (map != nullptr && !(*map)->has_keys);
  if (is_place) return context_.make(UnaryExpr{range, UnaryOp::AddressOf, operand});
  report<DiagnosticKind::InvalidAddressOf>(op.range);
  return error_expr(range);
}

Expr Parser::parse_comptime() {
  Nesting nesting(*this);
  if (nesting.is_too_deep()) return too_deep(peek().range);
  Token word = take();
  Expr operand = parse_unary();
  ++height_;
  return context_.make(ComptimeExpr{cover(word.range, range_of(operand)), operand});
}

bool Parser::at_operator() {
  return at(TokenKind::Question) || find_binary_operator(peek().kind) != nullptr;
}

// ---- types and casts ----------------------------------------------------------------------------

// The number of tokens from here past `*` and `[N]`.
size_t Parser::after_type_suffixes(size_t ahead) {
  while (true) {
    if (peek(ahead).kind == TokenKind::Star) {
      ++ahead;
    } else if (peek(ahead).kind == TokenKind::LeftBracket &&
               peek(ahead + 1).kind == TokenKind::RightBracket) {
      ahead += 2;
    } else if (peek(ahead).kind == TokenKind::LeftBracket &&
               peek(ahead + 1).kind == TokenKind::Integer &&
               peek(ahead + 2).kind == TokenKind::RightBracket) {
      ahead += 3;
    } else {
      return ahead;
    }
  }
}

// At '(': the number of tokens from here past the ')' that belongs to it, or to where there is
// none.
size_t Parser::after_parens(size_t ahead) {
  uint32_t depth = 0;
  while (true) {
    switch (peek(ahead).kind) {
      case TokenKind::LeftParen:
        ++depth;
        break;
      case TokenKind::RightParen:
        if (--depth == 0) return ahead + 1;
        break;
      case TokenKind::LeftBrace:
      case TokenKind::RightBrace:
      case TokenKind::Semicolon:
      case TokenKind::AttachPoint:
      case TokenKind::EndOfFile:
        return ahead;
      default:
        break;
    }
    ++ahead;
  }
}

// At '('. `(word)` before an operand is a cast, unless the word is known to be a value; so `(x) -
// 1` is one, which surprises people, but is what the language says.
bool Parser::at_cast() {
  switch (peek(1).kind) {
    case TokenKind::Struct:
    case TokenKind::Union:
    case TokenKind::Enum:
      return true;
    case TokenKind::Typeof: {
      if (peek(2).kind != TokenKind::LeftParen) return false;
      size_t closing = after_type_suffixes(after_parens(2));
      return peek(closing).kind == TokenKind::RightParen && begins_operand(peek(closing + 1).kind);
    }
    case TokenKind::Identifier:
      break;
    default:
      return false;
  }
  std::string_view word = peek(1).text;
  if (contains(kValueWords, word)) return false;
  size_t closing = after_type_suffixes(2);
  if (peek(closing).kind != TokenKind::RightParen) return false;
  if (contains(kTypeWords, word)) return true;
  TokenKind following = peek(closing + 1).kind;
  if (closing == 2) return begins_operand(following);
  // `(file *)$x` can be nothing else; `(x[1])` may be an element.
  bool is_pointer = peek(closing - 1).kind == TokenKind::Star;
  return is_pointer || (begins_operand(following) && !could_be_binary(following));
}

Expr Parser::parse_cast() {
  Nesting nesting(*this);
  if (nesting.is_too_deep()) return too_deep(peek().range);
  uint32_t begin = take().range.begin;
  TypeName type = parse_type();
  expect(TokenKind::RightParen);
  Expr operand = parse_unary();
  ++height_;
  return context_.make(CastExpr{{begin, range_of(operand).end}, type, operand});
}

TypeName Parser::parse_type() {
  uint32_t begin = peek().range.begin;
  TypeName type{};
  if (at(TokenKind::Typeof)) {
    type.type_of = parse_typeof();
  } else {
    if (at(TokenKind::Struct) || at(TokenKind::Union) || at(TokenKind::Enum)) {
      type.tag = take().text;
    }
    if (expect(TokenKind::Identifier)) type.name = previous_.text;
  }
  std::vector<TypeSuffix> suffixes;
  while (!is_recovering_ && (at(TokenKind::Star) || at(TokenKind::LeftBracket))) {
    if (accept(TokenKind::Star)) {
      suffixes.push_back({TypeSuffix::Kind::Pointer});
      continue;
    }
    take();
    std::optional<uint64_t> size;
    if (at(TokenKind::Integer)) size = take().value;
    suffixes.push_back({TypeSuffix::Kind::Array, size});
    expect(TokenKind::RightBracket);
  }
  type.suffixes = context_.copy(suffixes);
  type.range = since(begin);
  return type;
}

// ---- postfix ------------------------------------------------------------------------------------

Expr Parser::parse_postfix() {
  Expr expr = parse_primary();
  while (true) {
    switch (peek().kind) {
      case TokenKind::Dot:
      case TokenKind::Arrow:
        expr = parse_field(expr);
        break;
      case TokenKind::LeftBracket:
        expr = parse_index(expr);
        break;
      case TokenKind::PlusPlus:
      case TokenKind::MinusMinus:
        expr = parse_postfix_increment(expr);
        break;
      default:
        note_height();
        return expr;
    }
    if (is_recovering_) return expr;
    if (height_ > kMaxHeight) return too_deep(previous_.range);
  }
}

Expr Parser::parse_field(Expr object) {
  Token op = take();
  Token field = peek();
  bool is_number = field.kind == TokenKind::Integer;
  if (!is_number && !is_word(field)) {
    error<DiagnosticKind::ExpectedToken>(after_previous(), "the name of a field", describe(op));
    return object;
  }
  take();
  ++height_;
  SourceRange range = cover(range_of(object), field.range);
  if (is_number && std::holds_alternative<const IntegerLiteral*>(object)) {
    report<DiagnosticKind::NoFloatingPoint>(range).hint(
        "scale the number instead, for example to thousandths");
    return error_expr(range);
  }
  return context_.make(
      FieldAccess{range, object, field.text, field.range, op.kind == TokenKind::Arrow});
}

Expr Parser::parse_index(Expr object) {
  uint32_t height = height_;
  take();
  std::vector<Expr> indexes = parse_expression_list(TokenKind::RightBracket);
  height_ = std::max(height, height_) + 1;
  SourceRange range{range_of(object).begin, previous_.range.end};
  if (is_recovering_) return error_expr(range);
  if (indexes.size() > 1) {
    report<DiagnosticKind::IndexTakesOneExpression>(
        cover(range_of(indexes.front()), range_of(indexes.back())));
    return error_expr(range);
  }
  return context_.make(IndexAccess{range, object, indexes.front()});
}

Expr Parser::parse_postfix_increment(Expr target) {
  Token op = take();
  ++height_;
  SourceRange range = cover(range_of(target), op.range);
  if (!check_increment_target(target, range)) return error_expr(range);
  return context_.make(IncrementExpr{range, target, op.kind == TokenKind::PlusPlus, false});
}

// One or more expressions and the token that closes them.
std::vector<Expr> Parser::parse_expression_list(TokenKind closing) {
  std::vector<Expr> expressions;
  uint32_t height = 0;
  do {
    expressions.push_back(parse_expression());
    height = std::max(height, height_);
  } while (!is_recovering_ && accept(TokenKind::Comma));
  const bool lacks_comma = begins_operand(peek().kind) && !peek().starts_line &&
                           !is_word_operator(peek()) && !at(TokenKind::String);
  if (lacks_comma) {
    error<DiagnosticKind::ExpectedToken>(
        after_previous(), closing == TokenKind::RightParen ? "',' or ')'" : "',' or ']'",
        describe(previous_));
  } else {
    expect(closing);
  }
  height_ = height;
  return expressions;
}

// ---- primary ------------------------------------------------------------------------------------

Expr Parser::parse_primary() {
  height_ = 1;
  switch (peek().kind) {
    case TokenKind::Integer:
      return parse_integer();
    case TokenKind::String:
      return parse_string();
    case TokenKind::True:
    case TokenKind::False: {
      Token token = take();
      return context_.make(BooleanLiteral{token.range, token.kind == TokenKind::True});
    }
    case TokenKind::Variable: {
      Token token = take();
      return context_.make(Variable{token.range, token.text});
    }
    case TokenKind::Parameter:
      return parse_parameter();
    case TokenKind::ParameterCount:
      return context_.make(ParameterCount{take().range});
    case TokenKind::Map:
      return parse_map();
    case TokenKind::Identifier:
      return parse_identifier_or_call();
    case TokenKind::LeftParen:
      return parse_parentheses();
    case TokenKind::Sizeof:
      return parse_sizeof();
    case TokenKind::Offsetof:
      return parse_offsetof();
    case TokenKind::Typeof:
      return parse_typeof();
    case TokenKind::Typeinfo:
      return parse_typeinfo();
    case TokenKind::If:
    case TokenKind::LeftBrace:
      return parse_block_expression();
    default:
      break;
  }
  SourceRange where = at(TokenKind::EndOfFile) ? after_previous() : peek().range;
  error<DiagnosticKind::ExpectedExpression>(where, describe(peek()));
  return error_expr(where);
}

Expr Parser::parse_integer() {
  Token token = take();
  if (token.is_wrong) return error_expr(token.range);
  return context_.make(IntegerLiteral{token.range, token.value});
}

Expr Parser::parse_string() {
  Token token = take();
  if (token.is_wrong) return error_expr(token.range);
  return context_.make(StringLiteral{token.range, token.text});
}

Expr Parser::parse_parameter() {
  Token token = take();
  if (token.is_wrong) return error_expr(token.range);
  return context_.make(PositionalParameter{token.range, token.value});
}

Expr Parser::parse_map() {
  Token name = take();
  if (!at(TokenKind::LeftBracket))
    return context_.make(MapAccess{name.range, name.range, name.text, {}, false});
  take();
  std::vector<Expr> keys = parse_expression_list(TokenKind::RightBracket);
  ++height_;
  if (is_recovering_) return error_expr(since(name.range.begin));
  return context_.make(
      MapAccess{since(name.range.begin), name.range, name.text, context_.copy(keys), true});
}

Expr Parser::parse_identifier_or_call() {
  if (peek().text == "has_field" && peek(1).kind == TokenKind::LeftParen) return parse_offsetof();
  Token name = take();
  if (!at(TokenKind::LeftParen)) return context_.make(Identifier{name.range, name.text});
  take();
  std::vector<Expr> arguments;
  if (!accept(TokenKind::RightParen)) arguments = parse_expression_list(TokenKind::RightParen);
  ++height_;
  // A call with fewer arguments than were meant would be complained about again.
  if (is_recovering_) return error_expr(since(name.range.begin));
  return context_.make(
      CallExpr{since(name.range.begin), name.text, name.range, context_.copy(arguments)});
}

// Grouping, a tuple, or a record.
Expr Parser::parse_parentheses() {
  uint32_t begin = peek().range.begin;
  if (is_word(peek(1)) && peek(2).kind == TokenKind::Assign) return parse_record();
  take();
  std::vector<Expr> elements;
  if (accept(TokenKind::RightParen)) return context_.make(TupleExpr{since(begin), {}});
  elements.push_back(parse_expression());
  if (!at(TokenKind::Comma)) {
    expect(TokenKind::RightParen);
    return elements.front();
  }
  uint32_t height = height_;
  while (!is_recovering_ && accept(TokenKind::Comma)) {
    if (at(TokenKind::RightParen)) break;
    elements.push_back(parse_expression());
    height = std::max(height, height_);
  }
  expect(TokenKind::RightParen);
  height_ = height + 1;
  if (is_recovering_) return error_expr(since(begin));
  return context_.make(TupleExpr{since(begin), context_.copy(elements)});
}

// `(a = 1, b = 2)`.
Expr Parser::parse_record() {
  uint32_t begin = take().range.begin;
  std::vector<RecordField> fields;
  uint32_t height = 0;
  do {
    if (!is_word(peek())) {
      error<DiagnosticKind::ExpectedToken>(after_previous(), "the name of a field",
                                           describe(previous_));
      break;
    }
    Token name = take();
    if (!expect(TokenKind::Assign)) break;
    fields.push_back({name.text, name.range, parse_expression()});
    height = std::max(height, height_);
  } while (!is_recovering_ && accept(TokenKind::Comma));
  expect(TokenKind::RightParen);
  height_ = height + 1;
  if (is_recovering_) return error_expr(since(begin));
  return context_.make(RecordExpr{since(begin), context_.copy(fields)});
}

// ---- questions about types ----------------------------------------------------------------------

// Inside the parentheses of sizeof or one of its like. A bare word may be a type or a value; it
// stays an Identifier for sema to decide.
bool Parser::at_type() {
  auto ends = [&](size_t ahead) {
    return peek(ahead).kind == TokenKind::RightParen || peek(ahead).kind == TokenKind::Comma;
  };
  switch (peek().kind) {
    case TokenKind::Struct:
    case TokenKind::Union:
    case TokenKind::Enum:
      return true;
    case TokenKind::Typeof:
      return peek(1).kind == TokenKind::LeftParen && ends(after_type_suffixes(after_parens(1)));
    case TokenKind::Identifier: {
      size_t end = after_type_suffixes(1);
      if (!ends(end)) return false;
      bool has_suffix_of_types = end > 1 && (peek(end - 1).kind == TokenKind::Star ||
                                             peek(end - 2).kind == TokenKind::LeftBracket);
      return contains(kTypeWords, peek().text) || has_suffix_of_types;
    }
    default:
      return false;
  }
}

TypeOrExpr Parser::parse_type_or_expression() {
  if (!at_type()) return parse_expression();
  height_ = 1;
  return parse_type();
}

Expr Parser::parse_sizeof() {
  uint32_t begin = take().range.begin;
  if (!expect(TokenKind::LeftParen)) return error_expr(since(begin));
  TypeOrExpr operand = parse_type_or_expression();
  expect(TokenKind::RightParen);
  ++height_;
  return context_.make(SizeofExpr{since(begin), operand});
}

// `offsetof(...)`, `has_field(...)`
Expr Parser::parse_offsetof() {
  const bool asks_existence = at(TokenKind::Identifier);
  uint32_t begin = take().range.begin;
  if (!expect(TokenKind::LeftParen)) return error_expr(since(begin));
  TypeOrExpr object = parse_type_or_expression();
  ++height_;
  std::vector<FieldName> path;
  bool goes_on = expect(TokenKind::Comma);
  while (goes_on) {
    if (!is_word(peek())) {
      error<DiagnosticKind::ExpectedToken>(after_previous(), "the name of a field",
                                           describe(previous_));
      break;
    }
    Token name = take();
    path.push_back({name.range, name.text});
    goes_on = accept(TokenKind::Dot);
  }
  expect(TokenKind::RightParen);
  if (is_recovering_) return error_expr(since(begin));
  return context_.make(OffsetofExpr{since(begin), object, context_.copy(path), asks_existence});
}

// Types nest in it without an expression in between, as in typeof(typeof(...)).
const TypeofExpr* Parser::parse_typeof() {
  Nesting nesting(*this);
  uint32_t begin = take().range.begin;
  TypeOrExpr operand = error_expr(since(begin));
  height_ = 1;
  if (nesting.is_too_deep()) {
    too_deep(since(begin));
  } else if (expect(TokenKind::LeftParen)) {
    operand = parse_type_or_expression();
    expect(TokenKind::RightParen);
  }
  ++height_;
  return context_.make(TypeofExpr{since(begin), operand});
}

Expr Parser::parse_typeinfo() {
  uint32_t begin = take().range.begin;
  if (!expect(TokenKind::LeftParen)) return error_expr(since(begin));
  TypeOrExpr operand = parse_type_or_expression();
  expect(TokenKind::RightParen);
  ++height_;
  return context_.make(TypeinfoExpr{since(begin), operand});
}

// ---- if and blocks as expressions ---------------------------------------------------------------

Expr Parser::parse_block_expression() {
  Nesting nesting(*this);
  if (nesting.is_too_deep()) return too_deep(peek().range);
  uint32_t begin = peek().range.begin;
  uint32_t open_parens = open_parens_;
  uint32_t outer_height = max_height_;
  max_height_ = 0;
  Expr expr = at(TokenKind::If) ? Expr(parse_if()) : Expr(parse_block());
  // Trees in the block are part of this one.
  height_ = max_height_ + 1;
  max_height_ = outer_height;
  open_parens_ = open_parens;
  if (height_ > kMaxHeight) return too_deep(since(begin));
  return expr;
}

}  // namespace bpftracec::syntax
