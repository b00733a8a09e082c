// getopt(): values that whoever starts the tool gives by name.
#include <algorithm>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::DiagnosticKind;
using syntax::range_of;

namespace {

bool is_name(std::string_view text) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !text.empty() && text.front() != '-' && std::ranges::all_of(text, is_word);
}

// What the second argument tells: the type, and what the option is when it is not given. Nothing
// where it is wrong, which has been reported.
std::optional<OptionPlan> option_of(ProbeContext& context, const syntax::CallExpr& call) {
  OptionPlan option{.kind = OptionPlan::Kind::Bool};
  if (call.arguments.size() < 2) return option;
  const Operand value = build(context, call.arguments[1]);
  if (value.is_error()) return std::nullopt;
  const IntegerConstant* number = value.parameter ? nullptr : as_integer_constant(value.expr());
  const StringConstant* text = as_string_constant(value.expr());
  if (number != nullptr && value.kind() == TypeKind::Bool) {
    option.number = number->value;
  } else if (number != nullptr) {
    option.kind = OptionPlan::Kind::Integer;
    option.number = number->value;
    option.is_signed = value.type().is_signed && static_cast<int64_t>(number->value) < 0;
  } else if (text != nullptr) {
    option.kind = OptionPlan::Kind::Text;
    option.text = text->value;
  } else {
    context.report<DiagnosticKind::ArgumentType>(value.range(), call.name, "a constant",
                                                 spelling_beside_literal(value));
    return std::nullopt;
  }
  return option;
}

Type type_of(const ProbeContext& context, const OptionPlan& option) {
  switch (option.kind) {
    case OptionPlan::Kind::Bool:
      return bool_type();
    case OptionPlan::Kind::Integer:
      return integer_type(8, option.is_signed);
    case OptionPlan::Kind::Text:
      return string_type(context.script.config.max_strlen);
  }
  base::internal_error("unknown kind of option");
}

LateConstant::Kind late_kind(OptionPlan::Kind kind) {
  return kind == OptionPlan::Kind::Text ? LateConstant::Kind::OptionText
                                        : LateConstant::Kind::OptionNumber;
}

}  // namespace

Operand build_getopt(ProbeContext& context, const syntax::CallExpr& call) {
  const auto name = literal_text(context, call, 0);
  auto option = option_of(context, call);
  std::optional<std::string> help = "";
  if (call.arguments.size() == 3) help = literal_text(context, call, 2);
  if (!name || !option || !help) return Operand::error(call.range);
  if (!is_name(*name)) {
    context.report<DiagnosticKind::OptionName>(range_of(call.arguments[0]), *name);
    return Operand::error(call.range);
  }
  option->name = *name;
  option->help = *help;
  option->range = call.range;
  const OptionPlan& known = context.tables.option(*option);
  if (!known.has_same_default(*option)) {
    context.report<DiagnosticKind::OptionDefaults>(call.range, *name)
        .note(known.range, "it has another one here");
    return Operand::error(call.range);
  }
  const Type type = type_of(context, *option);
  const uint32_t size = type.kind == TypeKind::String ? type.size : 8;
  const LateConstantId id = context.tables.late_constant(late_kind(option->kind), 0, size, *name);
  ExprPtr value = make_expr(type.kind == TypeKind::Bool ? integer_type(8, false) : type, call.range,
                            LateConstantRead{id});
  return Operand(convert(std::move(value), type));
}

}  // namespace bpftracec::sema
