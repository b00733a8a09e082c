#include "bpftracec/sema/operand.h"

namespace bpftracec::sema {
namespace {

// The bits of a constant after a conversion: cut to the new size, then extended by the new type's
// sign.
uint64_t converted_bits(uint64_t bits, const Type& to) {
  if (to.kind == TypeKind::Bool) return bits != 0 ? 1 : 0;
  if (to.kind != TypeKind::Integer || to.size >= 8) return bits;
  const uint32_t width = to.size * 8;
  const uint64_t cut = bits & ((uint64_t{1} << width) - 1);
  const bool is_negative = to.is_signed && (cut >> (width - 1)) != 0;
  return is_negative ? cut | ~((uint64_t{1} << width) - 1) : cut;
}

}  // namespace

ExprPtr make_expr(Type type, SourceRange range, decltype(Expr::node) node) {
  return std::make_unique<Expr>(Expr{std::move(type), range, std::move(node)});
}

ExprPtr error_expr(SourceRange range) {
  return make_expr({.kind = TypeKind::Error}, range, IntegerConstant{0});
}

ExprPtr integer_constant(SourceRange range, uint64_t bits, Type type) {
  return make_expr(std::move(type), range, IntegerConstant{bits});
}

ExprPtr string_constant(SourceRange range, std::string value) {
  const auto capacity = static_cast<uint32_t>(value.size() + 1);
  return make_expr(string_type(capacity), range, StringConstant{std::move(value)});
}

ExprPtr convert(ExprPtr expr, const Type& type) {
  if (expr->type == type) return expr;
  if (expr->type.kind == TypeKind::Error) return expr;
  const bool is_constant = std::holds_alternative<IntegerConstant>(expr->node) &&
                           type.kind != TypeKind::Pointer;
  if (is_constant) {
    auto& constant = std::get<IntegerConstant>(expr->node);
    constant.value = converted_bits(constant.value, type);
    expr->type = type;
    return expr;
  }
  if (std::holds_alternative<StringConstant>(expr->node) && type.kind == TypeKind::String) {
    expr->type = type;  // a text constant has any capacity that it fits
    return expr;
  }
  const SourceRange range = expr->range;
  return make_expr(type, range, Convert{std::move(expr)});
}

const IntegerConstant* as_integer_constant(const Expr& expr) {
  return expr.type.kind == TypeKind::Error ? nullptr : std::get_if<IntegerConstant>(&expr.node);
}

const StringConstant* as_string_constant(const Expr& expr) {
  return std::get_if<StringConstant>(&expr.node);
}

std::string spelling(const Operand& operand) {
  const bool is_record_of_stats = operand.aggregation && operand.kind() == TypeKind::Tuple;
  return spelling(is_record_of_stats ? *operand.aggregation : operand.type());
}

std::string spelling_beside_literal(const Operand& operand) {
  return spelling(operand) + (operand.is_literal ? "" : " that is not constant");
}

bool is_integer_like(const Type& type) {
  return type.kind == TypeKind::Integer || type.kind == TypeKind::Bool;
}

}  // namespace bpftracec::sema
