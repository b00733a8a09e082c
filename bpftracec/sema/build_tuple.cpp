// Tuples and records: making them, reading their elements, comparing them.
#include <algorithm>
#include <charconv>

#include "bpftracec/base/nearest_name.h"
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;

namespace {

bool check_element(ProbeContext& context, const Operand& element) {
  switch (element.kind()) {
    case TypeKind::Bool:
    case TypeKind::Integer:
    case TypeKind::String:
    case TypeKind::Pointer:
    case TypeKind::Tuple:
    case TypeKind::Buffer:
    case TypeKind::Inet:
    case TypeKind::Mac:
    case TypeKind::Timestamp:
    case TypeKind::CgroupPath:
    case TypeKind::UserName:
    case TypeKind::Stack:
    case TypeKind::Symbol:
      return true;
    case TypeKind::Error:
      return false;
    case TypeKind::None:
    case TypeKind::Array:
    case TypeKind::Struct:
    case TypeKind::Count:
    case TypeKind::Sum:
    case TypeKind::Min:
    case TypeKind::Max:
    case TypeKind::Avg:
    case TypeKind::Stats:
    case TypeKind::Hist:
    case TypeKind::Lhist:
    case TypeKind::Tseries:
      break;
  }
  context.report<DiagnosticKind::TupleElementType>(element.range(), spelling(element.type()));
  return false;
}

// The value twice or more: kept in a variable unless it can be read again as it is.
struct Kept {
  std::optional<VariableId> variable;
  Type type;
  SourceRange range;
};

Operand element_of(const Kept& kept, uint32_t index) {
  ExprPtr tuple = make_expr(kept.type, kept.range, VariableRead{*kept.variable});
  return Operand(make_expr((*kept.type.members)[index].type, kept.range,
                           TupleElement{std::move(tuple), index}));
}

Kept keep(ProbeContext& context, const Type& type, SourceRange range) {
  return {context.add_temporary(type), type, range};
}

// All elements are equal; `lhs` and `rhs` have the same type.
ExprPtr equal_elements(ProbeContext& context, SourceRange range, const Kept& lhs, const Kept& rhs) {
  ExprPtr result;
  for (uint32_t index = 0; index < lhs.type.members->size(); ++index) {
    ExprPtr is_equal = take(context, build_binary(context, range, syntax::BinaryOp::Equal,
                                                  element_of(lhs, index), element_of(rhs, index)));
    result = result == nullptr ? std::move(is_equal)
                               : make_expr(bool_type(), range,
                                           Logical{true, std::move(result), std::move(is_equal)});
  }
  return result != nullptr ? std::move(result) : integer_constant(range, 1, bool_type());
}

std::optional<uint32_t> index_of_member(const Type& type, std::string_view name) {
  const std::vector<TupleMember>& members = *type.members;
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool is_number = error == std::errc() && end == name.data() + name.size();
  if (is_number && !is_record(type)) {
    return number < members.size() ? std::optional(number) : std::nullopt;
  }
  const auto found = std::ranges::find(members, name, &TupleMember::name);
  if (found == members.end() || name.empty()) return std::nullopt;
  return static_cast<uint32_t>(found - members.begin());
}

Operand read_element(ProbeContext& context, SourceRange range, Operand tuple, uint32_t index) {
  if (index < tuple.elements.size()) {
    // Of a tuple that is written out, for what it is worth: the others are evaluated, too.
    tuple = Operand(take(context, std::move(tuple)));
  }
  Type type = (*tuple.type().members)[index].type;
  return Operand(make_expr(std::move(type), range, TupleElement{std::move(tuple).take(), index}));
}

}  // namespace

Operand tuple_of(ProbeContext& context, SourceRange range, std::vector<Operand> elements,
                 const std::vector<std::string>& names) {
  std::vector<TupleMember> members;
  bool is_usable = true;
  for (size_t i = 0; i < elements.size(); ++i) {
    is_usable = check_element(context, elements[i]) && is_usable;
    members.push_back({names.empty() ? std::string() : names[i], elements[i].type()});
  }
  if (!is_usable) return Operand::error(range);
  Operand tuple(make_expr(tuple_type(std::move(members)), range, TupleMake{}));
  tuple.elements = std::move(elements);
  return tuple;
}

