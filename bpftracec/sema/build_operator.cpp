// Operators: which operands they take, the type in which these meet, the type of the result.
#include <utility>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/sema/fold_constants.h"
#include "bpftracec/sema/probe_context.h"
#include "bpftracec/syntax/operators.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;

namespace {

bool is_scalar(const Operand& operand) {
  return is_integer_like(operand.type()) || operand.kind() == TypeKind::Pointer;
}

bool is_text(const Operand& operand) { return operand.kind() == TypeKind::String; }

// Operands of one kind do not mismatch: the operator does not take such.
Operand report_same_kind(ProbeContext& context, SourceRange range, syntax::BinaryOp op,
                         const Operand& lhs) {
  Diagnostic& diagnostic = context.report<DiagnosticKind::InvalidOperand>(
      range, syntax::spelling(op), spelling(lhs));
  if (is_text(lhs) && op == syntax::BinaryOp::Add) {
    diagnostic.hint("only literals are joined by '+'");
  } else if (lhs.kind() == TypeKind::Pointer) {
    diagnostic.hint("to compute with addresses, cast them: (uint64)...");
  }
  return Operand::error(range);
}

Operand report_mismatch(ProbeContext& context, SourceRange range, syntax::BinaryOp op,
                        const Operand& lhs, const Operand& rhs) {
  const bool is_equality = op == syntax::BinaryOp::Equal || op == syntax::BinaryOp::NotEqual;
  if (lhs.kind() == rhs.kind() && !is_equality) return report_same_kind(context, range, op, lhs);
  context
      .report<DiagnosticKind::TypeMismatch>(range, syntax::spelling(op), spelling(lhs),
                                            spelling(rhs))
      .note(lhs.range(), "this is {}", spelling(lhs))
      .note(rhs.range(), "this is {}", spelling(rhs));
  return Operand::error(range);
}

// ---- logic and comparison -----------------------------------------------------------------------

Operand build_logical(ProbeContext& context, SourceRange range, bool is_and, Operand lhs,
                      Operand rhs) {
  ExprPtr left = take_condition(context, std::move(lhs));
  ExprPtr right = take_condition(context, std::move(rhs));
  if (left->type.kind == TypeKind::Error || right->type.kind == TypeKind::Error) {
    return Operand::error(range);
  }
  return Operand(make_expr(bool_type(), range, Logical{is_and, std::move(left), std::move(right)}));
}

BinaryOp comparison(syntax::BinaryOp op) {
  switch (op) {
    case syntax::BinaryOp::Equal:
      return BinaryOp::Equal;
    case syntax::BinaryOp::NotEqual:
      return BinaryOp::NotEqual;
    case syntax::BinaryOp::Less:
      return BinaryOp::Less;
    case syntax::BinaryOp::LessEqual:
      return BinaryOp::LessEqual;
    case syntax::BinaryOp::Greater:
      return BinaryOp::Greater;
    case syntax::BinaryOp::GreaterEqual:
      return BinaryOp::GreaterEqual;
    default:
      base::internal_error("not a comparison");
  }
}

Operand build_text_comparison(ProbeContext& context, SourceRange range, syntax::BinaryOp op,
                              Operand lhs, Operand rhs) {
  const bool is_equality = op == syntax::BinaryOp::Equal || op == syntax::BinaryOp::NotEqual;
  const bool are_texts = (is_text(lhs) || lhs.parameter) && (is_text(rhs) || rhs.parameter);
  if (!are_texts) return report_mismatch(context, range, op, lhs, rhs);
  if (!is_equality) {
    context
        .report<DiagnosticKind::InvalidOperand>(range, syntax::spelling(op),
                                                spelling(is_text(lhs) ? lhs.type() : rhs.type()))
        .hint("texts are compared by == and != only");
    return Operand::error(range);
  }
  const Type parameter_type = string_type(kParameterTextCapacity);
  const Type left_type = is_text(lhs) ? lhs.type() : parameter_type;
  const Type right_type = is_text(rhs) ? rhs.type() : parameter_type;
  ExprPtr left = coerce(context, std::move(lhs), left_type);
  ExprPtr right = coerce(context, std::move(rhs), right_type);
  return Operand(
      make_expr(bool_type(), range,
                StringCompare{std::move(left), std::move(right), op == syntax::BinaryOp::Equal}));
}

Operand build_buffer_comparison(ProbeContext& context, SourceRange range, bool is_equal,
                                Operand lhs, Operand rhs) {
  const Type type = lhs.type().size > rhs.type().size ? lhs.type() : rhs.type();
  Compute node{Operation::BytesEqual, {}};
  node.arguments.push_back(coerce(context, std::move(lhs), type));
  node.arguments.push_back(coerce(context, std::move(rhs), type));
  ExprPtr result = make_expr(bool_type(), range, std::move(node));
  if (is_equal) return Operand(std::move(result));
  return Operand(make_expr(bool_type(), range, Unary{UnaryOp::LogicalNot, std::move(result)}));
}

Operand build_comparison(ProbeContext& context, SourceRange range, syntax::BinaryOp op, Operand lhs,
                         Operand rhs) {
  if (is_text(lhs) || is_text(rhs)) {
    return build_text_comparison(context, range, op, std::move(lhs), std::move(rhs));
  }
  lhs = copied_array(context, std::move(lhs));
  rhs = copied_array(context, std::move(rhs));
  if (lhs.is_error() || rhs.is_error()) return Operand::error(range);
  const bool are_tuples = lhs.kind() == TypeKind::Tuple && rhs.kind() == TypeKind::Tuple;
  const bool is_equality = op == syntax::BinaryOp::Equal || op == syntax::BinaryOp::NotEqual;
  if (are_tuples && is_equality) {
    const Type type = common_type(lhs, rhs);
    if (type.kind == TypeKind::Error) return report_mismatch(context, range, op, lhs, rhs);
    return build_tuple_comparison(context, range, op == syntax::BinaryOp::Equal, std::move(lhs),
                                  std::move(rhs), type);
  }
  const bool are_buffers = lhs.kind() == TypeKind::Buffer && rhs.kind() == TypeKind::Buffer;
  if (are_buffers && is_equality) {
    return build_buffer_comparison(context, range, op == syntax::BinaryOp::Equal, std::move(lhs),
                                   std::move(rhs));
  }
  if (!is_scalar(lhs) || !is_scalar(rhs)) return report_mismatch(context, range, op, lhs, rhs);
  ExprPtr left;
  ExprPtr right;
  if (lhs.kind() == TypeKind::Bool && rhs.kind() == TypeKind::Bool) {
    left = std::move(lhs).take();
    right = std::move(rhs).take();
  } else {
    // An address is a number above all others, whatever it is compared with.
    const bool has_pointer = lhs.kind() == TypeKind::Pointer || rhs.kind() == TypeKind::Pointer;
    const bool is_signed = !has_pointer && meet_as_signed(lhs, rhs);
    left = take_wide(context, std::move(lhs), is_signed);
    right = take_wide(context, std::move(rhs), is_signed);
  }
  return Operand(
      make_expr(bool_type(), range, Binary{comparison(op), std::move(left), std::move(right), {}}));
}

// ---- arithmetic ---------------------------------------------------------------------------------

BinaryOp arithmetic(syntax::BinaryOp op) {
  switch (op) {
    case syntax::BinaryOp::BitwiseOr:
      return BinaryOp::BitwiseOr;
    case syntax::BinaryOp::BitwiseXor:
      return BinaryOp::BitwiseXor;
    case syntax::BinaryOp::BitwiseAnd:
      return BinaryOp::BitwiseAnd;
    case syntax::BinaryOp::ShiftLeft:
      return BinaryOp::ShiftLeft;
    case syntax::BinaryOp::ShiftRight:
      return BinaryOp::ShiftRight;
    case syntax::BinaryOp::Add:
      return BinaryOp::Add;
    case syntax::BinaryOp::Subtract:
      return BinaryOp::Subtract;
    case syntax::BinaryOp::Multiply:
      return BinaryOp::Multiply;
    case syntax::BinaryOp::Divide:
      return BinaryOp::Divide;
    case syntax::BinaryOp::Modulo:
      return BinaryOp::Modulo;
    default:
      base::internal_error("not an arithmetic operator");
  }
}

Operand build_pointer_arithmetic(ProbeContext& context, SourceRange range, syntax::BinaryOp op,
                                 Operand lhs, Operand rhs) {
  const bool is_sum = op == syntax::BinaryOp::Add;
  if (is_sum && rhs.kind() == TypeKind::Pointer) std::swap(lhs, rhs);
  const bool is_possible = (is_sum || op == syntax::BinaryOp::Subtract) &&
                           lhs.kind() == TypeKind::Pointer && is_integer_like(rhs.type());
  if (!is_possible) return report_mismatch(context, range, op, lhs, rhs);
  const Type type = lhs.type();
  if (type.element == nullptr && !type.c_name.empty()) {
    context.report<DiagnosticKind::NotDereferenceable>(lhs.range(), spelling(type))
        .hint("cast it to an integer to add bytes: (uint64)...");
    return Operand::error(range);
  }
  const bool counts_bytes = type.element == nullptr || type.element->size == 1;
  const Type wide = integer_type(8, false);
  ExprPtr address = take_wide(context, std::move(lhs), false);
  ExprPtr offset = take_wide(context, std::move(rhs), false);
  if (!counts_bytes) {
    const SourceRange where = offset->range;
    offset = make_expr(
        wide, where,
        Binary{
            BinaryOp::Multiply, std::move(offset), build_size(context, where, *type.element), {}});
  }
  ExprPtr sum = make_expr(wide, range,
                          Binary{arithmetic(op), std::move(address), std::move(offset), {}});
  return Operand(convert(std::move(sum), type));
}

bool is_nonzero_constant(const Expr& expr) {
  const IntegerConstant* constant = as_integer_constant(expr);
  return constant != nullptr && constant->value != 0;
}

// Whether the sign is kept on the way to the right is up to the value alone; the count only has a
// say in the result's type.
Operand build_shift(ProbeContext& context, SourceRange range, syntax::BinaryOp op, Operand lhs,
                    Operand rhs, bool is_result_signed) {
  const bool is_signed = lhs.adapts ? is_result_signed : lhs.type().is_signed;
  ExprPtr value = take_wide(context, std::move(lhs), is_signed);
  ExprPtr count = take(context, std::move(rhs));
  ExprPtr shifted = make_expr(integer_type(8, is_signed), range,
                              Binary{arithmetic(op), std::move(value), std::move(count), {}});
  return Operand(convert(std::move(shifted), integer_type(8, is_result_signed)));
}

Operand build_arithmetic(ProbeContext& context, SourceRange range, syntax::BinaryOp op, Operand lhs,
                         Operand rhs) {
  if (lhs.kind() == TypeKind::Pointer || rhs.kind() == TypeKind::Pointer) {
    return build_pointer_arithmetic(context, range, op, std::move(lhs), std::move(rhs));
  }
  if (!is_integer_like(lhs.type()) || !is_integer_like(rhs.type())) {
    return report_mismatch(context, range, op, lhs, rhs);
  }
  const bool is_shift = op == syntax::BinaryOp::ShiftLeft || op == syntax::BinaryOp::ShiftRight;
  const bool is_division = op == syntax::BinaryOp::Divide || op == syntax::BinaryOp::Modulo;
  // A difference of unsigned values may be negative; what else combines them is as unsigned as they
  // are.
  const bool is_signed = op == syntax::BinaryOp::Subtract || meet_as_signed(lhs, rhs);
  if (is_shift) return build_shift(context, range, op, std::move(lhs), std::move(rhs), is_signed);
  ExprPtr left = take_wide(context, std::move(lhs), is_signed);
  ExprPtr right = take_wide(context, std::move(rhs), is_signed);
  std::optional<SiteId> site;
  if (is_division && !is_nonzero_constant(*right)) {
    site = context.tables.site(Site::Kind::DivideByZero, range);
  }
  return Operand(make_expr(integer_type(8, is_signed), range,
                           Binary{arithmetic(op), std::move(left), std::move(right), site}));
}

bool gives_truth(syntax::BinaryOp op) {
  return op == syntax::BinaryOp::LogicalOr || op == syntax::BinaryOp::LogicalAnd ||
         syntax::is_comparison(op);
}

// What stands for a bool whose operands are not known yet.
Operand unknown_truth(SourceRange range) {
  return Operand(make_expr(bool_type(), range, VariableRead{0}));
}

}  // namespace

