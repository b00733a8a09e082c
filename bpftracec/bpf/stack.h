// Stacks of calls: captured, put into their store, known by a number from then on. And symbols of
// processes.
#pragma once

#include <llvm/IR/Value.h>

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

class FunctionContext;

// Of one entry of the store.
uint32_t stack_bytes(const sema::StackStore& store);

// Writes an rt::stack_key.
void write_stack(FunctionContext& f, const sema::Type& type, const sema::StackCapture& capture,
                 llvm::Value* to);
// Writes an rt::user_symbol.
void write_user_symbol(FunctionContext& f, const sema::UserSymbolMake& symbol, llvm::Value* to);

llvm::Value* lower_stack_depth(FunctionContext& f, const sema::StackDepth& depth);

}  // namespace bpftracec::bpf
