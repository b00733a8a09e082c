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
  Expr condition = parse_binary(1);
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
  return context_.make(ConditionalExpr{cover(range_of(condition), range_of(when_false)), condition,
                                       when_true, when_false});
}

Expr Parser::parse_binary(int least_precedence) {
  Expr lhs = parse_unary();
  while (const BinaryOperator* found = find_binary_operator(peek().kind)) {
    if (found->precedence < least_precedence) break;
    uint32_t height = height_;
    Token op = take();
    Expr rhs = parse_binary(found->precedence + 1);
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
    case TokenKind::Comptime:
      return parse_unsupported_prefix();
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

Expr Parser::parse_unsupported_prefix() {
  Nesting nesting(*this);
  if (nesting.is_too_deep()) return too_deep(peek().range);
  Token op = take();
  bool is_address_of = op.kind == TokenKind::Ampersand;
  if (is_address_of && !at(TokenKind::Variable) && !at(TokenKind::Map)) {
    report<DiagnosticKind::InvalidAddressOf>(op.range);
  } else {
    unsupported(op.range, is_address_of ? "the address-of operator '&' is" : "'comptime' is");
  }
  Expr operand = parse_unary();
  return error_expr(cover(op.range, range_of(operand)));
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

// At '('. `(word)` before an operand is a cast, unless the word is known to be a value; so `(x) -
// 1` is one, which surprises people, but is what the language says.
bool Parser::at_cast() {
  switch (peek(1).kind) {
    case TokenKind::Struct:
    case TokenKind::Union:
    case TokenKind::Enum:
    case TokenKind::Typeof:
      return true;
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
  TypeName type;
  if (at(TokenKind::Struct) || at(TokenKind::Union) || at(TokenKind::Enum)) {
    type.tag = take().text;
  } else if (at(TokenKind::Typeof)) {
    parse_unsupported_call("'typeof' is");
    type.range = since(begin);
    return type;
  }
  if (!expect(TokenKind::Identifier)) {
    type.range = since(begin);
    return type;
  }
  type.name = previous_.text;
  while (at(TokenKind::Star) || at(TokenKind::LeftBracket)) {
    if (accept(TokenKind::Star)) {
      if (type.array_size) unsupported(previous_.range, "pointers to arrays are");
      ++type.pointer_depth;
      continue;
    }
    Token open = take();
    if (type.array_size) unsupported(open.range, "arrays of arrays are");
    type.array_size = at(TokenKind::Integer) ? take().value : 0;
    if (!expect(TokenKind::RightBracket)) break;
  }
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
  std::string_view name = file_.text(field.range);
  return context_.make(FieldAccess{range, object, name, field.range, op.kind == TokenKind::Arrow});
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
  expect(closing);
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
      return parse_unsupported_call("'offsetof' is");
    case TokenKind::Typeof:
      return parse_unsupported_call("'typeof' is");
    case TokenKind::Typeinfo:
      return parse_unsupported_call("'typeinfo' is");
    case TokenKind::If:
    case TokenKind::LeftBrace:
      return parse_unsupported_block_expression();
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
  if (peek(1).kind == TokenKind::Identifier && peek(2).kind == TokenKind::Assign) {
    unsupported(peek().range, "records are");
    skip_balanced_parens();
    return error_expr(since(begin));
  }
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

// At '(' of sizeof. A bare word may be a type or a value; it stays an Identifier for sema to
// decide.
bool Parser::at_type_in_sizeof() {
  TokenKind kind = peek(1).kind;
  if (kind == TokenKind::Struct || kind == TokenKind::Union || kind == TokenKind::Enum) return true;
  if (kind != TokenKind::Identifier) return false;
  size_t closing = after_type_suffixes(2);
  if (peek(closing).kind != TokenKind::RightParen) return false;
  return contains(kTypeWords, peek(1).text) ||
         (closing > 2 && peek(closing - 1).kind == TokenKind::Star);
}

Expr Parser::parse_sizeof() {
  uint32_t begin = take().range.begin;
  bool is_type = at(TokenKind::LeftParen) && at_type_in_sizeof();
  if (!expect(TokenKind::LeftParen)) return error_expr(since(begin));
  std::variant<TypeName, Expr> operand;
  if (is_type) {
    operand = parse_type();
  } else {
    operand = parse_expression();
  }
  expect(TokenKind::RightParen);
  ++height_;
  return context_.make(SizeofExpr{since(begin), operand});
}

Expr Parser::parse_unsupported_call(std::string_view what) {
  Token word = take();
  unsupported(word.range, what);
  if (at(TokenKind::LeftParen)) skip_balanced_parens();
  return error_expr(since(word.range.begin));
}

Expr Parser::parse_unsupported_block_expression() {
  Nesting nesting(*this);
  if (nesting.is_too_deep()) return too_deep(peek().range);
  uint32_t begin = peek().range.begin;
  uint32_t open_parens = open_parens_;
  if (at(TokenKind::If)) {
    unsupported(peek().range, "'if' as an expression is");
    parse_if();
  } else {
    unsupported(peek().range, "blocks as expressions are");
    parse_block();
  }
  open_parens_ = open_parens;
  return error_expr(since(begin));
}

}  // namespace bpftracec::syntax
