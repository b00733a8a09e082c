// What scripts do with C: fields of structs and unions, sizes and offsets, constants by name.
#include "bpftracec/sema/kernel_place.h"
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;
using world::CMember;
using world::CMemberPath;
using world::CTypeKind;

namespace {

const Type kWide = integer_type(8, false);

// ---- reading ------------------------------------------------------------------------------------

ExprPtr at_offset(SourceRange range, ExprPtr base, uint64_t offset) {
  ExprPtr address = convert(std::move(base), kWide);
  if (offset == 0) return address;
  return make_expr(
      kWide, range,
      Binary{BinaryOp::Add, std::move(address), integer_constant(range, offset, kWide), {}});
}

ExprPtr shifted(ExprPtr value, BinaryOp op, uint64_t count) {
  const Type type = value->type;
  const SourceRange range = value->range;
  if (count == 0) return value;
  return make_expr(type, range,
                   Binary{op, std::move(value), integer_constant(range, count, kWide), {}});
}

// The bytes that a bitfield lies in, as one integer.
struct Storage {
  uint64_t offset;
  uint32_t size;
};

// Compilers lay a bitfield into one integer of its type, but for packed structs.
Storage storage_of(const CMemberPath& path) {
  const CMember& member = path.member();
  auto size = static_cast<uint32_t>(member.type->size);
  uint64_t offset = path.bit_offset / 8 / size * size;
  const auto ends_inside = [&] { return path.bit_offset + member.bit_size <= (offset + size) * 8; };
  if (!ends_inside()) offset = path.bit_offset / 8;
  while (!ends_inside() && size < 8) size *= 2;
  return {offset, size};
}

Operand read_bitfield(SourceRange range, ExprPtr base, const CMemberPath& path, const Type& type,
                      AddressSpace space) {
  const Storage storage = storage_of(path);
  const uint64_t begin = path.bit_offset - storage.offset * 8;
  const uint32_t bits = path.member().bit_size;
  const bool is_signed = type.kind == TypeKind::Integer && type.is_signed;
  ExprPtr value = make_expr(integer_type(storage.size, false), range,
                            MemoryRead{at_offset(range, std::move(base), storage.offset), space});
  value = convert(std::move(value), integer_type(8, is_signed));
  value = shifted(std::move(value), BinaryOp::ShiftLeft, 64 - begin - bits);
  value = shifted(std::move(value), BinaryOp::ShiftRight, 64 - bits);
  return Operand(convert(std::move(value), type));
}

// A text of C: no more of it than the array has, whether it ends there or not.
Operand read_text(SourceRange range, ExprPtr address, const Type& type, AddressSpace space) {
  return Operand(
      make_expr(type, range,
                StringRead{std::move(address), integer_constant(range, type.size, kWide), space}));
}

// A member at its place on the target.
Operand read_placed(SourceRange range, ExprPtr base, KernelPlace place, Type type,
                    AddressSpace space) {
  if (is_integer_like(type)) {
    return Operand(
        make_expr(std::move(type), range, MemberRead{std::move(base), std::move(place), space}));
  }
  ExprPtr address = make_expr(kWide, range, MemberAddress{std::move(base), std::move(place)});
  // What fills an array of the kernel's shows as cut, as it does in bpftrace.
  if (type.kind == TypeKind::String) {
    return Operand(make_expr(std::move(type), range, MemoryRead{std::move(address), space}));
  }
  return value_at(range, std::move(address), std::move(type), space);
}

Operand read_member(ProbeContext& context, SourceRange range, ExprPtr base, AddressSpace space,
                    const CMemberPath& path) {
  const CMember& member = path.member();
  Type type = context.script.c_types.convert(*member.type, space);
  if (type.kind == TypeKind::None) {
    context.report<DiagnosticKind::UnreadableMember>(range, member.name,
                                                     world::spelling(*member.type));
    return Operand::error(range);
  }
  // `x[]`: its address is all there is to it.
  const bool is_only_address = member.type->kind == CTypeKind::Array &&
                               type.kind == TypeKind::Pointer;
  if (is_kernel(*path.record)) {
    auto place = find_place(context, path, base);
    if (!place) {
      context.report<DiagnosticKind::AnonymousKernelRecord>(range, world::spelling(*path.record));
      return Operand::error(range);
    }
    if (!is_only_address) {
      return read_placed(range, std::move(base), *std::move(place), std::move(type), space);
    }
    return Operand(
        convert(make_expr(kWide, range, MemberAddress{std::move(base), *std::move(place)}), type));
  }
  if (member.bit_size != 0) return read_bitfield(range, std::move(base), path, type, space);
  ExprPtr address = at_offset(range, std::move(base), path.bit_offset / 8);
  if (is_only_address) return Operand(convert(std::move(address), type));
  return value_at(range, std::move(address), std::move(type), space);
}

void report_unknown_member(ProbeContext& context, const syntax::FieldAccess& access,
                           const Type& record) {
  Diagnostic& diagnostic = context.report<DiagnosticKind::UnknownMember>(
      access.field_range, record.c_name, access.field);
  const auto nearest = context.script.c_types.catalog().nearest_member(*record.c_type,
                                                                       access.field);
  if (nearest) diagnostic.hint("did you mean '{}'?", *nearest);
}

}  // namespace

