// What is settled while a script is compiled: types as values, questions about them, and errors
// that a script reports itself.
#include <string>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/base/overloaded.h"
#include "bpftracec/sema/name_tables.h"
#include "bpftracec/sema/printf_format.h"
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::DiagnosticKind;

namespace {

Operand truth(SourceRange range, bool value) {
  Operand operand(integer_constant(range, value ? 1 : 0, bool_type()));
  operand.is_literal = true;
  return operand;
}

// What is done where the program runs: nothing.
Operand nothing(SourceRange range) {
  return Operand(make_expr({.kind = TypeKind::None}, range, IntegerConstant{0}));
}

const syntax::TypeofExpr* as_typeof(const syntax::Expr& expr) {
  const auto* const* node = std::get_if<const syntax::TypeofExpr*>(&expr);
  return node != nullptr ? *node : nullptr;
}

// Of an expression that may be a type, as in a macro that is given `typeof(int8)`.
std::optional<Type> type_of(ProbeContext& context, const syntax::Expr& expr) {
  if (const syntax::TypeofExpr* written = as_typeof(expr)) return build_typeof(context, *written);
  const Operand operand = build(context, expr);
  if (operand.is_error()) return std::nullopt;
  return operand.aggregation ? *operand.aggregation : operand.type();
}

// ---- predicates ---------------------------------------------------------------------------------

Operand build_is_literal(ProbeContext& context, const syntax::CallExpr& call) {
  if (as_typeof(call.arguments[0]) != nullptr) return truth(call.range, false);
  const Operand operand = build(context, call.arguments[0]);
  if (operand.is_error()) return Operand::error(call.range);
  return truth(call.range, operand.is_literal);
}

Operand build_is_scalar(ProbeContext& context, const syntax::CallExpr& call) {
  const auto* const* map = std::get_if<const syntax::MapAccess*>(&call.arguments[0]);
  if (map == nullptr || (*map)->has_keys) {
    context.report<DiagnosticKind::ArgumentType>(syntax::range_of(call.arguments[0]), call.name,
                                                 "a map without a key", "something else");
    return Operand::error(call.range);
  }
  return truth(call.range, context.map_info(context.script.names.map(**map)).is_scalar);
}

bool is_of(Function question, const Type& type) {
  switch (question) {
    case Function::IsStr:
      return type.kind == TypeKind::String;
    case Function::IsPtr:
      return type.kind == TypeKind::Pointer;
    case Function::IsArray:
      return type.kind == TypeKind::Array;
    case Function::IsInteger:
      return type.kind == TypeKind::Integer;
    case Function::IsUnsignedInteger:
      return type.kind == TypeKind::Integer && !type.is_signed;
    default:
      base::internal_error("no question about types");
  }
}

// ---- typeinfo -----------------------------------------------------------------------------------

// What `typeinfo` calls the kind of a type.
std::string base_type(const Type& type) {
  switch (type.kind) {
    case TypeKind::Bool:
      return "bool";
    case TypeKind::Integer:
      return "int";
    case TypeKind::String:
      return "string";
    case TypeKind::Pointer:
      return "pointer";
    case TypeKind::Array:
      return "array";
    case TypeKind::Struct:
      return "c_type";
    case TypeKind::Tuple:
      return is_record(type) ? "record" : type.is_array ? "array" : "tuple";
    default:
      return spelling(type);
  }
}

// ---- messages of the script ---------------------------------------------------------------------

// The text of a constant; nothing for any other value.
std::optional<std::string> constant_text(const Operand& operand) {
  if (!operand.is_literal || operand.parameter) return std::nullopt;
  if (const StringConstant* text = as_string_constant(operand.expr())) return text->value;
  const IntegerConstant* number = as_integer_constant(operand.expr());
  if (number == nullptr) return std::nullopt;
  if (operand.kind() == TypeKind::Bool) return number->value != 0 ? "true" : "false";
  return operand.type().is_signed ? std::to_string(static_cast<int64_t>(number->value))
                                  : std::to_string(number->value);
}

std::optional<std::string> constant_argument(ProbeContext& context, const syntax::CallExpr& call,
                                             size_t index) {
  const Operand operand = build(context, call.arguments[index]);
  if (operand.is_error()) return std::nullopt;
  auto text = constant_text(operand);
  if (!text) {
    context.report<DiagnosticKind::ArgumentType>(operand.range(), call.name, "a constant",
                                                 "something else");
  }
  return text;
}

}  // namespace

// ---- types as values ----------------------------------------------------------------------------

std::optional<Type> build_typeof(ProbeContext& context, const syntax::TypeofExpr& node) {
  return std::visit(base::overloaded{
                        [&](const syntax::TypeName& name) { return resolve_type(context, name); },
                        [&](const syntax::Expr& expr) { return type_of(context, expr); },
                    },
                    node.operand);
}

