// What programs read from their context: fields of tracepoint records (at the target's offsets),
// function arguments, return values.
#pragma once

#include <cstdint>

#include <llvm/IR/Value.h>

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

class FunctionContext;

// Integers, pointers, elements of arrays.
llvm::Value* lower_field(FunctionContext& f, const sema::FieldRead& read, const sema::Type& type);

// A text field: where it is, in kernel memory, and how many bytes it may have.
struct FieldText {
  llvm::Value* address;
  llvm::Value* limit;  // an i64; null where the capacity says it
};
FieldText lower_text_field(FunctionContext& f, const sema::FieldRead& read);

llvm::Value* load_argument(FunctionContext& f, uint32_t index);
llvm::Value* load_return_value(FunctionContext& f);

}  // namespace bpftracec::bpf
