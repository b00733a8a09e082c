// Maps: reading values, keys, deleting.
#include "bpftracec/sema/name_tables.h"
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;

namespace {

// What can never be part of a key, whatever the map's other keys are.
bool check_key_part(ProbeContext& context, const MapInfo& info, const Operand& part) {
  if (part.is_error()) return false;
  if (part.aggregation || is_aggregation(part.type())) {
    const Type& type = part.aggregation ? *part.aggregation : part.type();
    Diagnostic& diagnostic = context.report<DiagnosticKind::InvalidMapKey>(
        part.range(), spelling(type), info.name);
    if (is_castable_aggregation(type)) diagnostic.hint("cast it: (int64)...");
    return false;
  }
  const bool is_empty_tuple = part.kind() == TypeKind::Tuple && part.type().members->empty();
  if (part.kind() == TypeKind::None || part.kind() == TypeKind::Array || is_empty_tuple) {
    context.report<DiagnosticKind::InvalidMapKey>(part.range(), spelling(part.type()), info.name);
    return false;
  }
  return true;
}

// What stats() has gathered, as it is printed.
Type stats_record(bool is_signed) {
  const Type number = integer_type(8, is_signed);
  return tuple_type({{"count", integer_type(8, true)}, {"average", number}, {"total", number}});
}

std::string map_spelling(const syntax::MapAccess& access) { return "@" + std::string(access.name); }

}  // namespace

std::optional<ExprPtr> build_key(ProbeContext& context, MapId map, SourceRange where,
                                 std::span<const syntax::Expr> parts) {
  if (context.purpose == Purpose::Types) return ExprPtr();
  const MapInfo& info = context.map_info(map);
  std::vector<Operand> operands;
  bool is_usable = true;
  for (const syntax::Expr& part : parts) {
    operands.push_back(copied(context, build(context, part)));
    is_usable = check_key_part(context, info, operands.back()) && is_usable;
  }
  // Keys where the map has none, or the reverse, have been reported with the names.
  if (parts.empty() != info.is_scalar || !is_usable) return std::nullopt;
  if (parts.empty()) return ExprPtr();
  const SourceRange range{syntax::range_of(parts.front()).begin,
                          syntax::range_of(parts.back()).end};
  Operand key = operands.size() == 1 ? std::move(operands.front())
                                     : tuple_of(context, range, std::move(operands), {});
  InferredType& type = context.map_types(map).key;
  if (context.purpose == Purpose::Keys) type.add(key, key.range());
  if (key.is_error()) return std::nullopt;
  if (!fits(key, type.type())) {
    context
        .report<DiagnosticKind::MapKeyMismatch>(where, info.name, spelling(key.type()),
                                                spelling(type.type()))
        .note(info.shape_origin, "its first use is here");
    return std::nullopt;
  }
  return coerce(context, std::move(key), type.type());
}

Operand build_map_read(ProbeContext& context, const syntax::MapAccess& access) {
  const MapId map = context.script.names.map(access);
  auto key = build_key(context, map, access.range, key_parts(access.keys));
  if (!key) return Operand::error(access.range);
  return read_map(context, access.range, map, *std::move(key));
}

Operand read_map(ProbeContext& context, SourceRange range, MapId map, ExprPtr key) {
  const InferredType& value = context.map_types(map).value;
  if (!value.is_known()) return Operand::error(range);
  const Type& type = value.type();
  if (!is_aggregation(type)) {
    Operand operand(make_expr(type, range, MapRead{map, std::move(key)}));
    operand.adapts = value.adapts();
    return operand;
  }
  const bool is_stats = type.kind == TypeKind::Stats;
  if (!is_castable_aggregation(type) && !is_stats) {
    return Operand(make_expr(type, range, MapRead{map, std::move(key)}));
  }
  context.tables.late_constant(LateConstant::Kind::PossibleCpus);
  if (is_stats) {
    Operand operand(make_expr(stats_record(type.is_signed), range, MapRead{map, std::move(key)}));
    operand.aggregation = type;
    return operand;
  }
  const bool is_signed = type.kind == TypeKind::Count || type.is_signed;
  Operand operand(make_expr(integer_type(8, is_signed), range, MapRead{map, std::move(key)}));
  operand.aggregation = type;
  return operand;
}

namespace {

// The map that is the first argument; null, and reported, for anything else.
const syntax::MapAccess* map_argument(ProbeContext& context, const syntax::CallExpr& call) {
  const auto* const* access = std::get_if<const syntax::MapAccess*>(&call.arguments[0]);
  if (access != nullptr && !(*access)->has_keys) return *access;
  const Operand found = build(context, call.arguments[0]);
  if (!found.is_error() || access != nullptr) {
    context.report<DiagnosticKind::ArgumentType>(
        syntax::range_of(call.arguments[0]), call.name, "a map without a key",
        access == nullptr ? spelling(found) : "one element");
  }
  return nullptr;
}

std::span<const syntax::Expr> key_argument(const syntax::CallExpr& call) {
  return key_parts(call.arguments.subspan(1, 1));
}

}  // namespace

Operand build_has_key(ProbeContext& context, const syntax::CallExpr& call) {
  const syntax::MapAccess* access = map_argument(context, call);
  if (access == nullptr) return Operand::error(call.range);
  const MapId map = context.script.names.map(*access);
  auto key = build_key(context, map, access->range, key_argument(call));
  if (!key || !context.map_types(map).value.is_known()) return Operand::error(call.range);
  return Operand(make_expr(bool_type(), call.range, HasKey{map, *std::move(key)}));
}

