#include "bpftracec/world/c_type_store.h"

#include <utility>

namespace bpftracec::world {

std::span<const CMember> CTypeStore::members(const CType& record) const {
  if (!is_record(record) || !record.is_complete) return {};
  if (const auto known = members_.find(record.id); known != members_.end()) return known->second;
  // Loading may come back here for other types.
  std::vector<CMember> loaded = load_members(record);
  return members_.emplace(record.id, std::move(loaded)).first->second;
}

std::span<const CEnumerator> CTypeStore::enumerators(const CType& type) const {
  if (type.kind != CTypeKind::Enum) return {};
  if (const auto known = enumerators_.find(type.id); known != enumerators_.end()) {
    return known->second;
  }
  std::vector<CEnumerator> loaded = load_enumerators(type);
  return enumerators_.emplace(type.id, std::move(loaded)).first->second;
}

std::span<const CParameter> CTypeStore::parameters(const CType& function) const {
  if (function.kind != CTypeKind::Function) return {};
  if (const auto known = parameters_.find(function.id); known != parameters_.end()) {
    return known->second;
  }
  std::vector<CParameter> loaded = load_parameters(function);
  return parameters_.emplace(function.id, std::move(loaded)).first->second;
}

const CType& CTypeStore::void_type() {
  static const CType type;
  return type;
}

CType& CTypeStore::keep(CType type) const { return types_.emplace_back(std::move(type)); }

const CType& CTypeStore::keep_named(const CType& type, std::string_view typedef_name) const {
  CType& named = keep(type);
  named.typedef_name = typedef_name;
  return named;
}

}  // namespace bpftracec::world
