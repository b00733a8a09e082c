#pragma once

#include "bpftracec/host/host_plan.h"

namespace bpftracec::host {

// The result refers to `program`.
HostPlan make_plan(const sema::Program& program);

}  // namespace bpftracec::host