Operand build_binary(ProbeContext& context, SourceRange range, syntax::BinaryOp op, Operand lhs,
                     Operand rhs) {
  if (lhs.is_error() || rhs.is_error()) {
    const bool is_truth = gives_truth(op) && context.purpose == Purpose::Types;
    return is_truth ? unknown_truth(range) : Operand::error(range);
  }
  if (auto folded = fold_binary(range, op, lhs, rhs, context.sink)) return *std::move(folded);
  switch (op) {
    case syntax::BinaryOp::LogicalOr:
    case syntax::BinaryOp::LogicalAnd:
      return build_logical(context, range, op == syntax::BinaryOp::LogicalAnd, std::move(lhs),
                           std::move(rhs));
    case syntax::BinaryOp::Equal:
    case syntax::BinaryOp::NotEqual:
    case syntax::BinaryOp::Less:
    case syntax::BinaryOp::LessEqual:
    case syntax::BinaryOp::Greater:
    case syntax::BinaryOp::GreaterEqual:
      return build_comparison(context, range, op, std::move(lhs), std::move(rhs));
    case syntax::BinaryOp::BitwiseOr:
    case syntax::BinaryOp::BitwiseXor:
    case syntax::BinaryOp::BitwiseAnd:
    case syntax::BinaryOp::ShiftLeft:
    case syntax::BinaryOp::ShiftRight:
    case syntax::BinaryOp::Add:
    case syntax::BinaryOp::Subtract:
    case syntax::BinaryOp::Multiply:
    case syntax::BinaryOp::Divide:
    case syntax::BinaryOp::Modulo:
      return build_arithmetic(context, range, op, std::move(lhs), std::move(rhs));
  }
  base::internal_error("unknown binary operator");
}

