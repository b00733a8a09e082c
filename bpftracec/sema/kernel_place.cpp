#include "bpftracec/sema/kernel_place.h"

#include <algorithm>
#include <array>
#include <span>

namespace bpftracec::sema {

using world::CMember;
using world::CMemberPath;
using world::CType;
using world::CTypeKind;

namespace {

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

// ---- drift --------------------------------------------------------------------------------------

// Members that kernels call by different names, or keep elsewhere.
struct MemberDrift {
  std::string_view record;
  std::string_view older;
  std::string_view newer;  // a way from the same record, step by step
};
constexpr MemberDrift kMemberDrifts[] = {
#define MEMBER_DRIFT(record, older, newer) {record, older, newer},
#include "bpftracec/sema/member_drift.def"
};

std::vector<std::string_view> steps_of(std::string_view path) {
  std::vector<std::string_view> steps;
  while (true) {
    const size_t dot = path.find('.');
    steps.push_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return steps;
    path.remove_prefix(dot + 1);
  }
}

// The member at the end of the way; nothing if this kernel does not have it.
const CMember* follow(const world::CTypeCatalog& catalog, const CType& record,
                      std::span<const std::string_view> steps) {
  const CType* type = &record;
  const CMember* member = nullptr;
  for (const std::string_view step : steps) {
    if (type->kind == CTypeKind::Pointer) type = type->target;
    type = catalog.complete(type);
    const auto path = world::is_record(*type) ? catalog.find_member(*type, step) : std::nullopt;
    if (!path) return nullptr;
    member = &path->member();
    type = member->type;
  }
  return member;
}

// A place of its own for a member that is not there, of the type of one that is.
KernelPlace add_absent_member(ProgramTables& tables, const CType& record, std::string_view name,
                              const CMember& like) {
  const KernelRecordId id = tables.kernel_record(named_record(record));
  if (const auto known = tables.find_kernel_member(id, name)) return {id, {*known}};
  KernelMember added{std::string(name), like.bit_offset, 0, kernel_type(*like.type)};
  if (added.type.kind == KernelType::Kind::Record) {
    added.type.record = tables.kernel_record(named_record(*like.type));
  }
  return {id, {tables.add_kernel_member(id, std::move(added))}};
}

}  // namespace

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

std::optional<DriftingMember> find_drift(ProbeContext& context, const CType& record,
                                         std::string_view field) {
  if (record.origin != world::CTypeOrigin::Kernel) return std::nullopt;
  const world::CTypeCatalog& catalog = context.script.c_types.catalog();
  for (const MemberDrift& drift : kMemberDrifts) {
    if (drift.record != record.name) continue;
    const std::vector<std::string_view> newer = steps_of(drift.newer);
    const bool asks_newer = newer.size() == 1 && field == drift.newer;
    if (field != drift.older && !asks_newer) continue;
    const CMember* older_member = follow(catalog, record, std::array{drift.older});
    const CMember* newer_member = follow(catalog, record, newer);
    if (newer_member != nullptr && older_member == nullptr) {
      return DriftingMember{newer,
                            add_absent_member(context.tables, record, drift.older, *newer_member),
                            !asks_newer};
    }
    if (older_member != nullptr && newer_member == nullptr && newer.size() == 1) {
      return DriftingMember{{drift.older},
                            add_absent_member(context.tables, record, drift.newer, *older_member),
                            asks_newer};
    }
  }
  return std::nullopt;
}

}  // namespace bpftracec::sema
