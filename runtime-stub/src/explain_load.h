// Why the kernel or libbpf did not load the object.
#pragma once

#include "load.h"

namespace bpftracec::rt {

// Whether this process may load programs that trace. False with a message when not.
bool check_may_trace(const Target& target, Failure& failure);

// Always false.
bool explain_load(const LoadContext& context, const Probes& probes, int error, Failure& failure);

}  // namespace bpftracec::rt
