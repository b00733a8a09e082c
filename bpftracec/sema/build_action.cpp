// Calls that do something besides printing: commands, files, messages, signals.
#include <algorithm>
#include <array>
#include <csignal>
#include <string>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/base/nearest_name.h"
#include "bpftracec/sema/printf_format.h"
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::DiagnosticKind;
using syntax::range_of;

namespace {

const Type kNone{.kind = TypeKind::None};
const Type kWide = integer_type(8, false);

Operand nothing(SourceRange range) { return Operand(make_expr(kNone, range, IntegerConstant{0})); }

}  // namespace

bool check_unsafe(ProbeContext& context, const syntax::CallExpr& call) {
  if (context.script.config.is_unsafe) return true;
  context.report<DiagnosticKind::UnsafeFunction>(call.name_range, call.name)
      .hint("compile it with --unsafe if the tool shall change what it traces");
  return false;
}

Operand build_system(ProbeContext& context, const syntax::CallExpr& call) {
  const bool is_allowed = check_unsafe(context, call);
  Operand action = build_formatted(context, call, RecordKind::System);
  return is_allowed ? std::move(action) : Operand::error(call.range);
}

// ---- join() -------------------------------------------------------------------------------------

namespace {

// As many texts as bpftrace takes, each as long.
constexpr uint32_t kJoinedCapacity = kMaxJoined * kMaxJoinedText;

}  // namespace

Operand build_join(ProbeContext& context, const syntax::CallExpr& call) {
  Operand array = build(context, call.arguments[0]);
  std::optional<std::string> separator = " ";
  if (call.arguments.size() == 2) separator = literal_text(context, call, 1);
  if (array.is_error() || !separator) return Operand::error(call.range);
  const bool is_address = array.kind() == TypeKind::Pointer || array.kind() == TypeKind::Integer ||
                          array.kind() == TypeKind::Array;
  const bool is_field = array.kind() == TypeKind::Array &&
                        std::holds_alternative<FieldRead>(array.expr().node);
  if (!is_address || is_field) {
    context.report<DiagnosticKind::ArgumentType>(
        array.range(), call.name, "an array of pointers to strings", spelling(array.type()));
    return Operand::error(call.range);
  }
  // So much memory may have to be counted by CPU in the programs.
  context.tables.late_constant(LateConstant::Kind::PossibleCpus);
  Compute texts{Operation::JoinedTexts, {}, space_of(context, array.type())};
  texts.arguments.push_back(convert(take(context, std::move(array)), kWide));
  std::vector<ExprPtr> arguments;
  arguments.push_back(make_expr(string_type(kJoinedCapacity), call.range, std::move(texts)));
  RecordPlan plan{.kind = RecordKind::Join, .range = call.range};
  plan.separator = *separator;
  return emit(context, std::move(plan), std::move(arguments));
}

// ---- assert() -----------------------------------------------------------------------------------

Operand build_assert(ProbeContext& context, const syntax::CallExpr& call) {
  ExprPtr condition = take_condition(context, build(context, call.arguments[0]));
  const auto message = literal_text(context, call, 1);
  if (condition->type.kind == TypeKind::Error || !message) return Operand::error(call.range);
  RecordPlan plan{.kind = RecordKind::Errorf, .range = call.range};
  plan.format.push_back({.text = "assert failed: " + *message, .flags = {}});
  Block body;
  body.push_back({call.range, Evaluate{std::move(emit(context, std::move(plan), {})).take()}});
  std::vector<ExprPtr> code;
  code.push_back(integer_constant(call.range, 1, integer_type(8, true)));
  ExprPtr exit = std::move(emit(context, {.kind = RecordKind::Exit, .range = call.range},
                                std::move(code)))
                     .take();
  ExprPtr failure = make_expr(kNone, call.range, Sequence{std::move(body), std::move(exit)});
  return Operand(make_expr(kNone, call.range,
                           Conditional{std::move(condition), std::move(nothing(call.range)).take(),
                                       std::move(failure)}));
}

// ---- debugf() -----------------------------------------------------------------------------------

namespace {

// The conversion as the kernel's bpf_trace_printk() knows it; empty for those that it does not.
std::string kernel_conversion(const FormatPiece& piece) {
  if (!piece.flags.empty() || piece.width || piece.precision) return {};
  const std::string length = piece.integer_size == 8 ? "ll" : "";
  switch (piece.conversion) {
    case 'd':
    case 'i':
      return "%" + length + "d";
    case 'u':
    case 'x':
      return "%" + length + piece.conversion;
    case 's':
    case 'p':
      // An address as it is, which the kernel would hide behind %p.
      return piece.conversion == 's' ? "%s" : "0x%llx";
    default:
      return {};
  }
}

std::string with_percents_doubled(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '%' ? std::string("%%") : std::string(1, c);
  return result;
}

// The format for the kernel; nothing where it holds what the kernel cannot show.
std::optional<std::string> kernel_format(ProbeContext& context, const PrintfFormat& format,
                                         SourceRange range) {
  std::string result;
  for (const FormatPiece& piece : format.pieces) {
    const std::string conversion = piece.conversion != 0 ? kernel_conversion(piece) : "";
    if (piece.conversion != 0 && conversion.empty()) {
      context.report<DiagnosticKind::UnsupportedConversion>(
          range, "%" + piece.flags + std::string(conversion_spelling(piece.conversion)));
      return std::nullopt;
    }
    result += piece.conversion != 0 ? conversion : with_percents_doubled(piece.text);
  }
  return result;
}

}  // namespace

