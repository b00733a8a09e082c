// From operands to values that fit what surrounds them.
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::DiagnosticKind;

Operand unsupported(ProbeContext& context, SourceRange where, std::string_view what) {
  context.report<DiagnosticKind::UnsupportedSyntax>(where, what);
  return Operand::error(where);
}

ExprPtr take(ProbeContext& context, Operand operand) {
  if (operand.kind() == TypeKind::Tuple) {
    const Type type = operand.type();
    return take_tuple(context, std::move(operand), type);
  }
  const std::optional<uint32_t> parameter = operand.parameter;
  ExprPtr expr = std::move(operand).take();
  if (parameter) {
    const LateConstantId id = context.tables.late_constant(LateConstant::Kind::ParameterInteger,
                                                           *parameter);
    expr->node = LateConstantRead{id};
  }
  return expr;
}

ExprPtr parameter_text(ProbeContext& context, SourceRange range, uint32_t index,
                       uint32_t capacity) {
  const LateConstantId id = context.tables.late_constant(LateConstant::Kind::ParameterText, index,
                                                         capacity);
  return make_expr(string_type(capacity), range, LateConstantRead{id});
}

ExprPtr coerce(ProbeContext& context, Operand operand, const Type& type) {
  if (operand.is_error() || type.kind == TypeKind::Error) return error_expr(operand.range());
  if (operand.parameter && type.kind == TypeKind::String) {
    const uint32_t capacity = std::min(type.size, kParameterTextCapacity);
    return convert(parameter_text(context, operand.range(), *operand.parameter, capacity), type);
  }
  if (type.kind == TypeKind::Tuple) return take_tuple(context, std::move(operand), type);
  return convert(take(context, std::move(operand)), type);
}

ExprPtr take_wide(ProbeContext& context, Operand operand, bool is_signed) {
  return convert(take(context, std::move(operand)), integer_type(8, is_signed));
}

ExprPtr take_condition(ProbeContext& context, Operand operand) {
  const SourceRange range = operand.range();
  if (operand.is_error()) return error_expr(range);
  if (const StringConstant* text = as_string_constant(operand.expr())) {
    return integer_constant(range, text->value.empty() ? 0 : 1, bool_type());
  }
  if (!is_integer_like(operand.type()) && operand.kind() != TypeKind::Pointer) {
    diagnostics::Diagnostic& diagnostic = context.report<DiagnosticKind::InvalidCondition>(
        range, spelling(operand));
    if (operand.kind() == TypeKind::String) diagnostic.hint("compare it: ... != \"\"");
    return error_expr(range);
  }
  return convert(take(context, std::move(operand)), bool_type());
}

}  // namespace bpftracec::sema
