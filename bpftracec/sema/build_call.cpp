// Calls, by what they call.
#include "bpftracec/base/internal_error.h"
#include "bpftracec/sema/name_tables.h"
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;

namespace {

bool check_argument_count(ProbeContext& context, const syntax::CallExpr& call,
                          const FunctionInfo& info) {
  const size_t count = call.arguments.size();
  if (count >= info.min_arguments && count <= info.max_arguments) return true;
  std::string wanted;
  if (info.min_arguments == info.max_arguments) {
    wanted = argument_count_text(info.min_arguments);
  } else if (count < info.min_arguments) {
    wanted = "at least " + argument_count_text(info.min_arguments);
  } else {
    wanted = "at most " + argument_count_text(info.max_arguments);
  }
  context.report<DiagnosticKind::ArgumentCount>(call.range, info.spelling, wanted, count);
  return false;
}

void report_unknown_function(ProbeContext& context, const syntax::CallExpr& call) {
  if (is_unsupported_function(call.name)) {
    context.report<DiagnosticKind::UnsupportedFunction>(call.name_range, call.name);
    return;
  }
  const auto nearest = nearest_function(call.name);
  if (!nearest && may_be_lost(context)) return;
  Diagnostic& diagnostic = context.report<DiagnosticKind::UnknownFunction>(call.name_range,
                                                                           call.name);
  if (nearest) diagnostic.hint("did you mean '{}'?", *nearest);
}

Operand build_delete_call(ProbeContext& context, const syntax::CallExpr& call) {
  const auto targets = delete_targets(call);
  if (!targets) {
    check_all(context, call.arguments);
    Diagnostic& diagnostic = context.report<DiagnosticKind::DeleteArguments>(call.range);
    const bool has_loose_keys = call.arguments.size() > 2 &&
                                std::holds_alternative<const syntax::MapAccess*>(call.arguments[0]);
    if (has_loose_keys) {
      diagnostic.hint("several keys stand in parentheses: delete(@map, (key, key))");
    } else {
      diagnostic.hint("delete(@map, key), or delete(@map) for a map without keys");
    }
    return Operand::error(call.range);
  }
  if (targets->size() > 1) {
    // As a statement it has been taken apart; there is no single answer to whether several keys
    // were there.
    for (const DeleteTarget& target : *targets) build_delete(context, target, call.range);
    context.report<DiagnosticKind::ArgumentCount>(call.range, "delete", "one element as a value",
                                                  targets->size());
    return Operand::error(call.range);
  }
  auto operand = build_delete(context, targets->front(), call.range);
  return operand ? *std::move(operand) : Operand::error(call.range);
}

Operand build_misplaced_map_function(ProbeContext& context, const syntax::CallExpr& call) {
  check_all(context, call.arguments);
  context.report<DiagnosticKind::AggregationNotAssigned>(call.range, call.name)
      .hint("@name = {}(...);", call.name);
  return Operand::error(call.range);
}

}  // namespace

std::string argument_count_text(size_t count) {
  return count == 0   ? "no arguments"
         : count == 1 ? "1 argument"
                      : std::to_string(count) + " arguments";
}

