// Members of the kernel's structs as places that are found on the target.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "bpftracec/sema/probe_context.h"
#include "bpftracec/world/c_type_catalog.h"

namespace bpftracec::sema {

inline bool is_kernel(const world::CType& type) {
  return type.origin == world::CTypeOrigin::Kernel;
}

// The struct or union, without members, under its tag or the name of its typedef; without a name if
// it has none.
KernelRecord named_record(const world::CType& type);

// A struct and the way to a member of it. `base` becomes the struct that holds this one where it is
// a member itself: one step is enough then, and only its outermost struct needs a name. Nothing
// without one.
std::optional<KernelPlace> find_place(ProbeContext& context, const world::CMemberPath& path,
                                      ExprPtr& base);

// A member that the kernel here has by another name, or elsewhere, than other kernels.
struct DriftingMember {
  std::vector<std::string_view> known;  // the way to it here, from the record
  KernelPlace absent;                   // where others have it
  bool asks_for_absent;                 // the script names what is not here
};

// Nothing for a member that is where it always was.
std::optional<DriftingMember> find_drift(ProbeContext& context, const world::CType& record,
                                         std::string_view field);

}  // namespace bpftracec::sema