Operand value_at(SourceRange range, ExprPtr address, Type type, AddressSpace space) {
  // Without a hint where it lies, an address is taken for one of the kernel.
  const AddressSpace known = space == AddressSpace::Unknown ? AddressSpace::Kernel : space;
  if (type.kind == TypeKind::Pointer && type.space == AddressSpace::Unknown) type.space = known;
  if (type.kind == TypeKind::Struct || type.kind == TypeKind::Array) {
    type.space = known;
    if (!std::holds_alternative<MemberAddress>(address->node)) {
      return Operand(convert(std::move(address), type));
    }
    address->type = std::move(type);
    return Operand(std::move(address));
  }
  if (type.kind == TypeKind::String) return read_text(range, std::move(address), type, known);
  return Operand(make_expr(std::move(type), range, MemoryRead{std::move(address), known}));
}

Operand build_known_member(ProbeContext& context, const syntax::FieldAccess& access,
                           Operand object) {
  const bool is_pointer = object.kind() == TypeKind::Pointer;
  if (!is_pointer && object.kind() != TypeKind::Struct) return object;
  Type record = is_pointer ? *object.type().element : object.type();
  const AddressSpace space = space_of(context, object.type());
  const auto path = context.script.c_types.catalog().find_member(*record.c_type, access.field);
  if (!path) {
    report_unknown_member(context, access, record);
    return Operand::error(access.range);
  }
  const AddressSpace known = space == AddressSpace::Unknown ? AddressSpace::Kernel : space;
  return read_member(context, access.range, take(context, std::move(object)), known, *path);
}

namespace {

// ---- members that kernels call by different names -------------------------------------------------

// The object in a variable, for it is used twice.
struct Kept {
  VariableId variable;
  Type type;
  SourceRange range;

  Operand get() const { return Operand(make_expr(type, range, VariableRead{variable})); }
};

// Reads the member that the kernel here does not have.
Operand read_absent(ProbeContext& context, SourceRange range, const Kept& object,
                    const KernelPlace& place, const Type& type) {
  const AddressSpace space = space_of(context, object.type);
  return read_placed(range, object.get().take(), place, type,
                     space == AddressSpace::Unknown ? AddressSpace::Kernel : space);
}

Operand build_drifting_member(ProbeContext& context, const syntax::FieldAccess& access,
                              Operand object, const DriftingMember& drift) {
  const SourceRange range = access.range;
  const Kept kept{context.add_temporary(object.type()), object.type(), range};
  Operand known = kept.get();
  for (const std::string_view step : drift.known)
    known = build_known_member(context, {range, {}, step, access.field_range, false},
                               std::move(known));
  if (known.is_error()) return known;
  const Type type = known.type();
  ExprPtr here = take(context, std::move(known));
  ExprPtr elsewhere = take(context, read_absent(context, range, kept, drift.absent, type));
  ExprPtr choice = make_expr(type, range,
                             Conditional{make_expr(bool_type(), range, KernelHas{drift.absent}),
                                         std::move(elsewhere), std::move(here)});
  return Operand(
      make_expr(type, range,
                BindVariable{kept.variable, take(context, std::move(object)), std::move(choice)}));
}

}  // namespace

Operand build_member(ProbeContext& context, const syntax::FieldAccess& access, Operand object) {
  const bool is_pointer = object.kind() == TypeKind::Pointer;
  const Type& record = is_pointer ? *object.type().element : object.type();
  if (auto drift = find_drift(context, *record.c_type, access.field)) {
    return build_drifting_member(context, access, std::move(object), *drift);
  }
  return build_known_member(context, access, std::move(object));
}

