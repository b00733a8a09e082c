#include "bpftracec/bpf/block_layout.h"

#include <set>
#include <vector>

#include <llvm/ADT/PostOrderIterator.h>
#include <llvm/CodeGen/MachineFunctionPass.h>
#include <llvm/IR/CFG.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/ProfDataUtils.h>

namespace bpftracec::bpf {
namespace {

bool is_unlikely(const llvm::BasicBlock& from, const llvm::BasicBlock& to) {
  const auto* branch = llvm::dyn_cast<llvm::BranchInst>(from.getTerminator());
  uint64_t weights[2] = {};
  if (branch == nullptr || !branch->isConditional() ||
      !llvm::extractBranchWeights(*branch, weights[0], weights[1])) {
    return false;
  }
  unsigned taken = branch->getSuccessor(0) == &to ? 0 : 1;
  return weights[taken] * 16 < weights[1 - taken];
}

// In reverse post-order a block comes after all that lead to it, but for the ways back of loops.
// That stays true within each of the two groups, which is all that matters: a block only runs on
// into the next one.
void order_blocks(llvm::Function& function) {
  std::vector<llvm::BasicBlock*> likely;
  std::vector<llvm::BasicBlock*> unlikely;
  std::set<const llvm::BasicBlock*> seen;
  std::set<const llvm::BasicBlock*> cold;
  for (llvm::BasicBlock* block : llvm::ReversePostOrderTraversal<llvm::Function*>(&function)) {
    bool is_cold = block != &function.getEntryBlock();
    for (const llvm::BasicBlock* from : llvm::predecessors(block)) {
      bool comes_later = !seen.contains(from);
      is_cold = is_cold && (comes_later || cold.contains(from) || is_unlikely(*from, *block));
    }
    seen.insert(block);
    if (is_cold) cold.insert(block);
    (is_cold ? unlikely : likely).push_back(block);
  }
  llvm::BasicBlock* last = nullptr;
  for (const auto* group : {&likely, &unlikely}) {
    for (llvm::BasicBlock* block : *group) {
      if (last != nullptr) block->moveAfter(last);
      last = block;
    }
  }
}

class RemoveEmptyJumps : public llvm::MachineFunctionPass {
 public:
  RemoveEmptyJumps() : MachineFunctionPass(kId) {}

  bool runOnMachineFunction(llvm::MachineFunction& function) override {
    bool has_changed = false;
    for (llvm::MachineBasicBlock& block : function) {
      auto last = block.getLastNonDebugInstr();
      if (last == block.end() || !last->isUnconditionalBranch() || last->isIndirectBranch())
        continue;
      if (!last->getOperand(0).isMBB() || !block.isLayoutSuccessor(last->getOperand(0).getMBB()))
        continue;
      last->eraseFromParent();
      has_changed = true;
    }
    return has_changed;
  }

 private:
  static inline char kId = 0;  // its address is the pass's identity
};

}  // namespace

llvm::FunctionPass* make_remove_empty_jumps() { return new RemoveEmptyJumps; }

void order_blocks(llvm::Module& module) {
  for (llvm::Function& function : module) {
    if (!function.isDeclaration()) order_blocks(function);
  }
}

bool KeepBlockOrder::shouldRunPass(llvm::StringRef pass, llvm::StringRef) {
  return pass != "Branch Probability Basic Block Placement" && pass != "Control Flow Optimizer" &&
         pass != "Tail Duplication" && pass != "Early Tail Duplication";
}

}  // namespace bpftracec::bpf
