// Why the kernel or libbpf did not load the object.
#pragma once

#include "load.h"

namespace bpftracec::rt {

// Always false.
bool explain_load(const LoadContext& context, const Probes& probes, int error, Failure& failure);

}  // namespace bpftracec::rt
