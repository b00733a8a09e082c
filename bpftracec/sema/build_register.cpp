// reg("name"): the registers that the kernel has saved where the probe was hit.
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/base/nearest_name.h"
#include "bpftracec/sema/name_tables.h"
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;

namespace {

constexpr uint32_t kNoRegister = UINT32_MAX;

struct RegisterName {
  std::string_view name;
  bool is_there;  // on x86-64, the only architecture that tools are made for so far
};

constexpr RegisterName kRegisters[] = {
#define REGISTER(name, spelling, x86_64, aarch64) {spelling, (x86_64) != kNoRegister},
#include "bpftracec/sema/register.def"
};

// Whether the program's context is a struct pt_regs, or begins with one.
bool has_registers(ProgramKind kind) {
  switch (kind) {
    case ProgramKind::Kprobe:
    case ProgramKind::Kretprobe:
    case ProgramKind::Uprobe:
    case ProgramKind::Uretprobe:
    case ProgramKind::PerfEvent:
      return true;
    case ProgramKind::Fentry:
    case ProgramKind::Fexit:
    case ProgramKind::RawTracepoint:
    case ProgramKind::Tracepoint:
      return false;
  }
  base::internal_error("unknown kind of program");
}

void report_unknown_register(ProbeContext& context, SourceRange range, std::string_view name) {
  Diagnostic& diagnostic = context.report<DiagnosticKind::UnknownRegister>(range, name);
  base::NearestName search(name);
  std::string all;
  for (const RegisterName& known : kRegisters) {
    if (!known.is_there) continue;
    search.consider(known.name);
    all += (all.empty() ? "" : ", ") + std::string(known.name);
  }
  if (const auto nearest = search.found()) {
    diagnostic.hint("did you mean '{}'?", *nearest);
  } else {
    diagnostic.hint("there are {}", all);
  }
}

}  // namespace

Operand build_register(ProbeContext& context, const syntax::CallExpr& call) {
  if (!check_in_probe(context, call.range, call.name)) return Operand::error(call.range);
  const Operand name = build(context, call.arguments[0]);
  if (name.is_error() || !context.probe.attach_point) return Operand::error(call.range);
  const StringConstant* constant = as_string_constant(name.expr());
  if (constant == nullptr) {
    context.report<DiagnosticKind::ArgumentType>(
        name.range(), call.name, "the name of a register as its text", spelling(name.type()));
    return Operand::error(call.range);
  }
  const auto* found = std::ranges::find_if(kRegisters, [&](const RegisterName& known) {
    return known.is_there && known.name == constant->value;
  });
  if (found == std::end(kRegisters)) {
    report_unknown_register(context, name.range(), constant->value);
    return Operand::error(call.range);
  }
  if (!has_registers(context.probe.kind)) {
    return report_not_available(context, call.range, "reg",
                                "kprobe, kretprobe, uprobe, uretprobe, profile, interval and "
                                "software");
  }
  const auto place = static_cast<Register>(found - std::begin(kRegisters));
  return Operand(make_expr(integer_type(8, false), call.range, RegisterRead{place}));
}

}  // namespace bpftracec::sema
