// Computations (sema/operation.def) by topic. What is bytes in memory is in bytes.h.
#pragma once

#include <cstdint>

#include <llvm/IR/Value.h>

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

class FunctionContext;
struct Text;

// A number.
llvm::Value* lower_compute(FunctionContext& f, const sema::Compute& compute);

// join(): texts with their NULs, one after the other; the number of bytes, at most `capacity`.
llvm::Value* write_joined(FunctionContext& f, const sema::Compute& compute, llvm::Value* to,
                          uint32_t capacity);

llvm::Value* lower_text_find(FunctionContext& f, const sema::Compute& compute);

// The number of bytes before the NUL, at most `capacity`, as the verifier knows, too.
llvm::Value* text_length(FunctionContext& f, llvm::Value* text, uint32_t capacity);

// strerror() and its like: in a table.
Text text_of_number(FunctionContext& f, const sema::Compute& compute);
// str_concat(), with NULs up to `room`.
void write_concatenation(FunctionContext& f, const sema::Compute& compute, llvm::Value* to,
                         uint32_t room, uint32_t alignment);

}  // namespace bpftracec::bpf
