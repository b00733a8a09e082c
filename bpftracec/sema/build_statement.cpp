// Statements.
#include <cstddef>
#include <limits>
#include <optional>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/base/overloaded.h"
#include "bpftracec/rt/event_abi.h"
#include "bpftracec/sema/build_program.h"
#include "bpftracec/sema/name_tables.h"
#include "bpftracec/sema/probe_context.h"
#include "bpftracec/syntax/operators.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;
using syntax::range_of;

namespace {

void build_statement(ProbeContext& context, const syntax::Statement& statement, Block& block);

// ---- expressions as statements ------------------------------------------------------------------

bool is_exit(const ProbeContext& context, const Expr& expr) {
  const auto* emit = std::get_if<EmitRecord>(&expr.node);
  return emit != nullptr && context.tables.kind_of(emit->record) == RecordKind::Exit;
}

// Adds a value that is dropped. A choice between calls becomes an `if`, because exit() also leaves
// the program, and only statements do.
void append_evaluation(ProbeContext& context, ExprPtr expr, Block& block) {
  const SourceRange range = expr->range;
  auto* conditional = std::get_if<Conditional>(&expr->node);
  if (conditional != nullptr && expr->type.kind == TypeKind::None) {
    If choice{.condition = std::move(conditional->condition)};
    append_evaluation(context, std::move(conditional->when_true), choice.then_block);
    append_evaluation(context, std::move(conditional->when_false), choice.else_block);
    block.push_back({range, std::move(choice)});
    return;
  }
  if (auto* sequence = std::get_if<Sequence>(&expr->node)) {
    block.push_back({range, std::move(sequence->body)});
    append_evaluation(context, std::move(sequence->value), block);
    return;
  }
  // The value of a block that has none.
  if (expr->type.kind == TypeKind::None && std::holds_alternative<IntegerConstant>(expr->node)) {
    block.push_back({range, Block()});
    return;
  }
  const bool leaves = is_exit(context, *expr);
  block.push_back({range, Evaluate{std::move(expr)}});
  if (leaves) block.push_back({range, LeaveProgram{}});
}

// Whether dropping the value leaves nothing of the statement.
bool is_useless(const Expr& expr) {
  if (expr.type.kind == TypeKind::None || expr.type.kind == TypeKind::Error) return false;
  return std::visit(base::overloaded{
                        [](const Increment&) { return false; },
                        [](const DeleteElement&) { return false; },
                        [](const Conditional& node) {
                          return is_useless(*node.when_true) && is_useless(*node.when_false);
                        },
                        [](const Sequence&) { return false; },
                        [](const BindVariable& node) { return is_useless(*node.body); },
                        [](const Call&) { return false; },
                        [](const auto&) { return true; },
                    },
                    expr.node);
}

// `delete(@a[1], @b[2])`: each by itself.
bool append_deletions(ProbeContext& context, const syntax::ExprStatement& statement, Block& block) {
  const auto* const* call = std::get_if<const syntax::CallExpr*>(&statement.expr);
  if (call == nullptr) return false;
  const FunctionInfo* info = find_function((*call)->name);
  if (info == nullptr || info->function != Function::Delete) return false;
  const auto targets = delete_targets(**call);
  if (!targets || targets->size() < 2) return false;
  for (const DeleteTarget& target : *targets) {
    auto operand = build_delete(context, target, statement.range);
    if (operand) block.push_back({statement.range, Evaluate{std::move(*operand).take()}});
  }
  return true;
}

void build_statement(ProbeContext& context, const syntax::ExprStatement& statement, Block& block) {
  if (append_deletions(context, statement, block)) return;
  ExprPtr expr = take(context, build(context, statement.expr));
  if (expr->type.kind == TypeKind::Error) return;
  if (!statement.is_discard && is_useless(*expr)) {
    context.report<DiagnosticKind::ValueUnused>(statement.range);
  }
  append_evaluation(context, std::move(expr), block);
}

// ---- assignments to variables -------------------------------------------------------------------

Diagnostic& report_type_mismatch(ProbeContext& context, SourceRange where, const std::string& name,
                                 const Operand& value, const InferredType& type) {
  return context
      .report<DiagnosticKind::AssignmentType>(where, name, spelling(value.type()),
                                              spelling(type.type()))
      .note(type.origin(), "it gets type {} here", spelling(type.type()));
}

// A value that is not one of its own, such as an aggregation. Reports it.
bool check_assignable(ProbeContext& context, const Operand& value, const std::string& target) {
  if (value.is_error()) return false;
  if (value.aggregation || is_aggregation(value.type())) {
    const Type& type = value.aggregation ? *value.aggregation : value.type();
    Diagnostic& diagnostic = context.report<DiagnosticKind::AggregationCopied>(
        value.range(), spelling(type), target);
    if (is_castable_aggregation(type)) diagnostic.hint("cast it: (int64)...");
    return false;
  }
  if (value.kind() == TypeKind::None) {
    context.report<DiagnosticKind::NoValue>(value.range());
    return false;
  }
  return true;
}

// Whether a declared type holds `value` without loss. Reports it if not.
bool check_declared(ProbeContext& context, const std::string& name, const Operand& value,
                    const InferredType& type) {
  const Type& target = type.type();
  if (target.kind != TypeKind::Integer || value.parameter) return true;
  const IntegerConstant* constant = as_integer_constant(value.expr());
  if (constant != nullptr && value.is_literal) {
    const bool is_negative = value.type().is_signed && static_cast<int64_t>(constant->value) < 0;
    const uint32_t value_bits = target.size * 8 - (target.is_signed ? 1 : 0);
    const bool fits = is_negative ? target.is_signed && (target.size == 8 ||
                                                         static_cast<int64_t>(constant->value) >=
                                                             -(int64_t{1} << value_bits))
                                  : value_bits == 64 || constant->value >> value_bits == 0;
    if (!fits) {
      context.report<DiagnosticKind::LiteralDoesNotFit>(value.range(), spelling(target))
          .note(type.origin(), "{} is declared here", name);
    }
    return fits;
  }
  if (value.kind() == TypeKind::Bool) return true;
  const bool has_same_sign = value.type().is_signed == target.is_signed;
  const bool fits = value.adapts || (has_same_sign && value.type().size <= target.size) ||
                    (target.is_signed && value.type().size < target.size);
  if (!fits) {
    report_type_mismatch(context, value.range(), name, value, type)
        .hint("cast it: ({})...", spelling(target));
  }
  return fits;
}

void append_variable_assignment(ProbeContext& context, SourceRange range,
                                const syntax::Variable& variable, Operand value, Block& block) {
  const std::optional<VariableId> id = context.script.names.variable(variable);
  if (!id) {
    check_assignable(context, value, "$" + std::string(variable.name));
    return;
  }
  auto expr = take_for_place(context, range, "$" + std::string(variable.name), std::move(value),
                             context.variable_types[*id]);
  if (expr) block.push_back({range, AssignVariable{*id, *std::move(expr)}});
}

// The value that a variable has before it is assigned.
ExprPtr zero(SourceRange range, const Type& type) {
  if (type.kind == TypeKind::Tuple) {
    TupleMake tuple;
    for (const TupleMember& member : *type.members)
      tuple.elements.push_back(zero(range, member.type));
    return make_expr(type, range, std::move(tuple));
  }
  if (type.kind == TypeKind::String) return convert(string_constant(range, ""), type);
  if (type.kind == TypeKind::Stack) return make_expr(type, range, StackCapture{});
  if (type.kind == TypeKind::Symbol && is_in_memory(type)) {
    return make_expr(type, range, StackCapture{});  // all zero, too
  }
  return convert(integer_constant(range, 0, integer_type(8, false)), type);
}

void build_statement(ProbeContext& context, const syntax::LetStatement& let, Block& block) {
  if (let.type) resolve_type(context, *let.type);  // for what it reports; inference has used it
  if (let.value) {
    append_variable_assignment(context, let.range, *let.variable,
                               copied_array(context, build(context, *let.value)), block);
    return;
  }
  // In a loop the block is entered again, and the variable is a new one each time.
  const std::optional<VariableId> id = context.script.names.variable(*let.variable);
  if (!id || !context.variable_types[*id].is_known()) return;
  block.push_back(
      {let.range, AssignVariable{*id, zero(let.range, context.variable_types[*id].type())}});
}

// ---- assignments to maps ------------------------------------------------------------------------

void append_map_assignment(ProbeContext& context, SourceRange range, MapId map, ExprPtr key,
                           Operand value, Block& block) {
  const MapInfo& info = context.map_info(map);
  if (!check_assignable(context, value, info.name)) return;
  const InferredType& type = context.map_types(map).value;
  if (!type.is_known()) return;
  if (!fits(value, type.type())) {
    Diagnostic& diagnostic = report_type_mismatch(context, range, info.name, value, type);
    if (is_aggregation(type.type())) {
      diagnostic.hint("only its function is assigned to it; clear({}) starts afresh", info.name);
    }
    return;
  }
  ExprPtr expr = coerce(context, std::move(value), type.type());
  const SiteId site = context.tables.site(Site::Kind::MapUpdate, range, map);
  block.push_back({range, AssignMap{map, std::move(key), std::move(expr), site}});
}

// Whether computing it twice gives the same and costs nothing.
bool is_repeatable(const Expr& expr) {
  if (std::holds_alternative<IntegerConstant>(expr.node) ||
      std::holds_alternative<StringConstant>(expr.node) ||
      std::holds_alternative<LateConstantRead>(expr.node) ||
      std::holds_alternative<VariableRead>(expr.node)) {
    return true;
  }
  if (const auto* conversion = std::get_if<Convert>(&expr.node)) {
    return expr.type.kind != TypeKind::String && is_repeatable(*conversion->operand);
  }
  if (const auto* field = std::get_if<FieldRead>(&expr.node)) {
    return expr.type.kind != TypeKind::String && field->index == nullptr;
  }
  const auto* read = std::get_if<BuiltinRead>(&expr.node);
  if (read == nullptr) return false;
  switch (read->builtin) {
    case Builtin::Pid:
    case Builtin::Tid:
    case Builtin::Uid:
    case Builtin::Gid:
    case Builtin::UserName:
    case Builtin::Cpu:
    case Builtin::Numaid:
    case Builtin::Usermode:
    case Builtin::Ctx:
    case Builtin::Cgroup:
    case Builtin::Curtask:
    case Builtin::Retval:
    case Builtin::Argument:
      return true;
    case Builtin::Nsecs:
    case Builtin::Jiffies:
    case Builtin::Elapsed:
    case Builtin::Rand:
    case Builtin::Comm:
    case Builtin::Cpid:
    case Builtin::Probe:
    case Builtin::Func:
      return false;
  }
  base::internal_error("unknown builtin");
}

// `@m[key] op= value` uses the key twice: what must be computed once goes into a variable first.
ExprPtr keep_in_variables(ProbeContext& context, ExprPtr& key, Block& block) {
  if (key == nullptr) return nullptr;
  const Type type = key->type;
  const SourceRange range = key->range;
  if (auto* tuple = std::get_if<TupleMake>(&key->node)) {
    TupleMake copy;
    for (ExprPtr& element : tuple->elements)
      copy.elements.push_back(keep_in_variables(context, element, block));
    return make_expr(type, range, std::move(copy));
  }
  if (!is_repeatable(*key)) {
    const VariableId variable = context.add_temporary(type);
    block.push_back({range, AssignVariable{variable, std::move(key)}});
    key = make_expr(type, range, VariableRead{variable});
  }
  return clone_repeatable(*key);
}

void build_compound_map_assignment(ProbeContext& context, const syntax::Assignment& assignment,
                                   const syntax::MapAccess& access, Block& block) {
  const MapId map = context.script.names.map(access);
  auto key = build_key(context, map, access.range, key_parts(access.keys));
  const InferredType& type = context.map_types(map).value;
  if (!key || !type.is_known()) {
    build(context, assignment.value);
    return;
  }
  if (is_aggregation(type.type())) {
    build(context, assignment.value);
    context
        .report<DiagnosticKind::InvalidOperand>(
            assignment.range, std::string(syntax::spelling(*assignment.compound_op)) + "=",
            spelling(type.type()))
        .note(type.origin(), "it gets this type here");
    return;
  }
  ExprPtr copy = keep_in_variables(context, *key, block);
  Operand old(make_expr(type.type(), access.range, MapRead{map, std::move(copy)}));
  old.adapts = type.adapts();
  append_map_assignment(context, assignment.range, map, *std::move(key),
                        build_assigned_value(context, assignment, std::move(old)), block);
}

// ---- map functions ------------------------------------------------------------------------------

// A constant argument: a literal or, where the tool can wait for it, a parameter.
std::optional<LateInteger> build_late_integer(ProbeContext& context, const syntax::CallExpr& call,
                                              size_t index, bool may_be_parameter) {
  Operand operand = build(context, call.arguments[index]);
  if (operand.is_error()) return std::nullopt;
  if (operand.parameter && may_be_parameter) {
    return context.tables.late_constant(LateConstant::Kind::ParameterInteger, *operand.parameter);
  }
  const IntegerConstant* constant = as_integer_constant(operand.expr());
  const bool is_representable = constant != nullptr && !operand.parameter &&
                                (operand.type().is_signed ||
                                 constant->value <= uint64_t{std::numeric_limits<int64_t>::max()});
  if (is_representable) return static_cast<int64_t>(constant->value);
  context.report<DiagnosticKind::ArgumentType>(
      operand.range(), call.name,
      may_be_parameter ? "an integer literal or a parameter" : "an integer literal",
      constant != nullptr && !operand.parameter ? "one that is too large"
                                                : spelling_beside_literal(operand));
  return std::nullopt;
}

std::optional<HistogramShape> build_hist_shape(ProbeContext& context,
                                               const syntax::CallExpr& call) {
  HistogramShape shape{.origin = call.range};
  if (call.arguments.size() < 2) return shape;
  const auto bits = build_late_integer(context, call, 1, false);
  if (!bits) return std::nullopt;
  constexpr int64_t kMaxBits = 5;
  const int64_t value = std::get<int64_t>(*bits);
  if (value < 0 || value > kMaxBits) {
    context.report<DiagnosticKind::HistBits>(range_of(call.arguments[1]), value);
    return std::nullopt;
  }
  shape.bits = static_cast<uint32_t>(value);
  return shape;
}

bool check_lhist(ProbeContext& context, const syntax::CallExpr& call, const HistogramShape& shape) {
  const auto* min = std::get_if<int64_t>(&shape.min);
  const auto* max = std::get_if<int64_t>(&shape.max);
  const auto* step = std::get_if<int64_t>(&shape.step);
  if (min != nullptr && *min < 0) {
    context.report<DiagnosticKind::LhistMin>(range_of(call.arguments[1]));
    return false;
  }
  if (step != nullptr && *step < 1) {
    context.report<DiagnosticKind::LhistStep>(range_of(call.arguments[3]));
    return false;
  }
  if (min != nullptr && max != nullptr && *min >= *max) {
    context.report<DiagnosticKind::LhistOrder>(call.range, *min, *max);
    return false;
  }
  if (min == nullptr || max == nullptr || step == nullptr) return true;
  const int64_t buckets = (*max - *min) / *step;
  if (buckets > rt::kMaxLhistBuckets) {
    context.report<DiagnosticKind::LhistBuckets>(call.range, buckets, rt::kMaxLhistBuckets);
    return false;
  }
  return true;
}

std::optional<HistogramShape> build_lhist_shape(ProbeContext& context,
                                                const syntax::CallExpr& call) {
  const auto min = build_late_integer(context, call, 1, true);
  const auto max = build_late_integer(context, call, 2, true);
  const auto step = build_late_integer(context, call, 3, true);
  if (!min || !max || !step) return std::nullopt;
  HistogramShape shape{.min = *min, .max = *max, .step = *step, .origin = call.range};
  if (!check_lhist(context, call, shape)) return std::nullopt;
  return shape;
}

// "avg" and its like; without, the last value of an interval counts.
std::optional<TseriesFunction> build_tseries_function(ProbeContext& context,
                                                      const syntax::CallExpr& call) {
  using Function = TseriesFunction;
  constexpr std::pair<std::string_view, Function> kFunctions[] = {{"avg", Function::Avg},
                                                                  {"max", Function::Max},
                                                                  {"min", Function::Min},
                                                                  {"sum", Function::Sum}};
  if (call.arguments.size() < 4) return Function::Last;
  const auto name = literal_text(context, call, 3);
  if (!name) return std::nullopt;
  for (const auto& [spelling, function] : kFunctions) {
    if (spelling == *name) return function;
  }
  context.report<DiagnosticKind::TseriesFunction>(range_of(call.arguments[3]), *name)
      .hint("there are avg, max, min and sum");
  return std::nullopt;
}

std::optional<HistogramShape> build_tseries_shape(ProbeContext& context,
                                                  const syntax::CallExpr& call) {
  constexpr int64_t kMaxIntervals = 1'000'000;
  const auto interval = build_late_integer(context, call, 1, false);
  const auto count = build_late_integer(context, call, 2, false);
  const auto function = build_tseries_function(context, call);
  if (!interval || !count || !function) return std::nullopt;
  const int64_t nanoseconds = std::get<int64_t>(*interval);
  const int64_t intervals = std::get<int64_t>(*count);
  if (nanoseconds < 1) {
    context.report<DiagnosticKind::TseriesInterval>(range_of(call.arguments[1]));
    return std::nullopt;
  }
  if (intervals < 1 || intervals > kMaxIntervals) {
    context.report<DiagnosticKind::TseriesCount>(range_of(call.arguments[2]), kMaxIntervals,
                                                 intervals);
    return std::nullopt;
  }
  context.tables.late_constant(LateConstant::Kind::HasBootClock);
  HistogramShape shape{.origin = call.range};
  shape.tseries = {static_cast<uint64_t>(nanoseconds), static_cast<uint32_t>(intervals), *function};
  return shape;
}

// Notes a histogram's constant arguments. False where they are wrong or differ from the map's.
bool build_shape(ProbeContext& context, const syntax::CallExpr& call, const FunctionInfo& info,
                 MapId map) {
  std::optional<HistogramShape> shape;
  if (info.function == Function::Hist) {
    shape = build_hist_shape(context, call);
  } else if (info.function == Function::Lhist) {
    shape = build_lhist_shape(context, call);
  } else if (info.function == Function::Tseries) {
    shape = build_tseries_shape(context, call);
  } else {
    return true;
  }
  if (!shape) return false;
  if (context.purpose == Purpose::Keys) return true;  // late constants have other numbers there
  std::optional<HistogramShape>& known = context.map_types(map).histogram;
  if (!known) known = shape;
  if (known->is_same(*shape)) return true;
  context.report<DiagnosticKind::HistogramShapes>(call.range, call.name, context.map_info(map).name)
      .note(known->origin, "the others are here");
  return false;
}

void build_map_function(ProbeContext& context, const syntax::Assignment& assignment,
                        const syntax::MapAccess& access, const syntax::CallExpr& call,
                        Block& block) {
  const MapId map = context.script.names.map(access);
  auto key = build_key(context, map, access.range, key_parts(access.keys));
  auto function = build_map_function_call(context, call);
  if (!function) return;
  const FunctionInfo& info = *find_function(call.name);
  const bool has_shape = build_shape(context, call, info, map);
  const InferredType& type = context.map_types(map).value;
  if (!key || !has_shape || !type.is_known()) return;
  if (type.type().kind != function->type.kind) {
    context
        .report<DiagnosticKind::AssignmentType>(assignment.range, context.map_info(map).name,
                                                spelling(function->type), spelling(type.type()))
        .note(type.origin(), "it gets type {} here", spelling(type.type()));
    return;
  }
  const SiteId site = context.tables.site(Site::Kind::MapUpdate, assignment.range, map);
  block.push_back({assignment.range,
                   UpdateAggregation{map, *std::move(key), std::move(function->argument), site}});
}

void build_statement(ProbeContext& context, const syntax::Assignment& assignment, Block& block) {
  const auto* const* variable = std::get_if<const syntax::Variable*>(&assignment.target);
  if (variable != nullptr) {
    Operand old = assignment.compound_op ? build(context, assignment.target)
                                         : Operand::error(assignment.range);
    append_variable_assignment(
        context, assignment.range, **variable,
        copied_array(context, build_assigned_value(context, assignment, std::move(old))), block);
    return;
  }
  const auto* const* access = std::get_if<const syntax::MapAccess*>(&assignment.target);
  if (access == nullptr) {
    build(context, assignment.value);
    return;
  }
  if (assignment.compound_op) {
    return build_compound_map_assignment(context, assignment, **access, block);
  }
  if (const syntax::CallExpr* call = as_map_function_call(assignment.value)) {
    return build_map_function(context, assignment, **access, *call, block);
  }
  const MapId map = context.script.names.map(**access);
  auto key = build_key(context, map, (*access)->range, key_parts((*access)->keys));
  Operand value = copied(context, build(context, assignment.value));
  if (key) {
    append_map_assignment(context, assignment.range, map, *std::move(key), std::move(value), block);
  } else {
    check_assignable(context, value, context.map_info(map).name);
  }
}

// ---- control flow -------------------------------------------------------------------------------

void build_statement(ProbeContext& context, const syntax::IfStatement& statement, Block& block) {
  if (const auto is_true = comptime_condition(context, statement.condition)) {
    const syntax::Block* taken = *is_true ? statement.then_block : statement.else_block;
    block.push_back({statement.range, taken != nullptr ? build_block(context, *taken) : Block()});
    return;
  }
  If result{.condition = take_condition(context, build(context, statement.condition)),
            .then_block = build_block(context, *statement.then_block)};
  if (statement.else_block != nullptr) {
    result.else_block = build_block(context, *statement.else_block);
  }
  block.push_back({statement.range, std::move(result)});
}

void build_statement(ProbeContext& context, const syntax::WhileStatement& loop, Block& block) {
  ExprPtr condition = take_condition(context, build(context, loop.condition));
  block.push_back({loop.range, While{std::move(condition), build_block(context, *loop.body)}});
}

// The start or the end of a range.
ExprPtr take_bound(ProbeContext& context, const syntax::Expr& written, std::string_view which) {
  Operand bound = build(context, written);
  if (bound.is_error()) return nullptr;
  if (bound.kind() != TypeKind::Integer) {
    context.report<DiagnosticKind::LoopRangeType>(bound.range(), which, spelling(bound.type()));
    return nullptr;
  }
  return take_wide(context, std::move(bound), true);
}

bool has_few_turns(const Expr& begin, const Expr& end) {
  const IntegerConstant* first = as_integer_constant(begin);
  const IntegerConstant* last = as_integer_constant(end);
  if (first == nullptr || last == nullptr) return false;
  return static_cast<int64_t>(first->value) >= static_cast<int64_t>(last->value) ||
         last->value - first->value <= kMaxTurns;
}

void build_statement(ProbeContext& context, const syntax::ForRangeStatement& loop, Block& block) {
  ExprPtr begin = take_bound(context, loop.begin, "start");
  ExprPtr end = take_bound(context, loop.end, "end");
  Block body = build_block(context, *loop.body);
  const auto variable = context.script.names.variable(*loop.variable);
  if (begin == nullptr || end == nullptr || !variable) return;
  std::optional<SiteId> site;
  if (!has_few_turns(*begin, *end)) {
    const SourceRange bounds = {begin->range.begin, end->range.end};
    site = context.tables.site(Site::Kind::LoopLimit, bounds);
  }
  block.push_back(
      {loop.range, ForRange{*variable, std::move(begin), std::move(end), std::move(body), site}});
}

bool can_go_through(ProbeContext& context, const syntax::ForEachStatement& loop, MapId map) {
  const Type& value = context.map_types(map).value.type();
  if (context.map_info(map).is_scalar) {
    context.report<DiagnosticKind::LoopOverScalarMap>(loop.map->range, context.map_info(map).name);
    return false;
  }
  if (is_aggregation(value) && !is_castable_aggregation(value)) {
    context.report<DiagnosticKind::LoopOverAggregation>(loop.map->range, context.map_info(map).name,
                                                        spelling(value));
    return false;
  }
  return true;
}

void build_statement(ProbeContext& context, const syntax::ForEachStatement& loop, Block& block) {
  const MapId map = context.script.names.map(*loop.map);
  const bool is_usable = can_go_through(context, loop, map);
  Block body = build_block(context, *loop.body);
  const auto variable = context.script.names.variable(*loop.variable);
  const MapTypes& types = context.map_types(map);
  if (!is_usable || !variable || !types.value.is_known() || !types.key.is_known()) return;
  if (is_aggregation(types.value.type())) {
    context.tables.late_constant(LateConstant::Kind::PossibleCpus);
  }
  block.push_back({loop.range, ForMap{*variable, map, std::move(body)}});
}

void build_statement(ProbeContext& context, const syntax::ImportStatement& import, Block& block) {
  if (!is_library(import)) {
    context.report<DiagnosticKind::ImportInBlock>(import.range)
        .hint("import files at the beginning of the script");
    return;
  }
  block.push_back({import.range, Block()});
}

void build_statement(ProbeContext& context, const syntax::UnrollStatement& loop, Block& block) {
  constexpr uint64_t kMaxCount = 100;
  Operand count = build(context, loop.count);
  Unroll unroll{.body = build_block(context, *loop.body)};
  if (count.is_error()) return;
  const IntegerConstant* constant = as_integer_constant(count.expr());
  if (count.parameter) {
    unroll.late_count = context.tables.late_constant(LateConstant::Kind::ParameterInteger,
                                                     *count.parameter);
  } else if (constant == nullptr || count.kind() != TypeKind::Integer) {
    context.report<DiagnosticKind::UnrollCountUnknown>(count.range());
    return;
  } else if (constant->value < 1 || constant->value > kMaxCount) {
    context.report<DiagnosticKind::UnrollCountRange>(count.range(), kMaxCount);
    return;
  } else {
    unroll.count = static_cast<uint32_t>(constant->value);
  }
  block.push_back({loop.range, std::move(unroll)});
}

void build_statement(ProbeContext& context, const syntax::ReturnStatement& statement,
                     Block& block) {
  if (context.function() != nullptr) return build_return_from_function(context, statement, block);
  Return result;
  if (statement.value) {
    Operand value = build(context, *statement.value);
    if (value.is_error()) return;
    if (!is_integer_like(value.type())) {
      context.report<DiagnosticKind::ReturnType>(value.range(), spelling(value.type()));
      return;
    }
    result.value = take_wide(context, std::move(value), true);
  }
  block.push_back({statement.range, std::move(result)});
}

void build_statement(ProbeContext& /*context*/, const syntax::BreakStatement& statement,
                     Block& block) {
  block.push_back({statement.range, Break{}});
}

void build_statement(ProbeContext& /*context*/, const syntax::ContinueStatement& statement,
                     Block& block) {
  block.push_back({statement.range, Continue{}});
}

void build_statement(ProbeContext& context, const syntax::Block& written, Block& block) {
  block.push_back({written.range, build_block(context, written)});
}

// Whether a statement has become what it should; a declaration of a variable that is never used
// becomes nothing.
bool is_whole(const syntax::Statement& written, const Block& block, size_t size_before) {
  const auto is_unknown = [](const ExprPtr& expr) { return expr->type.kind == TypeKind::Error; };
  if (block.size() == size_before) {
    const auto* const* let = std::get_if<const syntax::LetStatement*>(&written);
    return let != nullptr && !(*let)->value;
  }
  if (const auto* choice = std::get_if<If>(&block.back().node))
    return !is_unknown(choice->condition);
  if (const auto* loop = std::get_if<While>(&block.back().node))
    return !is_unknown(loop->condition);
  return true;
}

void build_statement(ProbeContext& context, const syntax::Statement& statement, Block& block) {
  const size_t size_before = block.size();
  std::visit([&](const auto* node) { build_statement(context, *node, block); }, statement);
  const bool is_final = context.purpose == Purpose::Program;
  if (is_final && !is_whole(statement, block, size_before)) context.script.has_gaps = true;
}

bool ends_flow(const Statement& statement) {
  return std::holds_alternative<Return>(statement.node) ||
         std::holds_alternative<LeaveProgram>(statement.node) ||
         std::holds_alternative<Break>(statement.node) ||
         std::holds_alternative<Continue>(statement.node);
}

}  // namespace

