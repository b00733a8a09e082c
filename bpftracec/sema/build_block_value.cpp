// Statements where a value is wanted: blocks and `if` as expressions, and what must be constant.
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::DiagnosticKind;

namespace {

Operand no_value(SourceRange range) {
  return Operand(make_expr({.kind = TypeKind::None}, range, IntegerConstant{0}));
}

// The expression that a block's value is: what its last statement is without `;`, or a block or an
// `if` whose branches all have one.
std::optional<syntax::Expr> value_of(const syntax::Block* block) {
  if (block == nullptr || block->statements.empty()) return std::nullopt;
  const syntax::Statement& last = block->statements.back();
  if (block->ends_in_value) return std::get<const syntax::ExprStatement*>(last)->expr;
  if (const auto* const* inner = std::get_if<const syntax::Block*>(&last)) {
    return value_of(*inner) ? std::optional<syntax::Expr>(*inner) : std::nullopt;
  }
  const auto* const* choice = std::get_if<const syntax::IfStatement*>(&last);
  if (choice == nullptr || !value_of((*choice)->then_block) || !value_of((*choice)->else_block)) {
    return std::nullopt;
  }
  return *choice;
}

}  // namespace

Operand build_block_value(ProbeContext& context, const syntax::Block& block) {
  const std::optional<syntax::Expr> last = value_of(&block);
  const size_t count = block.statements.size() - (last ? 1 : 0);
  // The statements have no say in the type of the value but through variables, whose types are
  // found by themselves.
  Block body;
  if (context.purpose != Purpose::Types) {
    body = build_statements(context, block.statements.first(count));
  }
  Operand value = last ? build(context, *last) : no_value(block.range);
  if (value.is_error() || body.empty()) return value;
  const bool adapts = value.adapts;
  ExprPtr expr = take(context, std::move(value));
  Type type = expr->type;
  Operand result(
      make_expr(std::move(type), block.range, Sequence{std::move(body), std::move(expr)}));
  result.adapts = adapts;
  return result;
}

Operand build_if_value(ProbeContext& context, const syntax::IfStatement& written) {
  const auto otherwise = [&] {
    return written.else_block != nullptr ? build_block_value(context, *written.else_block)
                                         : no_value(written.range);
  };
  return build_choice(
      context, written.range, written.condition,
      [&] { return build_block_value(context, *written.then_block); }, otherwise);
}

Operand build_comptime(ProbeContext& context, const syntax::ComptimeExpr& node) {
  Operand operand = build(context, node.operand);
  if (operand.is_error()) return operand;
  const bool is_constant = as_integer_constant(operand.expr()) != nullptr ||
                           as_string_constant(operand.expr()) != nullptr;
  if (!is_constant || operand.parameter) {
    context.report<DiagnosticKind::NotConstant>(syntax::range_of(node.operand));
    return Operand::error(node.range);
  }
  operand.is_literal = true;
  return operand;
}

std::optional<bool> comptime_condition(ProbeContext& context, const syntax::Expr& condition) {
  if (!std::holds_alternative<const syntax::ComptimeExpr*>(condition)) return std::nullopt;
  const ExprPtr value = take_condition(context, build(context, condition));
  const IntegerConstant* constant = as_integer_constant(*value);
  if (constant == nullptr) return std::nullopt;
  return constant->value != 0;
}

}  // namespace bpftracec::sema
