#include "bpftracec/sema/fold_constants.h"

#include <limits>
#include <string>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/sema/inferred_type.h"
#include "bpftracec/syntax/operators.h"

namespace bpftracec::sema {
namespace {

using diagnostics::DiagnosticKind;
using diagnostics::DiagnosticSink;

// Wide enough for every result of two 64-bit operands, but for shifts, which are checked
// beforehand.
__extension__ using Wide = __int128;

constexpr Wide kMin = std::numeric_limits<int64_t>::min();
constexpr Wide kMax = std::numeric_limits<uint64_t>::max();

std::optional<Wide> literal_value(const Operand& operand) {
  const IntegerConstant* constant = as_integer_constant(operand.expr());
  if (!operand.is_literal || constant == nullptr) return std::nullopt;
  if (operand.type().is_signed) return static_cast<int64_t>(constant->value);
  return constant->value;
}

Type type_for(Wide value) {
  if (value >= 0) return literal_type(static_cast<uint64_t>(value));
  uint32_t size = 1;
  while (size < 8 && value < -(Wide{1} << (size * 8 - 1))) size *= 2;
  return integer_type(size, true);
}

Operand number(SourceRange range, Wide value) {
  Operand operand(integer_constant(range, static_cast<uint64_t>(value), type_for(value)));
  operand.is_literal = true;
  operand.adapts = value >= 0;
  return operand;
}

Operand truth(SourceRange range, bool value) {
  Operand operand(integer_constant(range, value ? 1 : 0, bool_type()));
  operand.is_literal = true;
  return operand;
}

Operand text(SourceRange range, std::string value) {
  Operand operand(string_constant(range, std::move(value)));
  operand.is_literal = true;
  return operand;
}

Operand checked_number(SourceRange range, std::optional<Wide> value, DiagnosticSink& sink) {
  if (value && *value >= kMin && *value <= kMax) return number(range, *value);
  sink.report<DiagnosticKind::ConstantOverflow>(range);
  return Operand::error(range);
}

Operand fold_numbers(SourceRange range, syntax::BinaryOp op, Wide a, Wide b, DiagnosticSink& sink) {
  switch (op) {
    case syntax::BinaryOp::LogicalOr:
      return truth(range, a != 0 || b != 0);
    case syntax::BinaryOp::LogicalAnd:
      return truth(range, a != 0 && b != 0);
    case syntax::BinaryOp::Equal:
      return truth(range, a == b);
    case syntax::BinaryOp::NotEqual:
      return truth(range, a != b);
    case syntax::BinaryOp::Less:
      return truth(range, a < b);
    case syntax::BinaryOp::LessEqual:
      return truth(range, a <= b);
    case syntax::BinaryOp::Greater:
      return truth(range, a > b);
    case syntax::BinaryOp::GreaterEqual:
      return truth(range, a >= b);
    case syntax::BinaryOp::BitwiseOr:
      return checked_number(range, a | b, sink);
    case syntax::BinaryOp::BitwiseXor:
      return checked_number(range, a ^ b, sink);
    case syntax::BinaryOp::BitwiseAnd:
      return checked_number(range, a & b, sink);
    case syntax::BinaryOp::ShiftLeft:
      // |a| < 2^64 and b < 64, so the product stays within 128 bits.
      return checked_number(range, a * (Wide{1} << static_cast<int>(b)), sink);
    case syntax::BinaryOp::ShiftRight:
      return checked_number(range, a >> static_cast<int>(b), sink);
    case syntax::BinaryOp::Add:
      return checked_number(range, a + b, sink);
    case syntax::BinaryOp::Subtract:
      return checked_number(range, a - b, sink);
    case syntax::BinaryOp::Multiply: {
      Wide product = 0;
      const bool overflows = __builtin_mul_overflow(a, b, &product);
      return checked_number(range, overflows ? std::nullopt : std::optional(product), sink);
    }
    case syntax::BinaryOp::Divide:
      return checked_number(range, a / b, sink);
    case syntax::BinaryOp::Modulo:
      return checked_number(range, a % b, sink);
  }
  base::internal_error("unknown binary operator");
}

std::optional<Operand> fold_texts(SourceRange range, syntax::BinaryOp op, const std::string& a,
                                  const std::string& b) {
  switch (op) {
    case syntax::BinaryOp::Add:
      return text(range, a + b);
    case syntax::BinaryOp::Equal:
      return truth(range, a == b);
    case syntax::BinaryOp::NotEqual:
      return truth(range, a != b);
    case syntax::BinaryOp::Less:
      return truth(range, a < b);
    case syntax::BinaryOp::LessEqual:
      return truth(range, a <= b);
    case syntax::BinaryOp::Greater:
      return truth(range, a > b);
    case syntax::BinaryOp::GreaterEqual:
      return truth(range, a >= b);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Operand> fold_binary(SourceRange range, syntax::BinaryOp op, const Operand& lhs,
                                   const Operand& rhs, DiagnosticSink& sink) {
  const StringConstant* left_text = lhs.is_literal ? as_string_constant(lhs.expr()) : nullptr;
  const StringConstant* right_text = rhs.is_literal ? as_string_constant(rhs.expr()) : nullptr;
  if (left_text != nullptr && right_text != nullptr) {
    return fold_texts(range, op, left_text->value, right_text->value);
  }
  const std::optional<Wide> a = literal_value(lhs);
  const std::optional<Wide> b = literal_value(rhs);
  // "abc" + 1 is "bc", as in C.
  if (left_text != nullptr && b && *b >= 0 && op == syntax::BinaryOp::Add) {
    const size_t size = left_text->value.size();
    const size_t skip = *b > static_cast<Wide>(size) ? size : static_cast<size_t>(*b);
    return text(range, left_text->value.substr(skip));
  }
  // A divisor and a shift count can be wrong beside anything.
  if (b) {
    const bool is_shift = op == syntax::BinaryOp::ShiftLeft || op == syntax::BinaryOp::ShiftRight;
    if ((op == syntax::BinaryOp::Divide || op == syntax::BinaryOp::Modulo) && *b == 0) {
      sink.report<DiagnosticKind::ConstantDivisionByZero>(rhs.range());
      return Operand::error(range);
    }
    if (is_shift && (*b < 0 || *b >= 64)) {
      sink.report<DiagnosticKind::ShiftCountOutOfRange>(rhs.range());
      return Operand::error(range);
    }
  }
  if (!a || !b) return std::nullopt;
  // Compared as they would be at run time, where a value has 64 bits and one sign for both.
  if (syntax::is_comparison(op) && meet_as_signed(lhs, rhs)) {
    return fold_numbers(range, op, static_cast<int64_t>(*a), static_cast<int64_t>(*b), sink);
  }
  return fold_numbers(range, op, *a, *b, sink);
}

std::optional<Operand> fold_unary(SourceRange range, syntax::UnaryOp op, const Operand& operand,
                                  DiagnosticSink& sink) {
  const std::optional<Wide> value = literal_value(operand);
  if (!value) return std::nullopt;
  switch (op) {
    case syntax::UnaryOp::LogicalNot:
      return truth(range, *value == 0);
    case syntax::UnaryOp::BitwiseNot:
      // Of a literal that only uint64 holds, the bits of a uint64.
      if (*value > Wide{std::numeric_limits<int64_t>::max()}) return number(range, kMax - *value);
      return number(range, ~*value);
    case syntax::UnaryOp::Negate:
      return checked_number(range, -*value, sink);
    case syntax::UnaryOp::Dereference:
    case syntax::UnaryOp::AddressOf:
      return std::nullopt;
  }
  base::internal_error("unknown unary operator");
}

}  // namespace bpftracec::sema