Operand build_call(ProbeContext& context, const syntax::CallExpr& call) {
  const FunctionInfo* info = find_function(call.name);
  if (info == nullptr) {
    const Functions& functions = context.script.functions;
    if (const auto own = functions.ids.find(call.name); own != functions.ids.end()) {
      return build_function_call(context, call, own->second);
    }
    const BuiltinName name = find_builtin(call.name);
    if (name.kind != BuiltinName::Kind::Unknown && !is_unsupported_function(call.name)) {
      return build_builtin_call(context, call, name);
    }
    report_unknown_function(context, call);
    // Arguments of what we do not know may be anything, such as types or names of modes.
    return Operand::error(call.range);
  }
  if (!check_argument_count(context, call, *info)) {
    return Operand::error(call.range);
  }
  switch (info->function) {
    case Function::Printf:
      return build_formatted(context, call, RecordKind::Printf);
    case Function::Print:
      return build_print(context, call);
    case Function::Clear:
      return build_clear(context, call, RecordKind::Clear);
    case Function::Zero:
      return build_clear(context, call, RecordKind::Zero);
    case Function::Time:
      return build_time(context, call);
    case Function::Exit:
      return build_exit(context, call);
    case Function::Delete:
      return build_delete_call(context, call);
    case Function::Str:
      return build_str(context, call);
    case Function::Strncmp:
      return build_strncmp(context, call);
    case Function::Strcontains:
      return build_strcontains(context, call);
    case Function::Strstr:
      return build_strstr(context, call);
    case Function::Strlen:
      return build_strlen(context, call);
    case Function::Strcap:
      return build_strcap(context, call);
    case Function::StrConcat:
      return build_str_concat(context, call);
    case Function::Strerror:
      return build_name(context, call, Operation::ErrorName);
    case Function::SignalName:
      return build_name(context, call, Operation::SignalName);
    case Function::SyscallName:
      return build_name(context, call, Operation::SyscallName);
    case Function::Buf:
      return build_buf(context, call);
    case Function::Memcmp:
      return build_memcmp(context, call);
    case Function::Ntop:
      return build_ntop(context, call);
    case Function::Pton:
      return build_pton(context, call);
    case Function::Macaddr:
      return build_macaddr(context, call);
    case Function::Bswap:
      return build_bswap(context, call);
    case Function::Kptr:
      return build_address_in(context, call, AddressSpace::Kernel);
    case Function::Uptr:
      return build_address_in(context, call, AddressSpace::User);
    case Function::IsErr:
      return build_is_err(context, call);
    case Function::ContainerOf:
      return build_container_of(context, call);
    case Function::Strftime:
      return build_strftime(context, call);
    case Function::Cgroupid:
      return build_cgroupid(context, call);
    case Function::CgroupPath:
      return build_cgroup_path(context, call);
    case Function::Reg:
      return build_register(context, call);
    case Function::HasKey:
      return build_has_key(context, call);
    case Function::Find:
      return build_find(context, call);
    case Function::Cat:
      return build_formatted(context, call, RecordKind::Cat);
    case Function::System:
      return build_system(context, call);
    case Function::Errorf:
      return build_formatted(context, call, RecordKind::Errorf);
    case Function::Warnf:
      return build_formatted(context, call, RecordKind::Warnf);
    case Function::Join:
      return build_join(context, call);
    case Function::Assert:
      return build_assert(context, call);
    case Function::Debugf:
      return build_debugf(context, call);
    case Function::Signal:
      return build_signal(context, call, Operation::SendSignal);
    case Function::SignalThread:
      return build_signal(context, call, Operation::SendSignalThread);
    case Function::Getopt:
      return build_getopt(context, call);
    case Function::Kstack:
      return build_stack(context, call.range, AddressSpace::Kernel, call.arguments);
    case Function::Ustack:
      return build_stack(context, call.range, AddressSpace::User, call.arguments);
    case Function::Ksym:
      return build_symbol(context, call, AddressSpace::Kernel);
    case Function::Usym:
      return build_symbol(context, call, AddressSpace::User);
    case Function::Kaddr:
      return build_kaddr(context, call);
    case Function::Len:
      return build_len(context, call);
    case Function::IsStr:
    case Function::IsPtr:
    case Function::IsArray:
    case Function::IsInteger:
    case Function::IsUnsignedInteger:
    case Function::IsLiteral:
    case Function::IsScalar:
      return build_type_question(context, call, info->function);
    case Function::StaticAssert:
      return build_static_assert(context, call);
    case Function::Fail:
      return build_fail(context, call);
    case Function::Count:
    case Function::Sum:
    case Function::Min:
    case Function::Max:
    case Function::Avg:
    case Function::Stats:
    case Function::Hist:
    case Function::Lhist:
    case Function::Tseries:
      return build_misplaced_map_function(context, call);
  }
  base::internal_error("unknown function");
}

}  // namespace bpftracec::sema