std::optional<ExprPtr> take_for_place(ProbeContext& context, SourceRange where,
                                      const std::string& name, Operand value,
                                      const InferredType& type) {
  if (!check_assignable(context, value, name) || !type.is_known()) return std::nullopt;
  if (!fits(value, type.type())) {
    report_type_mismatch(context, where, name, value, type);
    return std::nullopt;
  }
  if (type.is_fixed() && !check_declared(context, name, value, type)) return std::nullopt;
  return coerce(context, std::move(value), type.type());
}

Operand build_assigned_value(ProbeContext& context, const syntax::Assignment& assignment,
                             Operand old_value) {
  Operand value = build(context, assignment.value);
  if (!assignment.compound_op) return value;
  return build_binary(context, assignment.range, *assignment.compound_op, std::move(old_value),
                      std::move(value));
}

Block build_block(ProbeContext& context, const syntax::Block& block) {
  return build_statements(context, block.statements);
}

Block build_statements(ProbeContext& context, std::span<const syntax::Statement> statements) {
  Block result;
  std::optional<size_t> end;
  for (const syntax::Statement& statement : statements) {
    build_statement(context, statement, result);
    if (!end && !result.empty() && ends_flow(result.back())) end = result.size();
  }
  // What cannot be reached has been checked, and is no part of the program.
  if (end) result.erase(result.begin() + static_cast<std::ptrdiff_t>(*end), result.end());
  return result;
}

}  // namespace bpftracec::sema