Operand build_operator(ProbeContext& context, const syntax::BinaryExpr& binary) {
  if (compares_types(binary)) return build_type_comparison(context, binary);
  Operand lhs = build(context, binary.lhs);
  Operand rhs = build(context, binary.rhs);
  return build_binary(context, binary.range, binary.op, std::move(lhs), std::move(rhs));
}

// ---- unary --------------------------------------------------------------------------------------

Operand build_operator(ProbeContext& context, const syntax::UnaryExpr& unary) {
  if (unary.op == syntax::UnaryOp::Dereference) return build_dereference(context, unary);
  if (unary.op == syntax::UnaryOp::AddressOf) {
    return build_address_of(context, unary);
  }
  Operand operand = build(context, unary.operand);
  if (operand.is_error()) {
    const bool is_truth = unary.op == syntax::UnaryOp::LogicalNot &&
                          context.purpose == Purpose::Types;
    return is_truth ? unknown_truth(unary.range) : Operand::error(unary.range);
  }
  if (auto folded = fold_unary(unary.range, unary.op, operand, context.sink)) {
    return *std::move(folded);
  }
  if (unary.op == syntax::UnaryOp::LogicalNot) {
    ExprPtr condition = take_condition(context, std::move(operand));
    if (condition->type.kind == TypeKind::Error) return Operand::error(unary.range);
    return Operand(
        make_expr(bool_type(), unary.range, Unary{UnaryOp::LogicalNot, std::move(condition)}));
  }
  if (!is_integer_like(operand.type())) {
    context.report<DiagnosticKind::InvalidOperand>(unary.range, syntax::spelling(unary.op),
                                                   spelling(operand.type()));
    return Operand::error(unary.range);
  }
  const bool is_signed = operand.kind() == TypeKind::Bool || operand.type().is_signed;
  const UnaryOp op = unary.op == syntax::UnaryOp::Negate ? UnaryOp::Negate : UnaryOp::BitwiseNot;
  ExprPtr value = take_wide(context, std::move(operand), is_signed);
  return Operand(make_expr(integer_type(8, is_signed), unary.range, Unary{op, std::move(value)}));
}

