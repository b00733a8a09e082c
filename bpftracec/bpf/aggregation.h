// Maps of count(), sum(), min(), max(), avg(), stats(), hist() and lhist(): per-CPU values as
// event_abi.h has them.
#pragma once

#include <llvm/IR/Value.h>

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

class FunctionContext;

void lower_update_aggregation(FunctionContext& f, const sema::UpdateAggregation& update);

// The value merged over all CPUs, as an integer.
llvm::Value* lower_aggregation_read(FunctionContext& f, const sema::MapRead& read);

// The same for a key in memory.
llvm::Value* merge_aggregation(FunctionContext& f, sema::MapId map, llvm::Value* key);

// Of stats(): the address of the record (count, average, total), merged over all CPUs.
llvm::Value* lower_stats_read(FunctionContext& f, const sema::MapRead& read);

// Clears a scalar aggregation on all CPUs; 1 when there was a value.
llvm::Value* delete_scalar_aggregation(FunctionContext& f, sema::MapId map);

// event_abi.h's hist_bucket(), which the unit tests compare it with.
llvm::Value* hist_bucket(FunctionContext& f, llvm::Value* value, uint32_t bits);

}  // namespace bpftracec::bpf