ExprPtr build_size(ProbeContext& context, SourceRange range, const Type& type) {
  const bool is_found_on_target = type.kind == TypeKind::Struct && is_kernel(*type.c_type);
  KernelRecord record = is_found_on_target ? named_record(*type.c_type) : KernelRecord{};
  if (record.name.empty()) return integer_constant(range, type.size, kWide);
  return make_expr(kWide, range, KernelSize{context.tables.kernel_record(std::move(record))});
}

// ---- container_of() -----------------------------------------------------------------------------

namespace {

// The struct that the second argument tells; nothing, and reported, where it is none.
std::optional<Type> container_type(ProbeContext& context, const syntax::CallExpr& call) {
  const auto* const* written = std::get_if<const syntax::TypeofExpr*>(&call.arguments[1]);
  if (written == nullptr) {
    context
        .report<DiagnosticKind::ArgumentType>(syntax::range_of(call.arguments[1]), call.name,
                                              "a type", "something else")
        .hint("typeof(struct NAME)");
    return std::nullopt;
  }
  auto type = build_typeof(context, **written);
  if (!type || type->kind == TypeKind::Struct) return type;
  context.report<DiagnosticKind::NotAStruct>((*written)->range, spelling(*type));
  return std::nullopt;
}

// How far a member lies from the beginning, on the target.
ExprPtr member_offset(ProbeContext& context, SourceRange range, const CMemberPath& path) {
  ExprPtr base = integer_constant(range, 0, kWide);
  if (!is_kernel(*path.record)) return integer_constant(range, path.bit_offset / 8, kWide);
  auto place = find_place(context, path, base);
  if (place) return make_expr(kWide, range, MemberAddress{std::move(base), *std::move(place)});
  context.report<DiagnosticKind::AnonymousKernelRecord>(range, world::spelling(*path.record));
  return nullptr;
}

}  // namespace

Operand build_container_of(ProbeContext& context, const syntax::CallExpr& call) {
  Operand pointer = build(context, call.arguments[0]);
  const auto type = container_type(context, call);
  const auto* const* member = std::get_if<const syntax::Identifier*>(&call.arguments[2]);
  if (member == nullptr) {
    context.report<DiagnosticKind::ArgumentType>(syntax::range_of(call.arguments[2]), call.name,
                                                 "the name of a member", "something else");
  }
  if (pointer.is_error() || !type || member == nullptr) return Operand::error(call.range);
  if (pointer.kind() != TypeKind::Pointer && !is_integer_like(pointer.type())) {
    context.report<DiagnosticKind::ArgumentType>(pointer.range(), call.name, "a pointer",
                                                 spelling(pointer.type()));
    return Operand::error(call.range);
  }
  const SourceRange where = (*member)->range;
  const auto path = context.script.c_types.catalog().find_member(*type->c_type, (*member)->name);
  if (!path) {
    report_unknown_member(context, {where, {}, (*member)->name, where, false}, *type);
    return Operand::error(call.range);
  }
  ExprPtr offset = member_offset(context, call.range, *path);
  if (offset == nullptr) return Operand::error(call.range);
  const AddressSpace space = space_of(context, pointer.type());
  ExprPtr address = make_expr(kWide, call.range,
                              Binary{BinaryOp::Subtract,
                                     convert(take(context, std::move(pointer)), kWide),
                                     std::move(offset),
                                     {}});
  const Type result = pointer_type(type->c_name, space, std::make_shared<const Type>(*type));
  return Operand(convert(std::move(address), result));
}

// ---- offsetof -----------------------------------------------------------------------------------

