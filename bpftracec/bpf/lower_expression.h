// Expressions. A value that is not a text is an i64: integers are extended by their own sign, bools
// are 0 or 1.
#pragma once

#include <llvm/IR/Value.h>

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

class FunctionContext;

// Not for texts (text.h). Null for expressions without a value.
llvm::Value* lower_expression(FunctionContext& f, const sema::Expr& expr);

// The value cut to the type's width and extended again.
llvm::Value* fit(FunctionContext& f, llvm::Value* value, const sema::Type& type);

// An address as a pointer.
llvm::Value* to_pointer(FunctionContext& f, llvm::Value* address);

// The parts of expressions that have files of their own:
llvm::Value* lower_builtin(FunctionContext& f, const sema::BuiltinRead& read);
llvm::Value* current_time(FunctionContext& f);  // what `nsecs` is
llvm::Value* process_id(FunctionContext& f);    // what `pid` is
llvm::Value* lower_binary(FunctionContext& f, const sema::Binary& binary);
// Never traps, whatever the operands: x / 0 is 0 and x % 0 is x, as BPF has it; INT64_MIN / -1
// wraps.
llvm::Value* divide(FunctionContext& f, llvm::Value* lhs, llvm::Value* rhs, bool is_signed);

}  // namespace bpftracec::bpf
