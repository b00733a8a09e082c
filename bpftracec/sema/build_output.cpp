// Calls that send a record to the tool: printf, print, time, exit.
#include <algorithm>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/sema/printf_format.h"
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;
using syntax::range_of;

namespace {

const Type kNone{.kind = TypeKind::None};

bool is_parameter_value(const ProbeContext& context, const Expr& expr) {
  const auto* read = std::get_if<LateConstantRead>(&expr.node);
  return read != nullptr &&
         context.tables.late_constant_at(read->constant).kind == LateConstant::Kind::ParameterValue;
}

}  // namespace

Operand emit(ProbeContext& context, RecordPlan plan, std::vector<ExprPtr> arguments) {
  const SourceRange range = plan.range;
  for (const ExprPtr& argument : arguments) {
    plan.fields.push_back(
        {.type = argument->type, .is_parameter = is_parameter_value(context, *argument)});
  }
  const RecordId record = context.tables.record(std::move(plan));
  return Operand(make_expr(kNone, range, EmitRecord{record, std::move(arguments)}));
}

namespace {

// The text of an argument that must be written as one.
const syntax::StringLiteral* literal_argument(ProbeContext& context, const syntax::CallExpr& call) {
  const auto* const* literal = std::get_if<const syntax::StringLiteral*>(&call.arguments[0]);
  if (literal != nullptr) return *literal;
  // A literal that is wrong has been reported.
  if (std::holds_alternative<const syntax::ErrorExpr*>(call.arguments[0])) return nullptr;
  const Operand found = build(context, call.arguments[0]);
  if (found.is_error()) return nullptr;
  context.report<DiagnosticKind::ArgumentType>(range_of(call.arguments[0]), call.name,
                                               "a string literal", spelling_beside_literal(found));
  return nullptr;
}

// Whether a value can be shown by its type's own text.
bool is_printable(const Operand& operand) {
  return is_integer_like(operand.type()) || is_only_shown(operand.type()) ||
         operand.kind() == TypeKind::Buffer || operand.kind() == TypeKind::Pointer ||
         operand.kind() == TypeKind::String || operand.kind() == TypeKind::Tuple ||
         operand.kind() == TypeKind::Stack || operand.kind() == TypeKind::Symbol ||
         operand.kind() == TypeKind::Struct || operand.kind() == TypeKind::Array;
}

// A value for `%s` and print(): a parameter as a number only if it is one, which the tool knows.
// Null for one that cannot be copied.
ExprPtr take_printable(ProbeContext& context, Operand operand) {
  if (operand.parameter) {
    const LateConstantId id = context.tables.late_constant(
        LateConstant::Kind::ParameterValue, *operand.parameter, kParameterTextCapacity);
    return make_expr(string_type(kParameterTextCapacity), operand.range(), LateConstantRead{id});
  }
  operand = copied(context, std::move(operand));
  return operand.is_error() ? nullptr : take(context, std::move(operand));
}

// ---- printf -------------------------------------------------------------------------------------

bool takes(const FormatPiece& piece, const Operand& operand) {
  switch (piece.conversion) {
    case 's':
      return is_printable(operand);
    case 'r':
    case 'R':
    case 'H':
      return operand.kind() == TypeKind::Buffer;
    case 'c':
      return is_integer_like(operand.type());
    default:
      return is_integer_like(operand.type()) || operand.kind() == TypeKind::Pointer;
  }
}

ExprPtr take_for_conversion(ProbeContext& context, const FormatPiece& piece, Operand operand) {
  if (operand.is_error()) return nullptr;
  if (!takes(piece, operand)) {
    Diagnostic& diagnostic = context.report<DiagnosticKind::ConversionType>(
        operand.range(), conversion_spelling(piece.conversion), spelling(operand.type()));
    const bool wants_buffer = conversion_spelling(piece.conversion).starts_with('r');
    if (wants_buffer) diagnostic.hint("make a buffer of it: buf(..., LENGTH)");
    if (!wants_buffer && operand.kind() == TypeKind::String)
      diagnostic.hint("texts are printed by %s");
    return nullptr;
  }
  if (operand.kind() == TypeKind::Buffer) return take(context, std::move(operand));
  return piece.conversion == 's' ? take_printable(context, std::move(operand))
                                 : take(context, std::move(operand));
}

}  // namespace

bool check_format(ProbeContext& context, const PrintfFormat& format, SourceRange range,
                  size_t argument_count) {
  for (const std::string& conversion : format.unsupported) {
    context.report<DiagnosticKind::UnsupportedConversion>(range, conversion);
  }
  for (const std::string& conversion : format.too_wide) {
    context.report<DiagnosticKind::FormatTooWide>(range, conversion, kMaxFormatWidth);
  }
  if (argument_count < format.conversion_count) {
    context.report<DiagnosticKind::FormatArgumentsMissing>(range, argument_count,
                                                           format.conversion_count);
  } else if (argument_count > format.conversion_count) {
    context.report<DiagnosticKind::FormatArgumentsLeft>(range, argument_count,
                                                        format.conversion_count);
  }
  return format.unsupported.empty() && format.too_wide.empty() &&
         argument_count == format.conversion_count;
}

