// Maps: reading values, keys, deleting.
#include "bpftracec/sema/name_tables.h"
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;

namespace {

// "(string[16], int64)"
std::string key_spelling(const std::vector<Type>& parts) {
  std::string text = "(";
  for (const Type& part : parts) {
    if (text.size() > 1) text += ", ";
    text += spelling(part);
  }
  return text + ")";
}

std::vector<Type> key_types(const MapTypes& map) {
  std::vector<Type> types;
  types.reserve(map.key.size());
  for (const InferredType& part : map.key) types.push_back(part.type());
  return types;
}

// What can never be part of a key, whatever the map's other keys are.
bool check_key_part(ProbeContext& context, const MapInfo& info, const Operand& part) {
  if (part.is_error()) return false;
  if (part.aggregation || is_aggregation(part.type())) {
    const Type& type = part.aggregation ? *part.aggregation : part.type();
    Diagnostic& diagnostic = context.report<DiagnosticKind::InvalidMapKey>(
        part.range(), spelling(type), info.name);
    if (part.aggregation) diagnostic.hint("cast it: (int64)...");
    return false;
  }
  if (part.kind() == TypeKind::None || part.kind() == TypeKind::Array) {
    context.report<DiagnosticKind::InvalidMapKey>(part.range(), spelling(part.type()), info.name);
    return false;
  }
  return true;
}

std::string map_spelling(const syntax::MapAccess& access) { return "@" + std::string(access.name); }

}  // namespace

std::optional<std::vector<ExprPtr>> build_keys(ProbeContext& context, MapId map, SourceRange where,
                                               std::span<const syntax::Expr> parts) {
  if (context.purpose == Purpose::Types) return std::vector<ExprPtr>{};
  const MapInfo& info = context.map_info(map);
  MapTypes& types = context.map_types(map);
  std::vector<Operand> operands;
  std::vector<Type> found;
  bool is_usable = true;
  for (const syntax::Expr& part : parts) {
    operands.push_back(build(context, part));
    is_usable = check_key_part(context, info, operands.back()) && is_usable;
    found.push_back(operands.back().type());
  }
  // Keys where the map has none, or the reverse, have been reported with the names.
  if (parts.empty() != info.is_scalar) return std::nullopt;
  bool fits_map = parts.size() == types.key.size();
  for (size_t i = 0; i < operands.size() && fits_map; ++i) {
    if (context.purpose == Purpose::Keys) types.key[i].add(operands[i], operands[i].range());
    fits_map = fits(operands[i], types.key[i].type());
  }
  if (!is_usable) return std::nullopt;
  if (!fits_map) {
    context
        .report<DiagnosticKind::MapKeyMismatch>(where, info.name, key_spelling(found),
                                                key_spelling(key_types(types)))
        .note(info.shape_origin, "its first use is here");
    return std::nullopt;
  }
  std::vector<ExprPtr> keys;
  keys.reserve(operands.size());
  for (size_t i = 0; i < operands.size(); ++i) {
    keys.push_back(coerce(context, std::move(operands[i]), types.key[i].type()));
  }
  return keys;
}

Operand build_map_read(ProbeContext& context, const syntax::MapAccess& access) {
  const MapId map = context.script.names.map(access);
  const InferredType& value = context.map_types(map).value;
  auto keys = build_keys(context, map, access.range, key_parts(access.keys));
  if (!keys || !value.is_known()) return Operand::error(access.range);
  const Type& type = value.type();
  if (!is_aggregation(type)) {
    Operand operand(make_expr(type, access.range, MapRead{map, *std::move(keys)}));
    operand.adapts = value.adapts();
    return operand;
  }
  if (!is_castable_aggregation(type)) {
    return Operand(make_expr(type, access.range, MapRead{map, *std::move(keys)}));
  }
  context.tables.late_constant(LateConstant::Kind::PossibleCpus);
  const bool is_signed = type.kind == TypeKind::Count || type.is_signed;
  Operand operand(
      make_expr(integer_type(8, is_signed), access.range, MapRead{map, *std::move(keys)}));
  operand.aggregation = type;
  return operand;
}

std::optional<Operand> build_delete(ProbeContext& context, const DeleteTarget& target,
                                    SourceRange where) {
  const MapId map = context.script.names.map(*target.map);
  auto keys = build_keys(context, map, target.map->range, target.keys);
  if (!keys || !context.map_types(map).value.is_known()) return std::nullopt;
  // The one element of a scalar map is never removed, but marked as unset on each CPU.
  if (keys->empty() && is_aggregation(context.map_types(map).value.type())) {
    context.tables.late_constant(LateConstant::Kind::PossibleCpus);
  }
  return Operand(make_expr(bool_type(), where, DeleteElement{map, *std::move(keys)}));
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
    check_all(context, call.arguments);
    Diagnostic& diagnostic = context.report<DiagnosticKind::ArgumentType>(
        syntax::range_of(call.arguments[0]), call.name, "a map without a key",
        access == nullptr ? "something else" : "one element");
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