namespace {

// The struct that offsetof() asks about.
std::optional<Type> record_of(ProbeContext& context, const syntax::OffsetofExpr& node) {
  if (const auto* name = std::get_if<syntax::TypeName>(&node.object)) {
    return resolve_type(context, *name);
  }
  const syntax::Expr& expr = std::get<syntax::Expr>(node.object);
  if (const auto* const* identifier = std::get_if<const syntax::Identifier*>(&expr)) {
    return resolve_type(context, {(*identifier)->range, {}, (*identifier)->name, nullptr, {}});
  }
  const Operand operand = build(context, expr);
  if (operand.is_error()) return std::nullopt;
  const bool is_pointer = operand.kind() == TypeKind::Pointer && operand.type().element != nullptr;
  return is_pointer ? *operand.type().element : operand.type();
}

// Whether the target has the member. What the script or a header defines is as it is everywhere.
Operand build_existence(ProbeContext& context, const syntax::OffsetofExpr& node, Type type) {
  ExprPtr base = integer_constant(node.range, 0, kWide);
  std::optional<KernelPlace> place;
  for (const syntax::FieldName& name : node.path) {
    if (type.kind != TypeKind::Struct) {
      context.report<DiagnosticKind::NotAStruct>(name.range, spelling(type));
      return Operand::error(node.range);
    }
    if (const auto drift = find_drift(context, *type.c_type, name.name);
        drift && drift->asks_for_absent && node.path.size() == 1) {
      return Operand(make_expr(bool_type(), node.range, KernelHas{drift->absent}));
    }
    const auto path = context.script.c_types.catalog().find_member(*type.c_type, name.name);
    if (!path) {
      report_unknown_member(context, {name.range, {}, name.name, name.range, false}, type);
      return Operand::error(node.range);
    }
    if (!is_kernel(*path->record)) {
      return Operand(integer_constant(node.range, 1, bool_type()));
    }
    place = find_place(context, *path, base);
    if (!place) {
      context.report<DiagnosticKind::AnonymousKernelRecord>(name.range,
                                                            world::spelling(*path->record));
      return Operand::error(node.range);
    }
    base = make_expr(kWide, node.range,
                     MemberAddress{integer_constant(node.range, 0, kWide), *place});
    type = context.script.c_types.convert(*path->member().type, AddressSpace::Kernel);
  }
  return Operand(make_expr(bool_type(), node.range, KernelHas{*std::move(place)}));
}

}  // namespace

Operand build_offsetof(ProbeContext& context, const syntax::OffsetofExpr& node) {
  std::optional<Type> type = record_of(context, node);
  if (!type) return Operand::error(node.range);
  if (node.asks_existence) return build_existence(context, node, *std::move(type));
  uint64_t bit_offset = 0;
  for (const syntax::FieldName& name : node.path) {
    if (type->kind != TypeKind::Struct) {
      context.report<DiagnosticKind::NotAStruct>(name.range, spelling(*type));
      return Operand::error(node.range);
    }
    const auto path = context.script.c_types.catalog().find_member(*type->c_type, name.name);
    if (!path) {
      report_unknown_member(context, {name.range, {}, name.name, name.range, false}, *type);
      return Operand::error(node.range);
    }
    if (path->member().bit_size != 0) {
      context.report<DiagnosticKind::OffsetOfBitfield>(name.range, name.name);
      return Operand::error(node.range);
    }
    bit_offset += path->bit_offset;
    type = context.script.c_types.convert(*path->member().type, AddressSpace::Unknown);
  }
  return size_constant(node.range, bit_offset / 8);
}

// ---- constants ----------------------------------------------------------------------------------

namespace {

Operand build_macro(ProbeContext& context, const syntax::Identifier& use,
                    const world::CMacro& macro) {
  CTypes& types = context.script.c_types;
  const syntax::Expr* replacement = types.expand(use, macro);
  if (replacement == nullptr) {
    Diagnostic& diagnostic = context.report<DiagnosticKind::MacroNotAnExpression>(use.range,
                                                                                  use.name);
    if (macro.range.begin != macro.range.end) {
      diagnostic.note(macro.range, "it is defined here");
    }
    return Operand::error(use.range);
  }
  types.macros_in_use.push_back(use.name);
  Operand operand = build(context, *replacement);
  types.macros_in_use.pop_back();
  return operand;
}

Operand build_enumerator(const CTypes& types, SourceRange range,
                         const world::CEnumerator& enumerator) {
  Type type = types.convert(*enumerator.type, AddressSpace::Unknown);
  const bool is_negative = type.is_signed && static_cast<int64_t>(enumerator.value) < 0;
  if (type.kind != TypeKind::Integer) type = integer_type(8, is_negative);
  Operand operand(integer_constant(range, enumerator.value, std::move(type)));
  operand.is_literal = true;
  operand.adapts = !is_negative;
  return operand;
}

}  // namespace

std::optional<Operand> build_c_constant(ProbeContext& context,
                                        const syntax::Identifier& identifier) {
  CTypes& types = context.script.c_types;
  const bool is_in_itself = std::ranges::find(types.macros_in_use, identifier.name) !=
                            types.macros_in_use.end();
  const auto macro = is_in_itself ? std::nullopt : types.catalog().find_macro(identifier.name);
  if (macro) return build_macro(context, identifier, *macro);
  if (const auto enumerator = types.find_enumerator(identifier.name)) {
    return build_enumerator(types, identifier.range, *enumerator);
  }
  return std::nullopt;
}

}  // namespace bpftracec::sema