std::optional<Type> resolve_typeof(ProbeContext& context, const syntax::TypeName& name) {
  std::optional<Type> type = build_typeof(context, *name.type_of);
  if (!type) return std::nullopt;
  for (const syntax::TypeSuffix& suffix : name.suffixes) {
    if (suffix.kind == syntax::TypeSuffix::Kind::Array) {
      context.report<DiagnosticKind::UnsupportedType>(name.range, "arrays");
      return std::nullopt;
    }
    // Other things have no form in memory that a pointer could lead to.
    std::shared_ptr<const Type> target;
    if (type->kind == TypeKind::Bool) target = std::make_shared<const Type>(integer_type(1, false));
    if (type->kind == TypeKind::Integer || type->kind == TypeKind::Pointer) {
      target = std::make_shared<const Type>(*type);
    }
    type = pointer_type(spelling(*type), AddressSpace::Unknown, std::move(target));
  }
  if (is_aggregation(*type) || type->kind == TypeKind::Array || type->kind == TypeKind::None) {
    context.report<DiagnosticKind::TypeNotDeclarable>(name.range, spelling(*type));
    return std::nullopt;
  }
  return type;
}

bool compares_types(const syntax::BinaryExpr& binary) {
  const bool is_comparison = binary.op == syntax::BinaryOp::Equal ||
                             binary.op == syntax::BinaryOp::NotEqual;
  return is_comparison && as_typeof(binary.lhs) != nullptr && as_typeof(binary.rhs) != nullptr;
}

Operand build_type_comparison(ProbeContext& context, const syntax::BinaryExpr& binary) {
  const auto lhs = type_of(context, binary.lhs);
  const auto rhs = type_of(context, binary.rhs);
  if (!lhs || !rhs) return Operand::error(binary.range);
  return truth(binary.range, (*lhs == *rhs) == (binary.op == syntax::BinaryOp::Equal));
}

Operand build_type_question(ProbeContext& context, const syntax::CallExpr& call,
                            Function question) {
  if (question == Function::IsLiteral) return build_is_literal(context, call);
  if (question == Function::IsScalar) return build_is_scalar(context, call);
  const auto type = type_of(context, call.arguments[0]);
  if (!type) return Operand::error(call.range);
  return truth(call.range, is_of(question, *type));
}

Operand build_typeinfo(ProbeContext& context, const syntax::TypeinfoExpr& node) {
  const auto type = asked_type(context, node.operand);
  if (!type) return Operand::error(node.range);
  std::vector<Operand> fields;
  // Ids are those of one kernel's BTF.
  fields.emplace_back(integer_constant(node.range, 0, integer_type(8, false)));
  fields.emplace_back(string_constant(node.range, base_type(*type)));
  fields.emplace_back(string_constant(node.range, spelling(*type)));
  return tuple_of(context, node.range, std::move(fields), {"btf_id", "base_type", "full_type"});
}

// ---- messages of the script ---------------------------------------------------------------------

Operand build_static_assert(ProbeContext& context, const syntax::CallExpr& call) {
  ExprPtr condition = take_condition(context, build(context, call.arguments[0]));
  const auto message = constant_argument(context, call, 1);
  if (condition->type.kind == TypeKind::Error || !message) return Operand::error(call.range);
  const IntegerConstant* constant = as_integer_constant(*condition);
  if (constant == nullptr) {
    context.report<DiagnosticKind::NotConstant>(syntax::range_of(call.arguments[0]));
    return Operand::error(call.range);
  }
  if (constant->value != 0) return nothing(call.range);
  context.report<DiagnosticKind::StaticAssertion>(call.range, *message);
  return Operand::error(call.range);
}

Operand build_fail(ProbeContext& context, const syntax::CallExpr& call) {
  const auto format = constant_argument(context, call, 0);
  std::vector<std::string> arguments;
  bool are_constant = format.has_value();
  for (size_t i = 1; i < call.arguments.size(); ++i) {
    auto text = constant_argument(context, call, i);
    are_constant = are_constant && text;
    arguments.push_back(std::move(text).value_or(""));
  }
  if (!are_constant) return Operand::error(call.range);
  const PrintfFormat parsed = parse_printf_format(*format);
  if (!check_format(context, parsed, syntax::range_of(call.arguments[0]), arguments.size())) {
    return Operand::error(call.range);
  }
  std::string text;
  for (const FormatPiece& piece : parsed.pieces)
    text += piece.conversion == 0 ? piece.text : arguments[piece.argument];
  context.report<DiagnosticKind::ScriptError>(call.range, text);
  return Operand::error(call.range);
}

}  // namespace bpftracec::sema
