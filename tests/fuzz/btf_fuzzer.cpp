// Any bytes as the BTF of a kernel: every type that can be named, and what it is made of.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "bpftracec/base/nearest_name.h"
#include "bpftracec/world/btf_data.h"
#include "bpftracec/world/btf_types.h"
#include "tests/fuzz/walk_types.h"

using namespace bpftracec;  // NOLINT(google-build-using-namespace): nothing includes this

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  auto data = world::BtfData::parse(std::string(reinterpret_cast<const char*>(bytes), size),
                                    nullptr);
  if (!data) return 0;
  const world::BtfTypes types(*std::move(data));
  constexpr world::BtfTypes::Kinds kAll = ~world::BtfTypes::Kinds{0};
  constexpr size_t kEnough = 200;
  std::set<std::string_view> names;
  for (uint32_t id = 1; id < types.data().end_id() && names.size() < kEnough; ++id) {
    names.insert(types.data().name(*types.data().type(id)));
  }
  std::vector<const world::CType*> found;
  for (std::string_view name : names) {
    found.push_back(types.find(kAll, name));
    (void)types.find_enumerator(name);
  }
  testing_support::walk_types(std::move(found));
  base::NearestName search("task_strut");
  types.consider_names(kAll, search);
  types.consider_enumerators(search);
  return 0;
}
