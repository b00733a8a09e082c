// Structs and arrays are held by their address. Where the value itself is wanted (printed, in a
// map, compared), all that is in it is read into a tuple.
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::DiagnosticKind;

namespace {

// Each part takes a read and eight bytes at least.
constexpr uint32_t kMaxParts = 128;

// Copies one value, counting what is read.
class Copier {
 public:
  explicit Copier(ProbeContext& context) : context_(context) {}

  // Null for a value with too many parts.
  ExprPtr copy(Operand value) {
    if (value.kind() == TypeKind::Struct) return copy_struct(std::move(value));
    if (value.kind() == TypeKind::Array) return copy_array(std::move(value));
    return ++parts_ > kMaxParts ? nullptr : take(context_, std::move(value));
  }

 private:
  // The value in a variable: its parts are read one after the other.
  struct Kept {
    VariableId variable;
    Type type;
    SourceRange range;

    Operand get() const { return Operand(make_expr(type, range, VariableRead{variable})); }
  };

  ExprPtr copy_struct(Operand value) {
    const Type type = value.type();
    const SourceRange range = value.range();
    const Kept kept{context_.add_temporary(type), type, range};
    std::vector<TupleMember> members;
    TupleMake tuple;
    if (!add_members(kept, *type.c_type, members, tuple)) return nullptr;
    ExprPtr whole = make_expr(tuple_type(std::move(members)), range, std::move(tuple));
    return bind(kept, std::move(value), std::move(whole));
  }

  // Members of anonymous ones count as the outer one's.
  bool add_members(const Kept& kept, const world::CType& record, std::vector<TupleMember>& members,
                   TupleMake& tuple) {
    const world::CTypeCatalog& catalog = context_.script.c_types.catalog();
    for (const world::CMember& member : catalog.members(record)) {
      if (member.name.empty()) {
        if (!add_members(kept, *member.type, members, tuple)) return false;
        continue;
      }
      ExprPtr value = read(kept, member);
      if (value == nullptr) return false;
      members.push_back({member.name, value->type});
      tuple.elements.push_back(std::move(value));
    }
    return true;
  }

  ExprPtr read(const Kept& kept, const world::CMember& member) {
    const Type type = context_.script.c_types.convert(*member.type, kept.type.space);
    // A flexible array has no size and nothing in it.
    const bool is_flexible = member.type->is_flexible;
    if (type.kind == TypeKind::None || is_flexible) {
      return make_expr({}, kept.range, IntegerConstant{0});
    }
    return copy(
        build_member(context_, {kept.range, {}, member.name, kept.range, false}, kept.get()));
  }

  ExprPtr copy_array(Operand value) {
    const Type type = value.type();
    const SourceRange range = value.range();
    if (type.count == 0 || type.count > kMaxParts) return nullptr;
    if (const auto* field = std::get_if<FieldRead>(&value.expr().node)) {
      const FieldRead place{field->record, field->field, nullptr};
      return copy_elements(type, range, [&](uint32_t index) {
        FieldRead element{place.record, place.field,
                          integer_constant(range, index, integer_type(8, false))};
        return Operand(make_expr(*type.element, range, std::move(element)));
      });
    }
    const Kept kept{context_.add_temporary(type), type, range};
    ExprPtr whole = copy_elements(type, range, [&](uint32_t index) {
      return build_array_element(context_, range, kept.get(),
                                 Operand(integer_constant(range, index, integer_type(8, false))));
    });
    return whole == nullptr ? nullptr : bind(kept, std::move(value), std::move(whole));
  }

  template <typename ElementAt>
  ExprPtr copy_elements(const Type& type, SourceRange range, ElementAt element_at) {
    TupleMake tuple;
    for (uint32_t index = 0; index < type.count; ++index) {
      tuple.elements.push_back(copy(element_at(index)));
      if (tuple.elements.back() == nullptr) return nullptr;
    }
    Type copied = copied_array_type(tuple.elements.front()->type, type.count);
    return make_expr(std::move(copied), range, std::move(tuple));
  }

  ExprPtr bind(const Kept& kept, Operand value, ExprPtr body) {
    Type type = body->type;
    return make_expr(
        std::move(type), kept.range,
        BindVariable{kept.variable, take(context_, std::move(value)), std::move(body)});
  }

  ProbeContext& context_;
  uint32_t parts_ = 0;
};

}  // namespace

Operand copied(ProbeContext& context, Operand operand) {
  if (operand.kind() != TypeKind::Struct && operand.kind() != TypeKind::Array) return operand;
  const Type type = operand.type();
  const SourceRange range = operand.range();
  ExprPtr copy = Copier(context).copy(std::move(operand));
  if (copy != nullptr) return Operand(std::move(copy));
  context.report<DiagnosticKind::ValueTooLarge>(range, spelling(type), kMaxParts);
  return Operand::error(range);
}

Operand copied_array(ProbeContext& context, Operand operand) {
  return operand.kind() == TypeKind::Array ? copied(context, std::move(operand))
                                           : std::move(operand);
}

}  // namespace bpftracec::sema
