// Asks for everything that there is to know of some types, as far as it goes.
#pragma once

#include <set>
#include <vector>

#include "bpftracec/world/c_type.h"
#include "bpftracec/world/c_type_store.h"

namespace bpftracec::testing_support {

inline void walk_types(std::vector<const world::CType*> pending) {
  constexpr size_t kEnough = 2000;
  std::set<const world::CType*> seen;
  while (!pending.empty() && seen.size() < kEnough) {
    const world::CType* type = pending.back();
    pending.pop_back();
    if (type == nullptr || !seen.insert(type).second) continue;
    (void)world::spelling(*type);
    pending.push_back(type->target);
    if (type->store == nullptr) continue;
    for (const world::CMember& member : type->store->members(*type)) {
      // A member outside of its record would have the tool read what it should not.
      if (member.bit_offset + member.bit_size > type->size * 8) __builtin_trap();
      pending.push_back(member.type);
    }
    for (const world::CParameter& parameter : type->store->parameters(*type)) {
      pending.push_back(parameter.type);
    }
    for (const world::CEnumerator& enumerator : type->store->enumerators(*type)) {
      pending.push_back(enumerator.type);
    }
  }
}

}  // namespace bpftracec::testing_support
