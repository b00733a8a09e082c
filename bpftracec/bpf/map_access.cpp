#include "bpftracec/bpf/map_access.h"

#include "bpftracec/base/internal_error.h"
#include "bpftracec/bpf/aggregation.h"
#include "bpftracec/bpf/failures.h"
#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/helpers.h"
#include "bpftracec/bpf/lower_expression.h"
#include "bpftracec/bpf/memory.h"
#include "bpftracec/bpf/slot.h"

namespace bpftracec::bpf {
namespace {

// `element` is the value of a map, or null: gives its integer, or 0.
llvm::Value* integer_or_zero(FunctionContext& f, llvm::Value* element) {
  auto* found = f.new_block("found");
  auto* done = f.new_block("read_done");
  auto* before = f.ir.GetInsertBlock();
  f.ir.CreateCondBr(f.ir.CreateIsNull(element), done, found);
  f.start(found);
  llvm::Value* value = f.load(element);
  f.go_to_and_start(done);
  auto* result = f.ir.CreatePHI(f.i64_type(), 2);
  result->addIncoming(f.constant(0), before);
  result->addIncoming(value, found);
  return result;
}

void assign_scalar_map(FunctionContext& f, const sema::MapPlan& map, sema::MapId id,
                       const sema::Expr& value) {
  // The value first: it may well read the element that it is assigned to.
  const bool is_number = !sema::is_in_memory(map.value.type);
  const bool is_text = map.value.type.kind == sema::TypeKind::String;
  llvm::Value* number = is_number ? lower_expression(f, value) : nullptr;
  llvm::Value* block = is_number || is_text ? nullptr : slot_in_memory(f, value);
  llvm::Value* element = look_up(f, id, lower_key(f, map, nullptr));
  auto* found = f.new_block("found");
  auto* done = f.new_block("assign_done");
  f.branch_if_unlikely(f.ir.CreateIsNull(element), done, found);
  f.start(found);
  if (number != nullptr) {
    f.store(number, element);
  } else if (block != nullptr) {
    copy_memory(f, element, block, map.value.size);
  } else {
    write_slot(f, value, element);
  }
  mark_as_set(f, map, element, true);
  f.go_to_and_start(done);
}

}  // namespace

llvm::Value* lower_key(FunctionContext& f, const sema::MapPlan& map, const sema::ExprPtr& key) {
  if (!map.is_scalar) return slot_in_memory(f, *key);
  llvm::Value* index = f.temporary(8);
  f.store(f.constant(0), index, 4);
  return index;
}

llvm::Value* look_up(FunctionContext& f, sema::MapId map, llvm::Value* key) {
  return map_lookup_elem(f, f.module.map(map), key);
}

void mark_as_set(FunctionContext& f, const sema::MapPlan& map, llvm::Value* element, bool is_set) {
  if (map.is_scalar) f.store(f.constant(is_set ? 1 : 0), f.at(element, map.value_size - 8));
}

llvm::Value* lower_map_read(FunctionContext& f, const sema::MapRead& read) {
  const sema::MapPlan& map = f.program().maps[read.map];
  return integer_or_zero(f, look_up(f, read.map, lower_key(f, map, read.key)));
}

llvm::Value* map_value(FunctionContext& f, const sema::MapRead& read) {
  const sema::MapPlan& map = f.program().maps[read.map];
  llvm::Value* element = look_up(f, read.map, lower_key(f, map, read.key));
  return f.ir.CreateSelect(f.ir.CreateIsNull(element), f.module.zeroes(map.value.size), element);
}

llvm::Value* lower_map_length(FunctionContext& f, const sema::MapLength& length) {
  llvm::Function* callback = f.module.count_callback(f.probe.attach_point.range);
  return for_each_map_elem(f, f.module.map(length.map), callback, f.null());
}

llvm::Value* lower_has_key(FunctionContext& f, const sema::HasKey& question) {
  const sema::MapPlan& map = f.program().maps[question.map];
  llvm::Value* element = look_up(f, question.map, lower_key(f, map, question.key));
  return f.extend(f.ir.CreateIsNotNull(element));
}

llvm::Value* lower_increment(FunctionContext& f, const sema::Increment& increment) {
  llvm::Value* step = f.constant(increment.is_increment ? 1 : ~uint64_t{0});
  if (increment.variable) {
    llvm::Value* memory = f.variable(*increment.variable);
    llvm::Value* before = f.load(memory);
    llvm::Value* after = fit(f, f.ir.CreateAdd(before, step),
                             f.code.variables[*increment.variable].type);
    f.store(after, memory);
    return increment.is_prefix ? after : before;
  }

  const sema::MapPlan& map = f.program().maps[*increment.map];
  llvm::Value* key = lower_key(f, map, increment.key);
  llvm::Value* element = look_up(f, *increment.map, key);
  auto* found = f.new_block("found");
  auto* absent = f.new_block("absent");
  auto* done = f.new_block("increment_done");
  f.ir.CreateCondBr(f.ir.CreateIsNull(element), absent, found);
  f.start(found);
  llvm::Value* before = f.load(element);
  f.store(f.ir.CreateAdd(before, step), element);
  mark_as_set(f, map, element, true);
  f.go_to(done);
  f.start(absent);
  if (!map.is_scalar) {
    llvm::Value* first = f.temporary(8);
    f.store(step, first);
    llvm::Value* result = map_update_elem(f, f.module.map(*increment.map), key, first,
                                          UpdateMode::Any);
    if (!increment.site) base::internal_error("an increment of a keyed map without a site");
    check_update(f, *increment.site, result);
  }
  absent = f.ir.GetInsertBlock();
  f.go_to_and_start(done);
  auto* old_value = f.ir.CreatePHI(f.i64_type(), 2);
  old_value->addIncoming(before, found);
  old_value->addIncoming(f.constant(0), absent);
  return increment.is_prefix ? f.ir.CreateAdd(old_value, step) : old_value;
}

llvm::Value* lower_delete(FunctionContext& f, const sema::DeleteElement& element) {
  const sema::MapPlan& map = f.program().maps[element.map];
  if (!map.is_scalar) {
    llvm::Value* result = map_delete_elem(f, f.module.map(element.map),
                                          lower_key(f, map, element.key));
    return f.extend(f.ir.CreateICmpEQ(result, f.constant(0)));
  }
  if (map.is_per_cpu) return delete_scalar_aggregation(f, element.map);

  llvm::Value* value = look_up(f, element.map, lower_key(f, map, nullptr));
  auto* found = f.new_block("found");
  auto* done = f.new_block("delete_done");
  auto* before = f.ir.GetInsertBlock();
  f.branch_if_unlikely(f.ir.CreateIsNull(value), done, found);
  f.start(found);
  llvm::Value* was_set = f.load(f.at(value, map.value_size - 8));
  zero_memory(f, value, map.value_size);
  found = f.ir.GetInsertBlock();
  f.go_to_and_start(done);
  auto* result = f.ir.CreatePHI(f.i64_type(), 2);
  result->addIncoming(f.constant(0), before);
  result->addIncoming(was_set, found);
  return result;
}

void lower_assign_map(FunctionContext& f, const sema::AssignMap& assignment) {
  const sema::MapPlan& map = f.program().maps[assignment.map];
  if (map.is_scalar) return assign_scalar_map(f, map, assignment.map, *assignment.value);
  llvm::Value* key = lower_key(f, map, assignment.key);
  llvm::Value* value = slot_in_memory(f, *assignment.value);
  check_update(f, assignment.site,
               map_update_elem(f, f.module.map(assignment.map), key, value, UpdateMode::Any));
}

}  // namespace bpftracec::bpf
