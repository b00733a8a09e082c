// C's own types and the names that everybody gives to them (c_integer.h), which need neither a
// header nor BTF.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "bpftracec/world/c_type_store.h"

namespace bpftracec::world {

class LanguageTypes : public CTypeStore {
 public:
  const CType* find(std::string_view name) const;

 protected:
  // None of them has parts.
  std::vector<CMember> load_members(const CType& record) const override;
  std::vector<CEnumerator> load_enumerators(const CType& type) const override;
  std::vector<CParameter> load_parameters(const CType& function) const override;

 private:
  mutable std::map<std::string, const CType*, std::less<>> known_;
};

}  // namespace bpftracec::world
