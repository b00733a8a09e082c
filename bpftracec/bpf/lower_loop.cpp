// Loops over a range of numbers and over maps.
#include "bpftracec/bpf/lower_loop.h"

#include "bpftracec/bpf/aggregation.h"
#include "bpftracec/bpf/failures.h"
#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/helpers.h"
#include "bpftracec/bpf/lower_expression.h"
#include "bpftracec/bpf/lower_statement.h"
#include "bpftracec/bpf/memory.h"

namespace bpftracec::bpf {
namespace {

// Of a plain loop whose bounds are not known before it runs: the verifier walks that many turns.
constexpr uint64_t kMaxPlainTurns = 1024;

// How often a loop runs: at most `limit` times, and what is beyond that is counted as a failure.
llvm::Value* turns_of(FunctionContext& f, const sema::ForRange& loop, llvm::Value* begin,
                      llvm::Value* end, uint64_t limit) {
  if (auto turns = constant_turns(loop); turns && (*turns <= limit || !loop.site)) {
    return f.constant(*turns);
  }
  llvm::Value* is_empty = f.ir.CreateICmpSGE(begin, end);
  llvm::Value* wanted = f.ir.CreateSelect(is_empty, f.constant(0), f.ir.CreateSub(end, begin));
  auto* too_many = f.new_block("too_many_turns");
  auto* known = f.new_block("turns_known");
  auto* before = f.ir.GetInsertBlock();
  f.branch_if_unlikely(f.ir.CreateICmpUGT(wanted, f.constant(limit)), too_many, known);
  f.start(too_many);
  if (loop.site) record_failure(f, *loop.site, f.constant(limit));
  too_many = f.ir.GetInsertBlock();
  f.go_to_and_start(known);
  auto* turns = f.ir.CreatePHI(f.i64_type(), 2, "turns");
  turns->addIncoming(wanted, before);
  turns->addIncoming(f.constant(limit), too_many);
  return turns;
}

void lower_callback(FunctionContext& outer, const sema::ForRange& loop, uint32_t begin,
                    llvm::Value* turns) {
  FunctionContext f(outer, loop.body, CallbackKind::Turn);
  f.add_variables();
  llvm::Value* number = f.ir.CreateAdd(f.load(f.shared(begin)), f.function()->getArg(0));
  f.store(number, f.variable(loop.variable));
  lower_block(f, loop.body);
  f.finish();

  bpf::loop(outer, turns, f.function(), outer.frame());
  outer.leave_if_asked(f);
}

void lower_plain(FunctionContext& f, const sema::ForRange& loop, llvm::Value* begin,
                 llvm::Value* turns) {
  LoopFailures failures(f);
  auto* check = f.new_block("for");
  auto* body = f.new_block("for_body");
  auto* next = f.new_block("for_next");
  auto* done = f.new_block("for_done");
  auto* before = f.ir.GetInsertBlock();
  f.go_to_and_start(check);
  auto* turn = f.ir.CreatePHI(f.i64_type(), 2, "turn");
  turn->addIncoming(f.constant(0), before);
  llvm::Value* goes_on = f.ir.CreateICmpULT(turn, turns);
  if (!llvm::isa<llvm::Constant>(turns)) {
    // What the verifier sees of the bound, whatever it knows of the number of turns.
    llvm::Value* is_sane = f.ir.CreateICmpULT(turn, f.constant(kMaxPlainTurns));
    goes_on = f.ir.CreateAnd(is_sane, goes_on);
  }
  f.ir.CreateCondBr(goes_on, body, done);
  f.start(body);
  f.store(f.ir.CreateAdd(begin, turn), f.variable(loop.variable));
  f.loops.push_back({next, done});
  lower_block(f, loop.body);
  f.loops.pop_back();
  f.go_to_and_start(next);
  turn->addIncoming(f.ir.CreateAdd(turn, f.constant(1)), next);
  f.go_to(check);
  f.start(done);
  failures.finish();
}

// What the map holds now; the body may change it, and the variable stays as it is.
void store_element(FunctionContext& f, const sema::ForMap& loop, llvm::Value* key,
                   llvm::Value* value) {
  const sema::TupleMember& key_slot = (*f.code.variables[loop.variable].type.members)[0];
  const sema::TupleMember& value_slot = (*f.code.variables[loop.variable].type.members)[1];
  llvm::Value* element = f.variable(loop.variable);
  copy_memory(f, f.at(element, key_slot.offset), key, key_slot.size);
  llvm::Value* to = f.at(element, value_slot.offset);
  if (sema::is_aggregation(f.program().maps[loop.map].value.type)) {
    f.store(merge_aggregation(f, loop.map, key), to);
  } else {
    copy_memory(f, to, value, value_slot.size);
  }
}

}  // namespace

void lower_for_map(FunctionContext& outer, const sema::ForMap& loop) {
  FunctionContext f(outer, loop.body, CallbackKind::Element);
  f.add_variables();
  {
    FunctionContext::TemporaryScope temporaries(f);
    store_element(f, loop, f.function()->getArg(1), f.function()->getArg(2));
  }
  lower_block(f, loop.body);
  f.finish();
  for_each_map_elem(outer, outer.module.map(loop.map), f.function(), outer.frame());
  outer.leave_if_asked(f);
}

void lower_for_range(FunctionContext& f, const sema::ForRange& loop) {
  bool is_callback = f.forms.is_callback(loop);
  llvm::Value* begin = lower_expression(f, *loop.begin);
  llvm::Value* end = lower_expression(f, *loop.end);
  llvm::Value* turns = turns_of(f, loop, begin, end,
                                is_callback ? sema::kMaxTurns : kMaxPlainTurns);
  if (!is_callback) return lower_plain(f, loop, begin, turns);
  uint32_t first = f.shared_word();
  f.store(begin, f.shared(first));
  lower_callback(f, loop, first, turns);
}

}  // namespace bpftracec::bpf
