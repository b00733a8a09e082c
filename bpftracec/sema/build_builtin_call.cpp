// Builtin variables with arguments: a clock, a namespace, another task.
#include <string>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/sema/name_tables.h"
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::DiagnosticKind;
using syntax::range_of;

namespace {

const Type kWide = integer_type(8, false);

// The word of `nsecs(WORD)`; empty where there is none.
std::string_view mode_of(const syntax::CallExpr& call) {
  const auto* const* word = std::get_if<const syntax::Identifier*>(&call.arguments[0]);
  return word != nullptr ? (*word)->name : std::string_view();
}

Operand report_mode(ProbeContext& context, const syntax::CallExpr& call, std::string_view modes) {
  context.report<DiagnosticKind::UnknownMode>(range_of(call.arguments[0]), call.name)
      .hint("there are {}", modes);
  return Operand::error(call.range);
}

Operand computed(SourceRange range, Operation operation, const Type& type) {
  return Operand(make_expr(type, range, Compute{operation, {}}));
}

Operand build_clock(ProbeContext& context, const syntax::CallExpr& call,
                    const syntax::Identifier& identifier) {
  const std::string_view mode = mode_of(call);
  if (mode == "boot") return build_builtin(context, identifier);
  if (mode == "monotonic") return computed(call.range, Operation::MonotonicTime, kWide);
  if (mode == "tai") return computed(call.range, Operation::TaiTime, kWide);
  if (mode != "sw_tai") return report_mode(context, call, "boot, monotonic, tai and sw_tai");
  const LateConstantId offset = context.tables.late_constant(LateConstant::Kind::TaiOffset);
  ExprPtr now = take(context, build_builtin(context, identifier));
  return Operand(make_expr(kWide, call.range,
                           Binary{BinaryOp::Add,
                                  std::move(now),
                                  make_expr(kWide, call.range, LateConstantRead{offset}),
                                  {}}));
}

Operand build_id(ProbeContext& context, const syntax::CallExpr& call,
                 const syntax::Identifier& identifier, Operation initial, Builtin builtin) {
  const std::string_view mode = mode_of(call);
  if (mode == "curr_ns") return build_builtin(context, identifier);
  if (mode == "init") return computed(call.range, initial, builtin_type(builtin));
  return report_mode(context, call, "curr_ns and init");
}

// ---- tasks --------------------------------------------------------------------------------------

bool is_task(const Type& type) {
  return type.kind == TypeKind::Pointer && type.element != nullptr &&
         type.element->kind == TypeKind::Struct && type.element->c_name == "struct task_struct";
}

Operand member_of(ProbeContext& context, SourceRange range, Operand object, std::string_view name) {
  if (object.is_error()) return Operand::error(range);
  return build_member(context, {range, {}, name, range, true}, std::move(object));
}

// The task that tells: the one whose `first` leads there, or another in its place.
Operand build_task(ProbeContext& context, const syntax::CallExpr& call) {
  Operand task = call.arguments.empty() ? build_builtin(context, {call.range, "curtask"})
                                        : build(context, call.arguments[0]);
  if (task.is_error() || is_task(task.type())) return task;
  if (!call.arguments.empty()) {
    context.report<DiagnosticKind::ArgumentType>(task.range(), call.name, "a struct task_struct *",
                                                 spelling(task.type()));
    return Operand::error(call.range);
  }
  diagnostics::Diagnostic& diagnostic = context.report<DiagnosticKind::UnknownType>(
      call.range, "struct task_struct");
  const base::Error* error = context.script.c_types.catalog().kernel_error();
  if (error != nullptr) diagnostic.hint("types of the kernel cannot be read: {}", error->message);
  return Operand::error(call.range);
}

Operand build_relative(ProbeContext& context, const syntax::CallExpr& call,
                       BuiltinConstant constant) {
  const bool is_parent = constant == BuiltinConstant::Ppid || constant == BuiltinConstant::Pcomm;
  const bool is_name = constant == BuiltinConstant::Pcomm ||
                       constant == BuiltinConstant::LeaderComm;
  Operand task = member_of(context, call.range, build_task(context, call),
                           is_parent ? "real_parent" : "group_leader");
  if (is_name) return member_of(context, call.range, std::move(task), "comm");
  Operand id = member_of(context, call.range, std::move(task), is_parent ? "tgid" : "pid");
  if (id.is_error()) return id;
  return Operand(convert(take(context, std::move(id)), integer_type(4, true)));
}

}  // namespace

Operand build_task_value(ProbeContext& context, SourceRange range, std::string_view name,
                         BuiltinConstant constant) {
  return build_relative(context, {range, name, range, {}}, constant);
}

Operand build_builtin_call(ProbeContext& context, const syntax::CallExpr& call,
                           const BuiltinName& name) {
  const syntax::Identifier identifier{call.range, call.name};
  if (call.arguments.empty()) return build_builtin(context, identifier);
  if (name.kind == BuiltinName::Kind::Unsupported) {
    context.report<DiagnosticKind::UnsupportedBuiltin>(call.name_range, call.name);
    return Operand::error(call.range);
  }
  const bool is_one = call.arguments.size() == 1;
  if (is_one && name.kind == BuiltinName::Kind::Variable) {
    if (name.variable == Builtin::Nsecs) return build_clock(context, call, identifier);
    if (name.variable == Builtin::Pid) {
      return build_id(context, call, identifier, Operation::InitialPid, Builtin::Pid);
    }
    if (name.variable == Builtin::Tid) {
      return build_id(context, call, identifier, Operation::InitialTid, Builtin::Tid);
    }
  }
  if (is_one && is_of_task(name)) return build_relative(context, call, name.constant);
  context.report<DiagnosticKind::UnsupportedArguments>(call.range, call.name);
  return Operand::error(call.range);
}

bool is_of_task(const BuiltinName& name) {
  return name.kind == BuiltinName::Kind::Constant &&
         (name.constant == BuiltinConstant::Ppid || name.constant == BuiltinConstant::Pcomm ||
          name.constant == BuiltinConstant::LeaderComm ||
          name.constant == BuiltinConstant::LeaderTid);
}

}  // namespace bpftracec::sema
