// Script maps that hold plain values, and the keys of all maps.
#pragma once

#include <llvm/IR/Value.h>

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

class FunctionContext;

// The key in memory, in the map's layout; for a scalar map, the array's index 0.
llvm::Value* lower_key(FunctionContext& f, const sema::MapPlan& map, const sema::ExprPtr& key);

// The address of the map's value for the key, or null.
llvm::Value* look_up(FunctionContext& f, sema::MapId map, llvm::Value* key);

// Scalar maps: whether the one element holds a value.
void mark_as_set(FunctionContext& f, const sema::MapPlan& map, llvm::Value* element, bool is_set);

llvm::Value* lower_map_read(FunctionContext& f, const sema::MapRead& read);  // of a number
// The value's address, or that of zeroes when the key is absent.
llvm::Value* map_value(FunctionContext& f, const sema::MapRead& read);
llvm::Value* lower_increment(FunctionContext& f, const sema::Increment& increment);
// By going through all of its keys (Linux 5.13).
llvm::Value* lower_map_length(FunctionContext& f, const sema::MapLength& length);
llvm::Value* lower_has_key(FunctionContext& f, const sema::HasKey& question);
llvm::Value* lower_delete(FunctionContext& f, const sema::DeleteElement& element);
void lower_assign_map(FunctionContext& f, const sema::AssignMap& assignment);

}  // namespace bpftracec::bpf
