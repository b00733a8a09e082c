// Records to the tool.
#pragma once

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

class FunctionContext;

void lower_emit_record(FunctionContext& f, const sema::EmitRecord& emit);

}  // namespace bpftracec::bpf
