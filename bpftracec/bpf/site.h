// Programs that are attached in many places: which of them has fired.
#pragma once

#include <llvm/IR/Value.h>

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

class FunctionContext;

// The place's number among all that the tool's programs are attached to.
llvm::Value* site_number(FunctionContext& f);

// `probe` and `func` of the place; kProbeTextCapacity bytes of a map's value.
bool is_site_text(sema::Builtin builtin);
llvm::Value* lower_site_text(FunctionContext& f, sema::Builtin builtin);

}  // namespace bpftracec::bpf