Operand build_debugf(ProbeContext& context, const syntax::CallExpr& call) {
  context.report<DiagnosticKind::DebugfInUse>(call.name_range);
  auto formatted = format_arguments(context, call);
  if (!formatted) return Operand::error(call.range);
  const SourceRange range = range_of(call.arguments[0]);
  const auto format = kernel_format(context, formatted->format, range);
  if (!format) return Operand::error(call.range);
  Compute node{Operation::TracePrint, {}};
  node.arguments.push_back(string_constant(range, *format));
  for (ExprPtr& argument : formatted->arguments) {
    const bool is_text = argument->type.kind == TypeKind::String;
    if (!is_text && !is_integer_like(argument->type) && argument->type.kind != TypeKind::Pointer) {
      context.report<DiagnosticKind::ConversionType>(argument->range, "s",
                                                     spelling(argument->type));
      return Operand::error(call.range);
    }
    node.arguments.push_back(std::move(argument));
  }
  return Operand(make_expr(kNone, call.range, std::move(node)));
}

// ---- signals ------------------------------------------------------------------------------------

namespace {

constexpr uint64_t kMaxSignal = 64;

// "SIGKILL", "kill" -> 9
std::optional<uint64_t> signal_number(std::string name) {
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (name.starts_with("SIG")) name.erase(0, 3);
  for (int number = 1; number < SIGRTMIN; ++number) {
    const char* known = sigabbrev_np(number);
    if (known != nullptr && name == known) return static_cast<uint64_t>(number);
  }
  return std::nullopt;
}

// Probes in the middle of what a process does; interrupts that have nothing to do with it are not.
bool may_signal(ProbeKind kind) {
  switch (kind) {
    case ProbeKind::Begin:
    case ProbeKind::End:
    case ProbeKind::Self:
    case ProbeKind::Interval:
    case ProbeKind::Software:
    case ProbeKind::Hardware:
    case ProbeKind::Watchpoint:
      return false;
    default:
      return true;
  }
}

// A number from 1 to 64; null for anything else, which is reported.
ExprPtr signal_argument(ProbeContext& context, const syntax::CallExpr& call) {
  Operand signal = build(context, call.arguments[0]);
  if (signal.is_error()) return nullptr;
  const SourceRange range = signal.range();
  if (const StringConstant* name = as_string_constant(signal.expr())) {
    if (const auto number = signal_number(name->value)) {
      return integer_constant(range, *number, kWide);
    }
    context.report<DiagnosticKind::NoSignal>(range, "'" + name->value + "'");
    return nullptr;
  }
  if (!is_integer_like(signal.type())) {
    context.report<DiagnosticKind::ArgumentType>(range, call.name, "a signal's name or number",
                                                 spelling(signal.type()));
    return nullptr;
  }
  const bool is_late = signal.parameter.has_value();
  ExprPtr value = take_wide(context, std::move(signal), false);
  const IntegerConstant* constant = is_late ? nullptr : as_integer_constant(*value);
  if (constant != nullptr && (constant->value < 1 || constant->value > kMaxSignal)) {
    context.report<DiagnosticKind::NoSignal>(range, std::to_string(constant->value));
    return nullptr;
  }
  return value;
}

}  // namespace

Operand build_signal(ProbeContext& context, const syntax::CallExpr& call, Operation operation) {
  const bool is_allowed = check_unsafe(context, call);
  ExprPtr number = signal_argument(context, call);
  const std::optional<AttachPoint>& point = context.probe.attach_point;
  if (point && !may_signal(point->kind)) {
    context.report<DiagnosticKind::FunctionNotAvailable>(call.name_range, call.name,
                                                         kind_spelling(point->kind));
    return Operand::error(call.range);
  }
  // A function of the script may be called from any probe.
  const bool has_place = point || context.function() != nullptr;
  if (!is_allowed || number == nullptr || !has_place) return Operand::error(call.range);
  Compute node{operation, {}};
  node.arguments.push_back(std::move(number));
  node.site = context.tables.site(Site::Kind::Signal, call.range);
  return Operand(make_expr(kNone, call.range, std::move(node)));
}

}  // namespace bpftracec::sema
