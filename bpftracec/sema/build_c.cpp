// What scripts do with C: fields of structs and unions, sizes and offsets, constants by name.
#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;
using world::CMember;
using world::CMemberPath;
using world::CType;
using world::CTypeKind;

namespace {

const Type kWide = integer_type(8, false);

bool is_kernel(const CType& type) { return type.origin == world::CTypeOrigin::Kernel; }

// ---- places that are found on the target --------------------------------------------------------

KernelRecord named_record(const CType& type) {
  KernelRecord record{.name = type.name,
                      .is_union = type.kind == CTypeKind::Union,
                      .is_typedef = false,
                      .size = type.size,
                      .members = {}};
  if (!record.name.empty()) return record;
  record.name = type.typedef_name;
  record.is_typedef = !record.name.empty();
  return record;
}

KernelType kernel_type(const CType& type) {
  using Kind = KernelType::Kind;
  KernelType result{.size = type.size, .is_signed = type.is_signed};
  switch (type.kind) {
    case CTypeKind::Float:
      result.kind = Kind::Float;
      break;
    case CTypeKind::Pointer:
      result.kind = Kind::Pointer;
      break;
    case CTypeKind::Enum:
      result.kind = Kind::Enum;
      break;
    case CTypeKind::Struct:
    case CTypeKind::Union:
      result.kind = Kind::Record;
      break;
    case CTypeKind::Array:
      result.kind = Kind::Array;
      result.count = type.count;
      result.element = std::make_shared<const KernelType>(kernel_type(*type.target));
      break;
    case CTypeKind::Integer:
    case CTypeKind::Void:
    case CTypeKind::Function:
      break;
  }
  return result;
}

uint32_t member_index(ProgramTables& tables, KernelRecordId record, const CMemberPath& path) {
  const CMember& member = path.member();
  if (const auto known = tables.find_kernel_member(record, member.name)) return *known;
  KernelMember added{member.name, path.bit_offset, member.bit_size, kernel_type(*member.type)};
  if (added.type.kind == KernelType::Kind::Record) {
    added.type.record = tables.kernel_record(named_record(*member.type));
  }
  return tables.add_kernel_member(record, std::move(added));
}

// The record that a place ends in.
KernelRecordId last_record(const ProgramTables& tables, const KernelPlace& place) {
  KernelRecordId record = place.record;
  for (const uint32_t index : place.path)
    record = *tables.kernel_record_at(record).members[index].type.record;
  return record;
}

// A struct and the way to a member of it. `base` becomes the struct that holds this one where it is
// a member itself: one step is enough then, and only its outermost struct needs a name.
std::optional<KernelPlace> find_place(ProbeContext& context, const CMemberPath& path,
                                      ExprPtr& base) {
  KernelPlace place{};
  if (auto* outer = std::get_if<MemberAddress>(&base->node)) {
    place = outer->place;
    ExprPtr outermost = std::move(outer->base);
    base = std::move(outermost);
  } else {
    KernelRecord record = named_record(*path.record);
    if (record.name.empty()) return std::nullopt;
    place.record = context.tables.kernel_record(std::move(record));
  }
  const KernelRecordId record = last_record(context.tables, place);
  place.path.push_back(member_index(context.tables, record, path));
  return place;
}

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

Operand read_member(ProbeContext& context, SourceRange range, ExprPtr base, AddressSpace space,
                    const CMemberPath& path) {
  const CMember& member = path.member();
  Type type = context.script.c_types.convert(*member.type, space);
  if (type.kind == TypeKind::None) {
    context.report<DiagnosticKind::UnreadableMember>(range, member.name,
                                                     world::spelling(*member.type));
    return Operand::error(range);
  }
  ExprPtr address;
  if (is_kernel(*path.record)) {
    auto place = find_place(context, path, base);
    if (!place) {
      context.report<DiagnosticKind::AnonymousKernelRecord>(range, world::spelling(*path.record));
      return Operand::error(range);
    }
    if (is_integer_like(type)) {
      return Operand(
          make_expr(std::move(type), range, MemberRead{std::move(base), *std::move(place), space}));
    }
    address = make_expr(kWide, range, MemberAddress{std::move(base), *std::move(place)});
    // What fills an array of the kernel's shows as cut, as it does in bpftrace.
    if (type.kind == TypeKind::String) {
      return Operand(make_expr(std::move(type), range, MemoryRead{std::move(address), space}));
    }
  } else {
    if (member.bit_size != 0) return read_bitfield(range, std::move(base), path, type, space);
    address = at_offset(range, std::move(base), path.bit_offset / 8);
  }
  // `x[]`: its address is all there is to it.
  if (member.type->kind == CTypeKind::Array && type.kind == TypeKind::Pointer) {
    return Operand(convert(std::move(address), type));
  }
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

Operand build_member(ProbeContext& context, const syntax::FieldAccess& access, Operand object) {
  const bool is_pointer = object.kind() == TypeKind::Pointer;
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

ExprPtr build_size(ProbeContext& context, SourceRange range, const Type& type) {
  const bool is_found_on_target = type.kind == TypeKind::Struct && is_kernel(*type.c_type);
  KernelRecord record = is_found_on_target ? named_record(*type.c_type) : KernelRecord{};
  if (record.name.empty()) return integer_constant(range, type.size, kWide);
  return make_expr(kWide, range, KernelSize{context.tables.kernel_record(std::move(record))});
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

}  // namespace

Operand build_offsetof(ProbeContext& context, const syntax::OffsetofExpr& node) {
  std::optional<Type> type = record_of(context, node);
  if (!type) return Operand::error(node.range);
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
