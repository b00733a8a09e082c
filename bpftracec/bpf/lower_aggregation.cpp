#include <cstddef>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/bpf/aggregation.h"
#include "bpftracec/bpf/failures.h"
#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/helpers.h"
#include "bpftracec/bpf/lower_expression.h"
#include "bpftracec/bpf/map_access.h"
#include "bpftracec/bpf/memory.h"
#include "bpftracec/rt/event_abi.h"

namespace bpftracec::bpf {
namespace {

using sema::TypeKind;

constexpr uint32_t kCount = offsetof(rt::average_value, count);
constexpr uint32_t kIsSet = offsetof(rt::extreme_value, is_set);

llvm::Value* select(FunctionContext& f, bool is_signed, bool takes_smaller, llvm::Value* lhs,
                    llvm::Value* rhs) {
  llvm::Value* is_less = is_signed ? f.ir.CreateICmpSLT(lhs, rhs) : f.ir.CreateICmpULT(lhs, rhs);
  return takes_smaller ? f.ir.CreateSelect(is_less, lhs, rhs)
                       : f.ir.CreateSelect(is_less, rhs, lhs);
}

void add_to(FunctionContext& f, llvm::Value* cell, llvm::Value* amount) {
  f.store(f.ir.CreateAdd(f.load(cell), amount), cell);
}

// floor(log2(n)) for n > 0, by halving the range: in each step, the shift is computed from whether
// the upper half holds anything. Neither a loop nor a branch: the verifier would walk the rest of
// the program once for each outcome.
llvm::Value* log2(FunctionContext& f, llvm::Value* n) {
  llvm::Value* result = f.constant(0);
  for (uint64_t half = 32; half >= 1; half /= 2) {
    llvm::Value* upper = f.ir.CreateLShr(n, f.constant(half));
    if (half == 1) return f.ir.CreateAdd(result, upper);  // n is 1, 2 or 3 here
    uint64_t exponent = half == 32 ? 5 : half == 16 ? 4 : half == 8 ? 3 : half == 4 ? 2 : 1;
    llvm::Value* shift = f.ir.CreateShl(f.nonzero_bit(upper), f.constant(exponent));
    n = f.ir.CreateLShr(n, shift);
    result = f.ir.CreateAdd(result, shift);
  }
  return result;
}

llvm::Value* bound(FunctionContext& f, const sema::LateInteger& value) {
  if (const auto* id = std::get_if<sema::LateConstantId>(&value)) return f.load_late(*id);
  return f.constant(static_cast<uint64_t>(std::get<int64_t>(value)));
}

// event_abi.h has the rule.
llvm::Value* lhist_bucket(FunctionContext& f, const sema::MapPlan& map, llvm::Value* value) {
  llvm::Value* min = bound(f, map.lhist_min);
  llvm::Value* step = bound(f, map.lhist_step);
  llvm::Value* range = f.ir.CreateSub(bound(f, map.lhist_max), min);
  llvm::Value* last = f.ir.CreateAdd(f.ir.CreateUDiv(range, step), f.constant(1));
  llvm::Value* distance = f.ir.CreateSub(value, min);
  llvm::Value* inner = f.ir.CreateAdd(f.ir.CreateUDiv(distance, step), f.constant(1));
  llvm::Value* bucket = f.ir.CreateBinaryIntrinsic(llvm::Intrinsic::umin, inner, last);
  return f.ir.CreateSelect(f.ir.CreateICmpSLT(value, min), f.constant(0), bucket);
}

void count_in_bucket(FunctionContext& f, const sema::MapPlan& map, llvm::Value* cell,
                     llvm::Value* value) {
  llvm::Value* bucket = map.value.type.kind == TypeKind::Hist ? hist_bucket(f, value, map.hist_bits)
                                                              : lhist_bucket(f, map, value);
  bucket = f.bounded(bucket, map.bucket_count - 1);
  add_to(f, f.at(cell, f.ir.CreateShl(bucket, f.constant(3))), f.constant(1));
}

// Takes a value into its interval, which has the place of one that is no longer kept.
void add_to_series(FunctionContext& f, const sema::TseriesShape& shape, llvm::Value* series,
                   llvm::Value* value, bool is_signed) {
  using Function = sema::TseriesFunction;
  llvm::Value* time = current_time(f);
  llvm::Value* number = f.ir.CreateUDiv(time, f.constant(shape.interval));
  llvm::Value* place = f.bounded(f.ir.CreateURem(number, f.constant(shape.count)), shape.count - 1);
  llvm::Value* cell = f.at(series, f.ir.CreateMul(place, f.constant(sizeof(rt::tseries_interval))));
  llvm::Value* value_cell = f.at(cell, offsetof(rt::tseries_interval, value));
  llvm::Value* order_cell = f.at(cell, offsetof(rt::tseries_interval, order));
  number = f.ir.CreateAdd(number, f.constant(1));
  llvm::Value* is_new = f.ir.CreateICmpNE(f.load(cell), number);
  llvm::Value* old = f.ir.CreateSelect(is_new, f.constant(0), f.load(value_cell));
  llvm::Value* order = f.ir.CreateSelect(is_new, f.constant(0), f.load(order_cell));
  if (shape.function == Function::Last) {
    order = time;
  } else if (shape.function == Function::Min || shape.function == Function::Max) {
    llvm::Value* better = select(f, is_signed, shape.function == Function::Min, value, old);
    value = f.ir.CreateSelect(is_new, value, better);
  } else {
    value = f.ir.CreateAdd(old, value);
    order = f.ir.CreateAdd(order, f.constant(1));
  }
  f.store(number, cell);
  f.store(value, value_cell);
  f.store(order, order_cell);
}

// Takes one more value into this CPU's.
void accumulate(FunctionContext& f, const sema::MapPlan& map, llvm::Value* cell,
                llvm::Value* value) {
  const sema::Type& type = map.value.type;
  switch (type.kind) {
    case TypeKind::Count:
      return add_to(f, cell, f.constant(1));
    case TypeKind::Sum:
      return add_to(f, cell, value);
    case TypeKind::Avg:
    case TypeKind::Stats:
      add_to(f, cell, value);
      return add_to(f, f.at(cell, kCount), f.constant(1));
    case TypeKind::Min:
    case TypeKind::Max: {
      llvm::Value* better = select(f, type.is_signed, type.kind == TypeKind::Min, value,
                                   f.load(cell));
      llvm::Value* is_set = f.is_nonzero(f.load(f.at(cell, kIsSet)));
      f.store(f.ir.CreateSelect(is_set, better, value), cell);
      return f.store(f.constant(1), f.at(cell, kIsSet));
    }
    case TypeKind::Tseries:
      return add_to_series(f, map.tseries, cell, value, type.is_signed);
    case TypeKind::Hist:
    case TypeKind::Lhist:
      return count_in_bucket(f, map, cell, value);
    default:
      base::internal_error("not an aggregation");
  }
}

// The value of a key that is seen for the first time, where it fits on the stack.
llvm::Value* first_value(FunctionContext& f, const sema::MapPlan& map, llvm::Value* value) {
  llvm::Value* cell = f.temporary(map.value_size);
  switch (map.value.type.kind) {
    case TypeKind::Count:
      f.store(f.constant(1), cell);
      break;
    case TypeKind::Sum:
      f.store(value, cell);
      break;
    default:  // total and count, or value and is_set: the second word is 1
      f.store(value, cell);
      f.store(f.constant(1), f.at(cell, 8));
  }
  return cell;
}

bool is_histogram(const sema::MapPlan& map) {
  return map.value.type.kind == TypeKind::Hist || map.value.type.kind == TypeKind::Lhist ||
         map.value.type.kind == TypeKind::Tseries;
}

void update_scalar(FunctionContext& f, const sema::MapPlan& map, sema::MapId id,
                   llvm::Value* value) {
  llvm::Value* cell = look_up(f, id, lower_key(f, map, nullptr));
  auto* found = f.new_block("found");
  auto* done = f.new_block("update_done");
  f.branch_if_unlikely(f.ir.CreateIsNull(cell), done, found);
  f.start(found);
  accumulate(f, map, cell, value);
  mark_as_set(f, map, cell, true);
  f.go_to_and_start(done);
}

// Look up and change in place; insert only what is new. Another CPU may insert the same key in
// between: its value is another one, so overwriting ours is right.
void update_small(FunctionContext& f, const sema::MapPlan& map,
                  const sema::UpdateAggregation& update, llvm::Value* value) {
  llvm::Value* key = lower_key(f, map, update.key);
  llvm::Value* cell = look_up(f, update.map, key);
  auto* found = f.new_block("found");
  auto* absent = f.new_block("absent");
  auto* done = f.new_block("update_done");
  f.branch_if_unlikely(f.ir.CreateIsNull(cell), absent, found);
  f.start(absent);
  llvm::Value* first = first_value(f, map, value);
  check_update(f, update.site,
               map_update_elem(f, f.module.map(update.map), key, first, UpdateMode::Any));
  f.go_to(done);
  f.start(found);
  accumulate(f, map, cell, value);
  f.go_to_and_start(done);
}

// A histogram is too large for the stack: a new key gets zeroes, and is then looked up again. If
// another CPU was faster, the insertion fails and the second look-up finds what that CPU inserted.
void update_histogram(FunctionContext& f, const sema::MapPlan& map,
                      const sema::UpdateAggregation& update, llvm::Value* value) {
  llvm::Value* key = lower_key(f, map, update.key);
  llvm::Value* first_cell = look_up(f, update.map, key);
  auto* before = f.ir.GetInsertBlock();
  auto* absent = f.new_block("absent");
  auto* failed = f.new_block("update_failed");
  auto* found = f.new_block("found");
  auto* done = f.new_block("update_done");
  f.branch_if_unlikely(f.ir.CreateIsNull(first_cell), absent, found);
  f.start(absent);
  llvm::Value* result = map_update_elem(f, f.module.map(update.map), key,
                                        f.module.zeroes(map.value_size), UpdateMode::NoExist);
  llvm::Value* second_cell = look_up(f, update.map, key);
  f.branch_if_unlikely(f.ir.CreateIsNull(second_cell), failed, found);
  f.start(failed);
  record_failure(f, update.site, result);
  f.go_to(done);
  f.start(found);
  auto* cell = f.ir.CreatePHI(f.pointer_type(), 2, "histogram");
  cell->addIncoming(first_cell, before);
  cell->addIncoming(second_cell, absent);
  accumulate(f, map, cell, value);
  f.go_to_and_start(done);
}

// ---- all CPUs ----

// Runs `body` with each CPU's value of a key that has one. The verifier knows the number of CPUs:
// the loop's bound is read-only data.
template <typename Body>
void for_each_cpu(FunctionContext& f, sema::MapId map, llvm::Value* key, Body body) {
  llvm::Value* cpus = f.load_late(sema::LateConstant::Kind::PossibleCpus);
  auto* check = f.new_block("cpu");
  auto* look = f.new_block("cpu_look_up");
  auto* found = f.new_block("cpu_found");
  auto* next = f.new_block("cpu_next");
  auto* done = f.new_block("cpus_done");
  auto* before = f.ir.GetInsertBlock();
  f.go_to_and_start(check);
  auto* cpu = f.ir.CreatePHI(f.i64_type(), 2, "cpu");
  cpu->addIncoming(f.constant(0), before);
  f.ir.CreateCondBr(f.ir.CreateICmpULT(cpu, cpus), look, done);
  f.start(look);
  llvm::Value* cell = map_lookup_percpu_elem(f, f.module.map(map), key, cpu);
  // No way out of the loop from here: the rest of the program would be walked once a CPU.
  f.ir.CreateCondBr(f.ir.CreateIsNull(cell), next, found);
  f.start(found);
  body(cell);
  f.go_to_and_start(next);
  llvm::Value* following = f.ir.CreateAdd(cpu, f.constant(1));
  cpu->addIncoming(following, f.ir.GetInsertBlock());
  f.go_to(check);
  f.start(done);
}

llvm::Value* divided(FunctionContext& f, llvm::Value* total, llvm::Value* count, bool is_signed) {
  auto* some = f.new_block("has_values");
  auto* done = f.new_block("average_done");
  auto* before = f.ir.GetInsertBlock();
  f.ir.CreateCondBr(f.is_nonzero(count), some, done);
  f.start(some);
  llvm::Value* quotient = divide(f, total, count, is_signed);
  f.go_to_and_start(done);
  auto* result = f.ir.CreatePHI(f.i64_type(), 2);
  result->addIncoming(f.constant(0), before);
  result->addIncoming(quotient, some);
  return result;
}

}  // namespace

// With s = floor(log2(n)) - bits, at least 0, event_abi.h's cases are one: 1 + s * 2^bits + (n >>
// s).
llvm::Value* hist_bucket(FunctionContext& f, llvm::Value* value, uint32_t bits) {
  llvm::Value* exponent = log2(f, f.ir.CreateOr(value, f.constant(uint64_t{1} << bits)));
  llvm::Value* shift = f.ir.CreateSub(exponent, f.constant(bits));
  llvm::Value* part = f.ir.CreateLShr(value, f.ir.CreateAnd(shift, f.constant(63)));
  llvm::Value* bucket = f.ir.CreateAdd(
      f.constant(1), f.ir.CreateAdd(f.ir.CreateShl(shift, f.constant(bits)), part));
  llvm::Value* is_negative = f.ir.CreateAShr(value, f.constant(63));  // -1 or 0
  return f.ir.CreateAnd(bucket, f.ir.CreateNot(is_negative));
}

void lower_update_aggregation(FunctionContext& f, const sema::UpdateAggregation& update) {
  const sema::MapPlan& map = f.program().maps[update.map];
  llvm::Value* value = update.value != nullptr ? lower_expression(f, *update.value) : nullptr;
  if (map.is_scalar) {
    update_scalar(f, map, update.map, value);
  } else if (is_histogram(map)) {
    update_histogram(f, map, update, value);
  } else {
    update_small(f, map, update, value);
  }
}

llvm::Value* lower_aggregation_read(FunctionContext& f, const sema::MapRead& read) {
  return merge_aggregation(f, read.map, lower_key(f, f.program().maps[read.map], read.key));
}

llvm::Value* merge_aggregation(FunctionContext& f, sema::MapId map, llvm::Value* key) {
  const sema::Type& type = f.program().maps[map].value.type;
  // A value and, for averages, the count; for extremes, whether there is a value. LLVM keeps both
  // in registers.
  llvm::Value* total = f.temporary(8);
  llvm::Value* count = f.temporary(8);
  f.store(f.constant(0), total);
  f.store(f.constant(0), count);
  for_each_cpu(f, map, key, [&](llvm::Value* cell) {
    if (type.kind == TypeKind::Min || type.kind == TypeKind::Max) {
      llvm::Value* value = f.load(cell);
      llvm::Value* is_set = f.is_nonzero(f.load(f.at(cell, kIsSet)));
      llvm::Value* had_value = f.is_nonzero(f.load(count));
      llvm::Value* better = select(f, type.is_signed, type.kind == TypeKind::Min, value,
                                   f.load(total));
      llvm::Value* merged = f.ir.CreateSelect(had_value, better, value);
      f.store(f.ir.CreateSelect(is_set, merged, f.load(total)), total);
      f.store(f.ir.CreateOr(f.load(count), f.extend(is_set)), count);
      return;
    }
    add_to(f, total, f.load(cell));
    if (type.kind == TypeKind::Avg) add_to(f, count, f.load(f.at(cell, kCount)));
  });
  llvm::Value* result = f.load(total);
  return type.kind == TypeKind::Avg ? divided(f, result, f.load(count), type.is_signed) : result;
}

llvm::Value* lower_stats_read(FunctionContext& f, const sema::MapRead& read) {
  const sema::MapPlan& map = f.program().maps[read.map];
  constexpr uint32_t kWord = 8;
  llvm::Value* record = f.temporary(3 * kWord);
  llvm::Value* count = record;
  llvm::Value* average = f.at(record, kWord);
  llvm::Value* total = f.at(record, 2 * kWord);
  llvm::Value* key = lower_key(f, map, read.key);
  f.store(f.constant(0), count);
  f.store(f.constant(0), total);
  for_each_cpu(f, read.map, key, [&](llvm::Value* cell) {
    add_to(f, total, f.load(cell));
    add_to(f, count, f.load(f.at(cell, kCount)));
  });
  f.store(divided(f, f.load(total), f.load(count), map.value.type.is_signed), average);
  return record;
}

llvm::Value* delete_scalar_aggregation(FunctionContext& f, sema::MapId id) {
  const sema::MapPlan& map = f.program().maps[id];
  llvm::Value* key = lower_key(f, map, nullptr);
  llvm::Value* was_set = f.temporary(8);
  f.store(f.constant(0), was_set);
  for_each_cpu(f, id, key, [&](llvm::Value* cell) {
    llvm::Value* here = f.load(f.at(cell, map.value_size - 8));
    f.store(f.ir.CreateOr(f.load(was_set), here), was_set);
    zero_memory(f, cell, map.value_size);
  });
  return f.load(was_set);
}

}  // namespace bpftracec::bpf