Operand build_map_length(ProbeContext& context, const syntax::CallExpr& call) {
  const syntax::MapAccess* access = map_argument(context, call);
  if (access == nullptr) return Operand::error(call.range);
  const MapId map = context.script.names.map(*access);
  if (!context.map_types(map).value.is_known()) return Operand::error(call.range);
  if (context.map_info(map).is_scalar) {
    context.report<DiagnosticKind::LengthOfScalarMap>(access->range, context.map_info(map).name);
    return Operand::error(call.range);
  }
  return Operand(make_expr(integer_type(8, true), call.range, MapLength{map}));
}

Operand build_find(ProbeContext& context, const syntax::CallExpr& call) {
  const auto* const* variable = std::get_if<const syntax::Variable*>(&call.arguments[2]);
  const syntax::MapAccess* access = map_argument(context, call);
  if (variable == nullptr) {
    const Operand found = build(context, call.arguments[2]);
    context.report<DiagnosticKind::ArgumentType>(syntax::range_of(call.arguments[2]), call.name,
                                                 "a variable", spelling(found));
  }
  if (access == nullptr || variable == nullptr) return Operand::error(call.range);
  const auto target = context.script.names.variable(**variable);
  const MapId map = context.script.names.map(*access);
  auto key = build_key(context, map, access->range, key_argument(call));
  if (!key || !target || !context.map_types(map).value.is_known()) {
    return Operand::error(call.range);
  }
  if (context.purpose == Purpose::Types) {
    return Operand(integer_constant(call.range, 0, bool_type()));
  }
  // The key is used twice.
  const Type key_type = *key == nullptr ? Type() : (*key)->type;
  const VariableId kept = context.add_temporary(key_type);
  const auto key_again = [&] { return make_expr(key_type, call.range, VariableRead{kept}); };
  Operand value = read_map(context, access->range, map, key_again());
  const InferredType& type = context.variable_types[*target];
  if (value.is_error() || !type.is_known()) return Operand::error(call.range);
  if (!fits(value, type.type())) {
    context.report<DiagnosticKind::AssignmentType>((*variable)->range,
                                                   "$" + std::string((*variable)->name),
                                                   spelling(value), spelling(type.type()));
    return Operand::error(call.range);
  }
  Block body;
  ExprPtr assigned = coerce(context, std::move(value), type.type());
  body.push_back({call.range, AssignVariable{*target, std::move(assigned)}});
  ExprPtr found = make_expr(
      bool_type(), call.range,
      Sequence{std::move(body), integer_constant(call.range, 1, bool_type())});
  ExprPtr choice = make_expr(
      bool_type(), call.range,
      Conditional{make_expr(bool_type(), call.range, HasKey{map, key_again()}), std::move(found),
                  integer_constant(call.range, 0, bool_type())});
  return Operand(
      make_expr(bool_type(), call.range, BindVariable{kept, *std::move(key), std::move(choice)}));
}

std::optional<Operand> build_delete(ProbeContext& context, const DeleteTarget& target,
                                    SourceRange where) {
  const MapId map = context.script.names.map(*target.map);
  auto key = build_key(context, map, target.map->range, target.keys);
  if (!key || !context.map_types(map).value.is_known()) return std::nullopt;
  // The one element of a scalar map is never removed, but marked as unset on each CPU.
  if (*key == nullptr && is_aggregation(context.map_types(map).value.type())) {
    context.tables.late_constant(LateConstant::Kind::PossibleCpus);
  }
  return Operand(make_expr(bool_type(), where, DeleteElement{map, *std::move(key)}));
}

const syntax::CallExpr* as_map_function_call(const syntax::Expr& expr) {
  const auto* const* call = std::get_if<const syntax::CallExpr*>(&expr);
  if (call == nullptr) return nullptr;
  const FunctionInfo* info = find_function((*call)->name);
  return info != nullptr && info->kind == FunctionKind::MapFunction ? *call : nullptr;
}

Operand build_clear(ProbeContext& context, const syntax::CallExpr& call, RecordKind kind) {
  const auto* const* access = std::get_if<const syntax::MapAccess*>(&call.arguments[0]);
  if (access == nullptr || (*access)->has_keys) {
    const Operand found = build(context, call.arguments[0]);
    if (found.is_error() && access == nullptr) return Operand::error(call.range);
    Diagnostic& diagnostic = context.report<DiagnosticKind::ArgumentType>(
        syntax::range_of(call.arguments[0]), call.name, "a map without a key",
        access == nullptr ? spelling(found) : "one element");
    if (access != nullptr && kind == RecordKind::Clear) {
      diagnostic.hint("to remove one element: delete({}, KEY)", map_spelling(**access));
    }
    return Operand::error(call.range);
  }
  const MapId map = context.script.names.map(**access);
  if (!context.map_types(map).value.is_known()) return Operand::error(call.range);
  RecordPlan plan{.kind = kind, .range = call.range, .map = map};
  const RecordId record = context.tables.record(std::move(plan));
  return Operand(make_expr({.kind = TypeKind::None}, call.range, EmitRecord{record, {}}));
}

}  // namespace bpftracec::sema