// ---- increment ----------------------------------------------------------------------------------

namespace {

bool check_increment(ProbeContext& context, const syntax::IncrementExpr& increment,
                     const InferredType& type) {
  if (!type.is_known()) return false;
  if (is_integer_like(type.type())) return true;
  context
      .report<DiagnosticKind::InvalidOperand>(increment.range, increment.is_increment ? "++" : "--",
                                              spelling(type.type()))
      .note(type.origin(), "it gets this type here");
  return false;
}

Operand build_increment(const syntax::IncrementExpr& written, Increment increment) {
  increment.is_increment = written.is_increment;
  increment.is_prefix = written.is_prefix;
  return Operand(make_expr(integer_type(8, true), written.range, std::move(increment)));
}

}  // namespace

Operand build_operator(ProbeContext& context, const syntax::IncrementExpr& increment) {
  if (const auto* const* variable = std::get_if<const syntax::Variable*>(&increment.target)) {
    const std::optional<VariableId> id = context.script.names.variable(**variable);
    if (!id || !check_increment(context, increment, context.variable_types[*id])) {
      return Operand::error(increment.range);
    }
    return build_increment(increment, {.variable = id});
  }
  const auto* const* access = std::get_if<const syntax::MapAccess*>(&increment.target);
  if (access == nullptr) return Operand::error(increment.range);
  const MapId map = context.script.names.map(**access);
  auto key = build_key(context, map, (*access)->range, key_parts((*access)->keys));
  if (!key || !check_increment(context, increment, context.map_types(map).value)) {
    return Operand::error(increment.range);
  }
  const SiteId site = context.tables.site(Site::Kind::MapUpdate, increment.range, map);
  return build_increment(increment, {.map = map, .key = *std::move(key), .site = site});
}