std::optional<FormattedArguments> format_arguments(ProbeContext& context,
                                                   const syntax::CallExpr& call) {
  const syntax::StringLiteral* literal = literal_argument(context, call);
  std::vector<Operand> operands;
  for (const syntax::Expr& argument : call.arguments.subspan(1))
    operands.push_back(build(context, argument));
  if (literal == nullptr) return std::nullopt;
  PrintfFormat format = parse_printf_format(literal->value);
  if (!check_format(context, format, literal->range, operands.size())) return std::nullopt;
  std::vector<ExprPtr> arguments;
  bool is_complete = true;
  for (const FormatPiece& piece : format.pieces) {
    if (piece.conversion == 0) continue;
    arguments.push_back(take_for_conversion(context, piece, std::move(operands[piece.argument])));
    is_complete = is_complete && arguments.back() != nullptr;
  }
  if (!is_complete) return std::nullopt;
  return FormattedArguments{std::move(format), std::move(arguments)};
}

Operand build_formatted(ProbeContext& context, const syntax::CallExpr& call, RecordKind kind) {
  auto formatted = format_arguments(context, call);
  if (!formatted) return Operand::error(call.range);
  RecordPlan plan{.kind = kind, .range = call.range};
  plan.format = std::move(formatted->format.pieces);
  return emit(context, std::move(plan), std::move(formatted->arguments));
}

// ---- print --------------------------------------------------------------------------------------

namespace {

// `top` or `div`: an integer, 0 when it is not there.
ExprPtr build_map_argument(ProbeContext& context, const syntax::CallExpr& call, size_t index) {
  const Type type = integer_type(8, false);
  if (index >= call.arguments.size()) return integer_constant(call.range, 0, type);
  Operand operand = build(context, call.arguments[index]);
  if (operand.is_error()) return nullptr;
  if (!is_integer_like(operand.type())) {
    context.report<DiagnosticKind::ArgumentType>(operand.range(), "print", "an integer",
                                                 spelling(operand.type()));
    return nullptr;
  }
  // A negative number of entries means all of them.
  const IntegerConstant* constant = as_integer_constant(operand.expr());
  if (constant != nullptr && operand.type().is_signed &&
      static_cast<int64_t>(constant->value) < 0) {
    return integer_constant(operand.range(), 0, type);
  }
  return take_wide(context, std::move(operand), false);
}

Operand build_print_map(ProbeContext& context, const syntax::CallExpr& call,
                        const syntax::MapAccess& access) {
  std::vector<ExprPtr> arguments;
  arguments.push_back(build_map_argument(context, call, 1));
  arguments.push_back(build_map_argument(context, call, 2));
  const MapId map = context.script.names.map(access);
  const bool is_complete = arguments[0] != nullptr && arguments[1] != nullptr;
  if (!is_complete || !context.map_types(map).value.is_known()) return Operand::error(call.range);
  return emit(context, {.kind = RecordKind::PrintMap, .range = call.range, .map = map},
              std::move(arguments));
}

}  // namespace

Operand build_print(ProbeContext& context, const syntax::CallExpr& call) {
  const auto* const* access = std::get_if<const syntax::MapAccess*>(&call.arguments[0]);
  if (access != nullptr && !(*access)->has_keys) return build_print_map(context, call, **access);
  Operand operand = build(context, call.arguments[0]);
  if (call.arguments.size() > 1) {
    check_all(context, call.arguments.subspan(1));
    context.report<DiagnosticKind::PrintArguments>(range_of(call.arguments[1]));
    return Operand::error(call.range);
  }
  if (operand.is_error()) return Operand::error(call.range);
  if (!is_printable(operand)) {
    context.report<DiagnosticKind::NotPrintable>(operand.range(), spelling(operand.type()));
    return Operand::error(call.range);
  }
  std::vector<ExprPtr> arguments;
  arguments.push_back(take_printable(context, std::move(operand)));
  if (arguments.back() == nullptr) return Operand::error(call.range);
  return emit(context, {.kind = RecordKind::PrintValue, .range = call.range}, std::move(arguments));
}

// ---- time, exit ---------------------------------------------------------------------------------

Operand build_time(ProbeContext& context, const syntax::CallExpr& call) {
  RecordPlan plan{.kind = RecordKind::Time, .range = call.range};
  plan.time_format = "%H:%M:%S\n";
  if (!call.arguments.empty()) {
    const syntax::StringLiteral* literal = literal_argument(context, call);
    if (literal == nullptr) return Operand::error(call.range);
    plan.time_format = literal->value;
  }
  return emit(context, std::move(plan), {});
}

Operand build_exit(ProbeContext& context, const syntax::CallExpr& call) {
  const Type type = integer_type(8, true);
  std::vector<ExprPtr> arguments;
  if (call.arguments.empty()) {
    arguments.push_back(integer_constant(call.range, 0, type));
  } else {
    Operand code = build(context, call.arguments[0]);
    if (code.is_error()) return Operand::error(call.range);
    if (!is_integer_like(code.type())) {
      context.report<DiagnosticKind::ArgumentType>(code.range(), "exit", "an integer",
                                                   spelling(code.type()));
      return Operand::error(call.range);
    }
    arguments.push_back(take_wide(context, std::move(code), true));
  }
  return emit(context, {.kind = RecordKind::Exit, .range = call.range}, std::move(arguments));
}

}  // namespace bpftracec::sema
