// What lies elsewhere on the target than here: fields of tracepoint records, members of the
// kernel's structs; and what programs read from their context besides: function arguments, return
// values.
#pragma once

#include <cstdint>

#include <llvm/IR/Value.h>

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

class FunctionContext;

// Integers, pointers, elements of arrays.
llvm::Value* lower_field(FunctionContext& f, const sema::FieldRead& read, const sema::Type& type);

// Where a field lies, in kernel memory.
llvm::Value* lower_field_address(FunctionContext& f, const sema::FieldRead& read);

// A text field: where it is, in kernel memory, and how many bytes it may have.
struct FieldText {
  llvm::Value* address;
  llvm::Value* limit;  // an i64; null where the capacity says it
};
FieldText lower_text_field(FunctionContext& f, const sema::FieldRead& read);

// Members of the kernel's structs, and their sizes.
llvm::Value* lower_member_address(FunctionContext& f, const sema::MemberAddress& member);
llvm::Value* lower_member(FunctionContext& f, const sema::MemberRead& member,
                          const sema::Type& type);
llvm::Value* lower_existence(FunctionContext& f, const sema::KernelHas& question);
llvm::Value* lower_size(FunctionContext& f, const sema::KernelSize& size);

llvm::Value* load_argument(FunctionContext& f, const sema::BuiltinRead& read);
llvm::Value* load_return_value(FunctionContext& f, const sema::BuiltinRead& read);
// In lower_usdt.cpp.
llvm::Value* load_usdt_argument(FunctionContext& f, uint32_t index);
// 1 where the registers are those of user mode.
llvm::Value* load_usermode(FunctionContext& f);
llvm::Value* load_register(FunctionContext& f, sema::Register place);

}  // namespace bpftracec::bpf