Operand build_tuple(ProbeContext& context, const syntax::TupleExpr& tuple) {
  std::vector<Operand> elements;
  for (const syntax::Expr& element : tuple.elements)
    elements.push_back(copied(context, build(context, element)));
  return tuple_of(context, tuple.range, std::move(elements), {});
}

Operand build_record(ProbeContext& context, const syntax::RecordExpr& record) {
  std::vector<Operand> values;
  std::vector<std::string> names;
  bool is_usable = true;
  for (const syntax::RecordField& field : record.fields) {
    values.push_back(copied(context, build(context, field.value)));
    if (std::ranges::find(names, field.name) != names.end()) {
      context.report<DiagnosticKind::DuplicateField>(field.name_range, field.name);
      is_usable = false;
    }
    names.emplace_back(field.name);
  }
  if (!is_usable) return Operand::error(record.range);
  return tuple_of(context, record.range, std::move(values), names);
}

ExprPtr take_tuple(ProbeContext& context, Operand tuple, const Type& type) {
  const SourceRange range = tuple.range();
  const std::vector<TupleMember>& members = *type.members;
  std::vector<ExprPtr> elements;
  if (!tuple.elements.empty() || members.empty()) {
    for (size_t i = 0; i < members.size(); ++i)
      elements.push_back(coerce(context, std::move(tuple.elements[i]), members[i].type));
    return make_expr(type, range, TupleMake{std::move(elements)});
  }
  if (tuple.type() == type) return std::move(tuple).take();
  const Kept kept = keep(context, tuple.type(), range);
  for (uint32_t i = 0; i < members.size(); ++i)
    elements.push_back(coerce(context, element_of(kept, i), members[i].type));
  ExprPtr whole = make_expr(type, range, TupleMake{std::move(elements)});
  return make_expr(type, range,
                   BindVariable{*kept.variable, std::move(tuple).take(), std::move(whole)});
}

Operand build_tuple_comparison(ProbeContext& context, SourceRange range, bool is_equal, Operand lhs,
                               Operand rhs, const Type& type) {
  const Kept left = keep(context, type, lhs.range());
  const Kept right = keep(context, type, rhs.range());
  ExprPtr left_value = coerce(context, std::move(lhs), type);
  ExprPtr right_value = coerce(context, std::move(rhs), type);
  ExprPtr result = equal_elements(context, range, left, right);
  if (!is_equal) {
    result = make_expr(bool_type(), range, Unary{UnaryOp::LogicalNot, std::move(result)});
  }
  result = make_expr(bool_type(), range,
                     BindVariable{*right.variable, std::move(right_value), std::move(result)});
  return Operand(make_expr(bool_type(), range,
                           BindVariable{*left.variable, std::move(left_value), std::move(result)}));
}

Operand build_tuple_field(ProbeContext& context, const syntax::FieldAccess& access, Operand tuple) {
  if (const auto index = index_of_member(tuple.type(), access.field)) {
    return read_element(context, access.range, std::move(tuple), *index);
  }
  Diagnostic& diagnostic = context.report<DiagnosticKind::NoSuchElement>(
      access.field_range, spelling(tuple.type()), access.field);
  if (!is_record(tuple.type())) return Operand::error(access.range);
  base::NearestName search(access.field);
  for (const TupleMember& member : *tuple.type().members) search.consider(member.name);
  if (const auto nearest = search.found()) diagnostic.hint("did you mean '{}'?", *nearest);
  return Operand::error(access.range);
}

Operand build_tuple_index(ProbeContext& context, const syntax::IndexAccess& access, Operand tuple) {
  const Operand index = build(context, access.index);
  if (index.is_error()) return Operand::error(access.range);
  const IntegerConstant* constant = as_integer_constant(index.expr());
  if (constant == nullptr || index.kind() != TypeKind::Integer || is_record(tuple.type())) {
    context.report<DiagnosticKind::TupleIndex>(index.range());
    return Operand::error(access.range);
  }
  if (constant->value >= tuple.type().members->size()) {
    context.report<DiagnosticKind::NoSuchElement>(index.range(), spelling(tuple.type()),
                                                  std::to_string(constant->value));
    return Operand::error(access.range);
  }
  return read_element(context, access.range, std::move(tuple),
                      static_cast<uint32_t>(constant->value));
}

}  // namespace bpftracec::sema
