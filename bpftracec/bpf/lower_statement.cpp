#include "bpftracec/bpf/lower_statement.h"

#include "bpftracec/base/overloaded.h"
#include "bpftracec/bpf/aggregation.h"
#include "bpftracec/bpf/failures.h"
#include "bpftracec/bpf/first_use.h"
#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/lower_expression.h"
#include "bpftracec/bpf/lower_loop.h"
#include "bpftracec/bpf/map_access.h"
#include "bpftracec/bpf/memory.h"
#include "bpftracec/bpf/output.h"
#include "bpftracec/bpf/slot.h"

namespace bpftracec::bpf {
namespace {

constexpr uint64_t kMaxUnroll = 100;

void lower(FunctionContext& f, const sema::Evaluate& statement) {
  if (sema::is_in_memory(statement.value->type)) {
    slot_in_memory(f, *statement.value);
  } else {
    lower_expression(f, *statement.value);
  }
}

void lower(FunctionContext& f, const sema::AssignVariable& statement) {
  assign_variable(f, statement.variable, *statement.value);
}

void lower(FunctionContext& f, const sema::If& statement) {
  auto* then_block = f.new_block("then");
  auto* else_block = f.new_block("else");
  auto* done = f.new_block("if_done");
  llvm::Value* condition = lower_expression(f, *statement.condition);
  f.ir.CreateCondBr(f.is_nonzero(condition), then_block, else_block);
  f.start(then_block);
  lower_block(f, statement.then_block);
  f.go_to(done);
  f.start(else_block);
  lower_block(f, statement.else_block);
  f.go_to_and_start(done);
}

// A plain loop: the verifier walks it to its end (Linux 5.3), or says that it has none.
void lower(FunctionContext& f, const sema::While& statement) {
  LoopFailures failures(f);
  auto* check = f.new_block("while");
  auto* body = f.new_block("while_body");
  auto* done = f.new_block("while_done");
  f.go_to_and_start(check);
  {
    FunctionContext::TemporaryScope temporaries(f);
    FunctionContext::Location location(f, statement.condition->range);
    llvm::Value* condition = lower_expression(f, *statement.condition);
    f.ir.CreateCondBr(f.is_nonzero(condition), body, done);
  }
  f.start(body);
  f.loops.push_back({check, done});
  lower_block(f, statement.body);
  f.loops.pop_back();
  f.go_to(check);
  f.start(done);
  failures.finish();
}

// Always a loop with a known bound: LLVM copies the body where it is small. The verifier does the
// same work for both forms, and a hundred copies of a large body would cost compile time and the
// kernel's instruction limit.
void lower(FunctionContext& f, const sema::Unroll& statement) {
  LoopFailures failures(f);
  auto* check = f.new_block("unroll");
  auto* body = f.new_block("unroll_body");
  auto* done = f.new_block("unroll_done");
  auto* before = f.ir.GetInsertBlock();
  llvm::Value* late = statement.late_count ? f.load_late(*statement.late_count) : nullptr;
  f.go_to_and_start(check);
  auto* round = f.ir.CreatePHI(f.i64_type(), 2, "round");
  round->addIncoming(f.constant(0), before);
  uint64_t limit = late != nullptr ? kMaxUnroll : statement.count;
  llvm::Value* goes_on = f.ir.CreateICmpULT(round, f.constant(limit));
  if (late != nullptr) goes_on = f.ir.CreateAnd(goes_on, f.ir.CreateICmpSLT(round, late));
  f.ir.CreateCondBr(goes_on, body, done);
  f.start(body);
  lower_block(f, statement.body);
  llvm::Value* next = f.ir.CreateAdd(round, f.constant(1));
  round->addIncoming(next, f.ir.GetInsertBlock());
  f.go_to(check);
  f.start(done);
  failures.finish();
}

void lower(FunctionContext& f, const sema::Return& statement) {
  if (f.script_function() != nullptr) {
    if (statement.value != nullptr) write_slot(f, *statement.value, f.result());
    f.leave(f.ir.getInt32(FunctionContext::kReturned));
  } else if (statement.value == nullptr) {
    f.leave();
  } else {
    f.leave(f.ir.CreateTrunc(lower_expression(f, *statement.value), f.ir.getInt32Ty()));
  }
}

// What follows in the block is never reached, but has to go somewhere.
void jump(FunctionContext& f, llvm::BasicBlock* to) {
  f.go_to(to);
  f.start(f.new_block("unreachable"));
}

void lower(FunctionContext& f, const sema::Statement& statement) {
  FunctionContext::TemporaryScope temporaries(f);
  FunctionContext::Location location(f, statement.range);
  std::visit(base::overloaded{
                 [&](const sema::AssignMap& s) { lower_assign_map(f, s); },
                 [&](const sema::UpdateAggregation& s) { lower_update_aggregation(f, s); },
                 [&](const sema::LeaveProgram&) { f.leave(); },
                 [&](const sema::Break&) { jump(f, f.loops.back().on_break); },
                 [&](const sema::Continue&) { jump(f, f.loops.back().on_continue); },
                 [&](const sema::ForRange& s) { lower_for_range(f, s); },
                 [&](const sema::ForMap& s) { lower_for_map(f, s); },
                 [&](const sema::Block& s) { lower_block(f, s); },
                 [&](const auto& s) { lower(f, s); },
             },
             statement.node);
}

}  // namespace

void assign_variable(FunctionContext& f, sema::VariableId variable, const sema::Expr& value) {
  const sema::Type& type = f.code.variables[variable].type;
  llvm::Value* memory = f.variable(variable);
  if (type.kind == sema::TypeKind::Tuple && mentions(value, variable)) {
    // `$t = ($t.1, $t.0)`: all is read before anything is written.
    copy_memory(f, memory, slot_in_memory(f, value), type.size);
  } else if (sema::is_in_memory(type)) {
    write_slot(f, value, memory);
  } else {
    f.store(fit(f, lower_expression(f, value), type), memory);
  }
}

const sema::Expr& without_bindings(FunctionContext& f, const sema::Expr& expr) {
  if (const auto* binding = std::get_if<sema::BindVariable>(&expr.node)) {
    assign_variable(f, binding->variable, *binding->value);
    return without_bindings(f, *binding->body);
  }
  if (const auto* sequence = std::get_if<sema::Sequence>(&expr.node)) {
    lower_block(f, sequence->body);
    return without_bindings(f, *sequence->value);
  }
  return expr;  // NOLINT(bugprone-return-const-ref-from-parameter): a part of the program
}

void lower_block(FunctionContext& f, const sema::Block& block) {
  for (const sema::Statement& statement : block) lower(f, statement);
}

}  // namespace bpftracec::bpf
