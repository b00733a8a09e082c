// Values of bytes in memory that are no texts: buffers (rt::buffer_head, the bytes, zeroes up to
// the capacity) and addresses of networks (rt::inet_value). As with texts, all of the slot is
// written, so that equal values are equal as memory.
#pragma once

#include <cstdint>

#include <llvm/IR/Value.h>

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

class FunctionContext;

// Writes a computed buffer or address into its slot, aligned to 8.
void write_bytes(FunctionContext& f, const sema::Compute& compute, const sema::Type& type,
                 llvm::Value* to);

// Writes a buffer without what fills it up, at any alignment; returns the number of bytes with the
// head, at most the type's size, as the verifier knows, too.
llvm::Value* write_buffer_tail(FunctionContext& f, const sema::Expr& expr, llvm::Value* to);

// Numbers: BytesEqual, BytesOrder, MacOfMemory, MacOfParts.
llvm::Value* lower_bytes_equal(FunctionContext& f, const sema::Compute& compute);
llvm::Value* lower_bytes_order(FunctionContext& f, const sema::Compute& compute);
llvm::Value* lower_mac(FunctionContext& f, const sema::Compute& compute);

}  // namespace bpftracec::bpf