// ---- conditional --------------------------------------------------------------------------------

namespace {

Operand report_branches(ProbeContext& context, SourceRange range, const Operand& a,
                        const Operand& b) {
  context.report<DiagnosticKind::BranchTypes>(range, spelling(a.type()), spelling(b.type()))
      .note(a.range(), "this is {}", spelling(a.type()))
      .note(b.range(), "this is {}", spelling(b.type()));
  return Operand::error(range);
}

// Only the branches have a say, and as long as one of them is not known, the other one.
Operand build_choice_type(SourceRange range, Operand when_true, Operand when_false) {
  if (when_true.is_error()) return when_false;
  if (when_false.is_error()) return when_true;
  Operand result(make_expr(common_type(when_true, when_false), range, VariableRead{0}));
  result.adapts = when_true.adapts && when_false.adapts;
  return result;
}

// `a ?: b`: a is kept in a variable, since it is both the condition and a result.
Operand build_elvis(ProbeContext& context, const syntax::ConditionalExpr& written) {
  Operand first = build(context, written.condition);
  Operand second = build(context, written.when_false);
  if (first.is_error() && context.purpose == Purpose::Types) return second;
  if (second.is_error() && context.purpose == Purpose::Types) return first;
  if (first.is_error() || second.is_error()) return Operand::error(written.range);
  const Type type = common_type(first, second);
  if (type.kind == TypeKind::Error || type.kind == TypeKind::None) {
    return report_branches(context, written.range, first, second);
  }
  const SourceRange first_range = first.range();
  ExprPtr value = coerce(context, std::move(first), type);
  const Type value_type = value->type;
  const VariableId variable = context.add_temporary(value_type);
  const auto read = [&] {
    return Operand(make_expr(value_type, first_range, VariableRead{variable}));
  };
  ExprPtr condition = take_condition(context, read());
  ExprPtr otherwise = coerce(context, std::move(second), type);
  if (condition->type.kind == TypeKind::Error) return Operand::error(written.range);
  ExprPtr body = make_expr(
      type, written.range,
      Conditional{std::move(condition), std::move(read()).take(), std::move(otherwise)});
  return Operand(
      make_expr(type, written.range, BindVariable{variable, std::move(value), std::move(body)}));
}

}  // namespace

Operand build_choice(ProbeContext& context, SourceRange range, const syntax::Expr& condition,
                     const std::function<Operand()>& when_true,
                     const std::function<Operand()>& when_false) {
  if (const auto is_true = comptime_condition(context, condition)) {
    return *is_true ? when_true() : when_false();
  }
  if (context.purpose == Purpose::Types) return build_choice_type(range, when_true(), when_false());
  ExprPtr test = take_condition(context, build(context, condition));
  Operand first = when_true();
  Operand second = when_false();
  if (first.is_error() || second.is_error() || test->type.kind == TypeKind::Error) {
    return Operand::error(range);
  }
  const Type type = common_type(first, second);
  if (type.kind == TypeKind::Error) return report_branches(context, range, first, second);
  const bool adapts = first.adapts && second.adapts;
  ExprPtr first_value = coerce(context, std::move(first), type);
  ExprPtr second_value = coerce(context, std::move(second), type);
  Operand result(make_expr(
      type, range, Conditional{std::move(test), std::move(first_value), std::move(second_value)}));
  result.adapts = adapts;
  return result;
}

Operand build_operator(ProbeContext& context, const syntax::ConditionalExpr& written) {
  if (!written.when_true) return build_elvis(context, written);
  return build_choice(
      context, written.range, written.condition, [&] { return build(context, *written.when_true); },
      [&] { return build(context, written.when_false); });
}

}  // namespace bpftracec::sema
