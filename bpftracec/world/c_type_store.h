// Where C types live: keeps those that were given out, and loads their parts once, when they are
// asked for. There is one for each thing that defines types.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <unordered_map>
#include <vector>

#include "bpftracec/world/c_type.h"

namespace bpftracec::world {

class CTypeStore {
 public:
  CTypeStore() = default;
  CTypeStore(const CTypeStore&) = delete;
  CTypeStore& operator=(const CTypeStore&) = delete;
  virtual ~CTypeStore() = default;

  // Of types of this store.
  std::span<const CMember> members(const CType& record) const;
  std::span<const CEnumerator> enumerators(const CType& type) const;
  std::span<const CParameter> parameters(const CType& function) const;

  static const CType& void_type();

 protected:
  // `type.id` says which. Anonymous members are included, unnamed bitfields are not. No record is a
  // part of itself, whatever the input says: users recurse into members.
  virtual std::vector<CMember> load_members(const CType& record) const = 0;
  virtual std::vector<CEnumerator> load_enumerators(const CType& type) const = 0;
  virtual std::vector<CParameter> load_parameters(const CType& function) const = 0;

  // A copy that stays where it is.
  CType& keep(CType type) const;
  // `type` under the name of a typedef.
  const CType& keep_named(const CType& type, std::string_view typedef_name) const;

 private:
  mutable std::deque<CType> types_;
  mutable std::unordered_map<uint32_t, std::vector<CMember>> members_;
  mutable std::unordered_map<uint32_t, std::vector<CEnumerator>> enumerators_;
  mutable std::unordered_map<uint32_t, std::vector<CParameter>> parameters_;
};

}  // namespace bpftracec::world
