// Values as keys, maps' values, tuples and variables hold them: slots of whole words
// (sema::slot_size()).
#pragma once

#include <llvm/IR/Value.h>

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

class FunctionContext;

// Writes a value of any type into its slot, aligned to 8. The byte after the slot is overwritten,
// too, when the value is or ends with a text that does not fit: slots are written in order.
void write_slot(FunctionContext& f, const sema::Expr& expr, llvm::Value* to);

// The value's slot: where it lies already if it does, else a temporary.
llvm::Value* slot_in_memory(FunctionContext& f, const sema::Expr& expr);

// Room for a temporary slot of this type, with the byte more that write_slot() may take.
llvm::Value* temporary_slot(FunctionContext& f, const sema::Type& type);

// Where an element of a tuple lies.
llvm::Value* tuple_element_slot(FunctionContext& f, const sema::TupleElement& element);

}  // namespace bpftracec::bpf
