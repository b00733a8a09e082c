// Loops of the script that a helper of the kernel may run (loop_form.h).
#pragma once

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

class FunctionContext;

void lower_for_map(FunctionContext& f, const sema::ForMap& loop);
void lower_for_range(FunctionContext& f, const sema::ForRange& loop);

}  // namespace bpftracec::bpf
