// Moving bytes. Addresses are aligned to 8 unless an alignment is given: the verifier wants aligned
// access to the stack.
#pragma once

#include <cstdint>

#include <llvm/IR/Value.h>

#include "bpftracec/sema/type.h"

namespace bpftracec::bpf {

class FunctionContext;

constexpr uint32_t round_up_to_words(uint32_t size) { return (size + 7) / 8 * 8; }

void zero_memory(FunctionContext& f, llvm::Value* address, uint32_t size, uint32_t alignment = 8);
void copy_memory(FunctionContext& f, llvm::Value* to, llvm::Value* from, uint32_t size,
                 uint32_t to_alignment = 8, uint32_t from_alignment = 8);

// Reads foreign memory by the helper of its address space; returns 0 or a negative error number.
llvm::Value* probe_read(FunctionContext& f, sema::AddressSpace space, llvm::Value* to,
                        llvm::Value* size, llvm::Value* from);
llvm::Value* probe_read_str(FunctionContext& f, sema::AddressSpace space, llvm::Value* to,
                            llvm::Value* size, llvm::Value* from);

}  // namespace bpftracec::bpf
