#include "bpftracec/sema/build_program.h"

#include <algorithm>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/sema/name_tables.h"

namespace bpftracec::sema {

using diagnostics::DiagnosticKind;

namespace {

Type aggregation_type(Function function, bool is_signed) {
  const auto numeric = [&](TypeKind kind) {
    return Type{.kind = kind, .is_signed = is_signed, .size = 8};
  };
  switch (function) {
    case Function::Count:
      return {.kind = TypeKind::Count, .size = 8};
    case Function::Sum:
      return numeric(TypeKind::Sum);
    case Function::Min:
      return numeric(TypeKind::Min);
    case Function::Max:
      return numeric(TypeKind::Max);
    case Function::Avg:
      return numeric(TypeKind::Avg);
    case Function::Stats:
      return numeric(TypeKind::Stats);
    case Function::Hist:
      return {.kind = TypeKind::Hist};
    case Function::Lhist:
      return {.kind = TypeKind::Lhist};
    case Function::Tseries:
      return numeric(TypeKind::Tseries);
    default:
      break;
  }
  base::internal_error("not a map function");
}

// Whether every way through the block ends in a `return`, or leaves the program.
bool always_returns(const Block& block) {
  if (block.empty()) return false;
  const Statement& last = block.back();
  if (const auto* choice = std::get_if<If>(&last.node)) {
    return always_returns(choice->then_block) && always_returns(choice->else_block);
  }
  if (const auto* inner = std::get_if<Block>(&last.node)) return always_returns(*inner);
  return std::holds_alternative<Return>(last.node) ||
         std::holds_alternative<LeaveProgram>(last.node);
}

void check_end(ProbeContext& context, const FunctionProgram& program) {
  const TypeKind result = program.result.kind;
  if (result == TypeKind::None || result == TypeKind::Error) return;
  if (context.purpose != Purpose::Program || always_returns(program.body)) return;
  if (context.sink.has_errors()) return;  // the `return` may be what is wrong
  context
      .report<DiagnosticKind::FunctionWithoutValue>(context.function()->syntax->name_range,
                                                    program.name)
      .hint("end it with: return VALUE;");
}

void move_into(Code& code, ProbeContext& context) {
  code.variables = std::move(context.variables);
  code.calls = std::move(context.calls);
  std::ranges::sort(code.calls);
  const auto rest = std::ranges::unique(code.calls);
  code.calls.erase(rest.begin(), rest.end());
}

}  // namespace

std::optional<MapFunctionCall> build_map_function_call(ProbeContext& context,
                                                       const syntax::CallExpr& call) {
  const FunctionInfo& info = *find_function(call.name);
  if (call.arguments.size() < info.min_arguments || call.arguments.size() > info.max_arguments) {
    build_call(context, call);  // reports how many there should be
    return std::nullopt;
  }
  if (info.function == Function::Count) {
    return MapFunctionCall{aggregation_type(info.function, false), nullptr};
  }
  Operand argument = build(context, call.arguments[0]);
  if (argument.is_error()) return std::nullopt;
  if (!is_integer_like(argument.type())) {
    context.report<DiagnosticKind::ArgumentType>(argument.range(), call.name, "an integer",
                                                 spelling(argument.type()));
    return std::nullopt;
  }
  const bool is_signed = argument.kind() == TypeKind::Integer && argument.type().is_signed;
  // Buckets are found by signed comparison.
  const bool is_histogram = info.function == Function::Hist || info.function == Function::Lhist;
  return MapFunctionCall{aggregation_type(info.function, is_signed),
                         take_wide(context, std::move(argument), is_signed || is_histogram)};
}

ExprPtr clone_repeatable(const Expr& expr) {
  if (const auto* node = std::get_if<IntegerConstant>(&expr.node)) {
    return make_expr(expr.type, expr.range, *node);
  }
  if (const auto* node = std::get_if<StringConstant>(&expr.node)) {
    return make_expr(expr.type, expr.range, *node);
  }
  if (const auto* node = std::get_if<LateConstantRead>(&expr.node)) {
    return make_expr(expr.type, expr.range, *node);
  }
  if (const auto* node = std::get_if<VariableRead>(&expr.node)) {
    return make_expr(expr.type, expr.range, *node);
  }
  if (const auto* node = std::get_if<BuiltinRead>(&expr.node)) {
    return make_expr(expr.type, expr.range, *node);
  }
  if (const auto* node = std::get_if<Convert>(&expr.node)) {
    return make_expr(expr.type, expr.range, Convert{clone_repeatable(*node->operand)});
  }
  if (const auto* node = std::get_if<FieldRead>(&expr.node); node && node->index == nullptr) {
    return make_expr(expr.type, expr.range, FieldRead{node->record, node->field, nullptr});
  }
  base::internal_error("an expression that cannot be repeated");
}

ProbeProgram build_program(ProbeContext& context) {
  const ResolvedProbe& probe = context.probe;
  ProbeProgram program;
  program.kind = probe.kind;
  program.filters_by_target_pid = probe.filters_by_target_pid;
  program.default_return = probe.default_return;
  if (probe.attach_point) program.attach_point = *probe.attach_point;
  if (probe.filters_by_target_pid) {
    using Kind = LateConstant::Kind;
    context.tables.late_constant(Kind::TargetPid);
    context.tables.late_constant(Kind::PidNamespaceDevice);
    context.tables.late_constant(Kind::PidNamespaceInode);
  }
  add_named_variables(context);
  if (probe.syntax->predicate) {
    program.predicate = take_condition(context, build(context, *probe.syntax->predicate));
    if (program.predicate->type.kind == TypeKind::Error) context.script.has_gaps = true;
  }
  program.body = build_block(context, *probe.syntax->body);
  move_into(program, context);
  program.tracepoint_record = context.tracepoint_record;
  if (program.attach_point.kind == ProbeKind::Usdt) {
    program.attach_point.count = context.argument_count;
  }
  program.attach_point.parameters = std::move(context.parameters);
  return program;
}

FunctionProgram build_function(ProbeContext& context) {
  const FunctionSignature& signature = *context.function();
  FunctionProgram program;
  program.name = signature.syntax->name;
  program.symbol = "fn_" + program.name;
  program.range = signature.syntax->range;
  program.result = signature.result;
  std::vector<TupleMember> arguments;
  for (const Type& type : signature.parameters) arguments.push_back({{}, type});
  program.parameter_count = static_cast<uint32_t>(signature.parameters.size());
  program.arguments = tuple_type(std::move(arguments));
  add_named_variables(context);
  program.body = build_block(context, *signature.syntax->body);
  move_into(program, context);
  check_end(context, program);
  return program;
}

void add_named_variables(ProbeContext& context) {
  const auto& infos = context.script.names.variables[context.probe.probe_index];
  for (size_t id = 0; id < infos.size(); ++id) {
    const InferredType& type = context.variable_types[id];
    // One that is declared and never used has no type, and takes no room either once code is made
    // of it.
    context.variables.push_back(
        {infos[id].name, type.is_known() ? type.type() : integer_type(8, true)});
  }
}

}  // namespace bpftracec::sema
