// Arguments and results by the prototype that the kernel's BTF has of a function: fentry, fexit,
// rawtracepoint.
#include <span>
#include <string>
#include <vector>

#include "bpftracec/base/nearest_name.h"
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;

namespace {

// Null where nobody knows it, which has been reported.
const world::CType* find_prototype(ProbeContext& context, SourceRange range) {
  const AttachPoint& point = *context.probe.attach_point;
  const world::CTypeCatalog& catalog = context.script.c_types.catalog();
  const bool is_tracepoint = point.kind == ProbeKind::RawTracepoint;
  const world::CType* function = nullptr;
  if (!point.has_parameters) {
    function = is_tracepoint ? catalog.find_tracepoint_function(point.function)
                             : catalog.find_function(point.function);
  }
  if (function != nullptr) return function;
  Diagnostic& diagnostic = context.report<DiagnosticKind::UnknownPrototype>(range, point.name);
  if (const base::Error* error = catalog.kernel_error()) {
    diagnostic.hint("{}", error->message);
  } else {
    diagnostic.hint("the BTF of a kernel that has them tells them: --btf FILE");
  }
  return nullptr;
}

// The program's context holds them as words; a struct may take two.
uint32_t words_of(const world::CType& type) {
  return type.size <= 8 ? 1 : static_cast<uint32_t>((type.size + 7) / 8);
}

// Those that a script can name: a raw tracepoint's function begins with one that is not its
// event's.
std::span<const world::CParameter> parameters_of(const ProbeContext& context,
                                                 const world::CType& function) {
  const auto parameters = context.script.c_types.catalog().parameters(function);
  const bool has_data = context.probe.attach_point->kind == ProbeKind::RawTracepoint;
  return parameters.subspan(has_data && !parameters.empty() ? 1 : 0);
}

void report_unknown_parameter(ProbeContext& context, const syntax::FieldAccess& access,
                              std::span<const world::CParameter> parameters) {
  Diagnostic& diagnostic = context.report<DiagnosticKind::UnknownParameter>(
      access.field_range, context.probe.attach_point->name, access.field);
  base::NearestName search(access.field);
  std::string all;
  for (const world::CParameter& parameter : parameters) {
    if (parameter.name.empty()) continue;
    search.consider(parameter.name);
    all += (all.empty() ? "" : ", ") + parameter.name;
  }
  if (const auto nearest = search.found()) {
    diagnostic.hint("did you mean '{}'?", *nearest);
  } else if (!all.empty()) {
    diagnostic.hint("its arguments are {}", all);
  }
}

// The tool compares them with those of its kernel.
void note_parameters(ProbeContext& context, std::span<const world::CParameter> parameters) {
  if (context.probe.attach_point->kind == ProbeKind::RawTracepoint) return;
  std::vector<std::string> names;
  for (const world::CParameter& parameter : parameters) names.push_back(parameter.name);
  context.parameters = std::move(names);
}

bool is_readable(const Type& type) {
  return type.kind == TypeKind::Bool || type.kind == TypeKind::Integer ||
         type.kind == TypeKind::Pointer;
}

// A word of the context as a value.
Operand word_as(SourceRange range, const Type& type, Builtin builtin, uint32_t index,
                bool is_tracing) {
  const bool is_address = is_tracing && type.kind == TypeKind::Pointer;
  ExprPtr word = make_expr(integer_type(8, false), range, BuiltinRead{builtin, index, is_address});
  // Only the lower bits count of one that is narrower than a register.
  if (type.kind == TypeKind::Bool) word = convert(std::move(word), integer_type(1, false));
  return Operand(convert(std::move(word), type));
}

}  // namespace

Operand build_parameter_of_function(ProbeContext& context, const syntax::FieldAccess& access) {
  const world::CType* function = find_prototype(context, access.range);
  if (function == nullptr) return Operand::error(access.range);
  const auto parameters = parameters_of(context, *function);
  uint32_t index = 0;
  for (const world::CParameter& parameter : parameters) {
    if (parameter.name != access.field) {
      index += words_of(*parameter.type);
      continue;
    }
    Type type = context.script.c_types.convert(*parameter.type, AddressSpace::Kernel);
    if (!is_readable(type)) {
      context.report<DiagnosticKind::UnsupportedField>(access.field_range, parameter.name,
                                                       world::spelling(*parameter.type));
      return Operand::error(access.range);
    }
    note_parameters(context, parameters);
    const bool is_tracing = context.probe.attach_point->kind != ProbeKind::RawTracepoint;
    return word_as(access.range, type, Builtin::Argument, index, is_tracing);
  }
  report_unknown_parameter(context, access, parameters);
  return Operand::error(access.range);
}

Operand build_typed_return_value(ProbeContext& context, SourceRange range) {
  const world::CType* function = find_prototype(context, range);
  if (function == nullptr) return Operand::error(range);
  Type type = context.script.c_types.convert(*function->target, AddressSpace::Kernel);
  if (!is_readable(type)) {
    context.report<DiagnosticKind::NoReturnValue>(range, context.probe.attach_point->function);
    return Operand::error(range);
  }
  const auto parameters = parameters_of(context, *function);
  uint32_t words = 0;
  for (const world::CParameter& parameter : parameters) words += words_of(*parameter.type);
  note_parameters(context, parameters);
  return word_as(range, type, Builtin::Retval, words, true);
}

}  // namespace bpftracec::sema
