#include "bpftracec/bpf/failures.h"

#include "bpftracec/bpf/function_context.h"

namespace bpftracec::bpf {
namespace {

// Each counter is two registers or words of the stack, all through the loop.
constexpr size_t kMaxCounters = 6;

// Only atomics whose result is unused exist before Linux 5.12.
void add_atomically(FunctionContext& f, llvm::Value* address, llvm::Value* amount) {
  f.ir.CreateAtomicRMW(llvm::AtomicRMWInst::Add, address, amount, llvm::Align(8),
                       llvm::AtomicOrdering::Monotonic);
}

// Zero, but not to the verifier, which does not follow remainders. To Linux 5.10 and 6.1 a known
// constant on the stack is another state than an unknown number: a way through the loop on which
// nothing could fail would never meet what was walked with a counter that something was added to.
llvm::Value* unknown_zero(FunctionContext& f) {
  return f.ir.CreateURem(f.opaque(f.constant(0)), f.constant(3));
}

void record(FunctionContext& f, std::optional<sema::SiteId> site, llvm::Value* times,
            llvm::Value* code) {
  if (!site) return add_atomically(f, f.module.lost_events(), times);
  add_atomically(f, f.at(f.module.site_counts(), *site * 8), times);
  f.store(code, f.at(f.module.site_codes(), *site * 8));
}

void check(FunctionContext& f, std::optional<sema::SiteId> site, llvm::Value* result) {
  if (f.loop_failures != nullptr && f.loop_failures->count(site, result)) return;
  auto* failed = f.new_block(site ? "update_failed" : "event_lost");
  auto* done = f.new_block(site ? "update_done" : "event_sent");
  f.branch_if_unlikely(f.ir.CreateICmpSLT(result, f.constant(0)), failed, done);
  f.start(failed);
  record(f, site, f.constant(1), result);
  f.go_to_and_start(done);
}

}  // namespace

void record_failure(FunctionContext& f, sema::SiteId site, llvm::Value* code) {
  record(f, site, f.constant(1), code);
}

void check_update(FunctionContext& f, sema::SiteId site, llvm::Value* result) {
  check(f, site, result);
}

void check_sent(FunctionContext& f, llvm::Value* result) { check(f, std::nullopt, result); }

// Where registers are short, failures are counted at once.
LoopFailures::LoopFailures(FunctionContext& f)
    : f_(f), is_active_(f.loop_failures == nullptr && !f.module.budget().keeps_variables_off) {
  if (!is_active_) return;
  f.loop_failures = this;
  entry_ = f.new_block("loop_entry");
  body_ = f.new_block("loop");
  f.go_to(entry_);
  f.start(body_);
}

llvm::AllocaInst* LoopFailures::cleared_word() {
  llvm::AllocaInst* word = f_.add_word();
  llvm::IRBuilder<>::InsertPointGuard keep_place(f_.ir);
  f_.ir.SetInsertPoint(entry_);
  f_.store(unknown_zero(f_), word);
  return word;
}

LoopFailures::Counter* LoopFailures::counter(std::optional<sema::SiteId> site) {
  for (Counter& counter : counters_) {
    if (counter.site == site) return &counter;
  }
  if (counters_.size() == kMaxCounters) return nullptr;
  counters_.push_back({site, cleared_word(), site ? cleared_word() : nullptr});
  return &counters_.back();
}

bool LoopFailures::count(std::optional<sema::SiteId> site, llvm::Value* result) {
  Counter* to = counter(site);
  if (to == nullptr) return false;
  // -1 or 0; opaque, for LLVM would make a branch of it again.
  llvm::Value* has_failed = f_.opaque(f_.ir.CreateAShr(result, f_.constant(63)));
  f_.store(f_.ir.CreateSub(f_.load(to->failures), has_failed), to->failures);
  if (to->code != nullptr) {
    llvm::Value* kept = f_.ir.CreateAnd(f_.load(to->code), f_.ir.CreateNot(has_failed));
    f_.store(f_.ir.CreateOr(kept, f_.ir.CreateAnd(result, has_failed)), to->code);
  }
  return true;
}

void LoopFailures::leave(llvm::Value* result) {
  if (leave_ == nullptr) {
    leave_ = f_.new_block("leave_loop");
    result_ = f_.add_word();
  }
  f_.store(f_.ir.CreateZExt(result, f_.i64_type()), result_);
  f_.go_to(leave_);
}

void LoopFailures::flush() {
  for (const Counter& counter : counters_) {
    auto* failed = f_.new_block("has_failures");
    auto* done = f_.new_block("failures_done");
    llvm::Value* failures = f_.load(counter.failures);
    f_.branch_if_unlikely(f_.is_nonzero(failures), failed, done);
    f_.start(failed);
    record(f_, counter.site, failures, counter.code != nullptr ? f_.load(counter.code) : nullptr);
    f_.go_to_and_start(done);
  }
}

void LoopFailures::finish() {
  if (!is_active_) return;
  f_.loop_failures = nullptr;
  llvm::IRBuilder<>(entry_).CreateBr(body_);
  flush();
  if (leave_ == nullptr) return;
  auto* done = f_.new_block("loop_left");
  f_.go_to(done);
  f_.start(leave_);
  flush();
  f_.leave(f_.ir.CreateTrunc(f_.load(result_), f_.ir.getInt32Ty()));
  f_.start(done);
}

}  // namespace bpftracec::bpf
