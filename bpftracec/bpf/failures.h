// What fails while a program runs is counted for the tool: per place of the script, and events that
// found no room.
#pragma once

#include <optional>
#include <vector>

#include <llvm/IR/BasicBlock.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Value.h>

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

class FunctionContext;

// Counts a failure of the helper, or a zero divisor, at a place of the script.
void record_failure(FunctionContext& f, sema::SiteId site, llvm::Value* code);
// Looks at the result of an update, or of sending an event: negative for a failure.
void check_update(FunctionContext& f, sema::SiteId site, llvm::Value* result);
void check_sent(FunctionContext& f, llvm::Value* result);

// The failures of a plain loop and of the loops in it. The verifier walks a loop turn by turn along
// the straight way, and puts every branch off until it has come to the loop's end; with 8192 of
// them it gives up. So a loop adds its failures up without branches, and looks at the sums when it
// is left.
class LoopFailures {
 public:
  // Between the constructor and finish(), the failures of `f` are counted here, unless an outer
  // loop does so already. The loop begins where the builder stands.
  explicit LoopFailures(FunctionContext& f);
  LoopFailures(const LoopFailures&) = delete;
  LoopFailures& operator=(const LoopFailures&) = delete;
  ~LoopFailures() = default;

  // False where there is no room for one more counter.
  bool count(std::optional<sema::SiteId> site, llvm::Value* result);  // no site: an event
  // Leaves the program from within the loop.
  void leave(llvm::Value* result);
  // Stands behind the loop.
  void finish();

 private:
  struct Counter {
    std::optional<sema::SiteId> site;
    llvm::AllocaInst* failures;
    llvm::AllocaInst* code;
  };
  Counter* counter(std::optional<sema::SiteId> site);
  llvm::AllocaInst* cleared_word();
  void flush();

  FunctionContext& f_;
  bool is_active_;
  std::vector<Counter> counters_;
  llvm::BasicBlock* entry_ = nullptr;  // where the counters are cleared
  llvm::BasicBlock* body_ = nullptr;
  llvm::BasicBlock* leave_ = nullptr;
  llvm::AllocaInst* result_ = nullptr;
};

}  // namespace bpftracec::bpf
