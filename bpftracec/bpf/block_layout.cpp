#include "bpftracec/bpf/block_layout.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include <llvm/ADT/PostOrderIterator.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/CodeGen/MachineFunctionPass.h>
#include <llvm/IR/CFG.h>
#include <llvm/IR/Dominators.h>
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

using Blocks = std::vector<llvm::BasicBlock*>;

// How many branches there are on the way of fewest from each block to the end of its loop or of the
// program. In post-order, what a block leads to stands before it, but for the ways back of
// loops.
std::map<const llvm::BasicBlock*, size_t> branches_ahead(const Blocks& post_order) {
  std::map<const llvm::BasicBlock*, size_t> ahead;
  for (const llvm::BasicBlock* block : post_order) {
    std::optional<size_t> fewest;
    for (const llvm::BasicBlock* to : llvm::successors(block)) {
      if (is_unlikely(*block, *to)) continue;
      auto found = ahead.find(to);
      size_t there = found == ahead.end() ? 0 : found->second;
      fewest = std::min(fewest.value_or(there), there);
    }
    bool is_branch = llvm::succ_size(block) > 1;
    ahead[block] = fewest.value_or(0) + (is_branch ? 1 : 0);
  }
  return ahead;
}

// The verifier follows the way that goes straight on, turn by turn, to the end of a loop, puts off
// every branch on it, and gives up when 8192 wait. What it then comes back to soon meets a state
// that it has seen. So the way out of a loop, or else the one with fewer branches, goes straight
// on, and the other one is taken out of line.
class DetoursInLoops {
 public:
  DetoursInLoops(llvm::Function& function, const Blocks& post_order)
      : dominators_(function), loops_(dominators_), ahead_(branches_ahead(post_order)) {}

  bool is_detour(const llvm::BasicBlock& from, const llvm::BasicBlock& to) const {
    const llvm::Loop* loop = loops_.getLoopFor(&from);
    if (loop == nullptr) return false;
    auto cost = [&](const llvm::BasicBlock* block) {
      return std::pair(loop->contains(block), ahead_.at(block));
    };
    return llvm::any_of(llvm::successors(&from), [&](const llvm::BasicBlock* other) {
      return other != &to && cost(other) < cost(&to);
    });
  }

 private:
  llvm::DominatorTree dominators_;
  llvm::LoopInfo loops_;
  std::map<const llvm::BasicBlock*, size_t> ahead_;
};

// In reverse post-order a block comes after all that lead to it, but for the ways back of loops.
// That stays true within each of the two groups, which is all that matters: a block only runs on
// into the next one.
void order_blocks(llvm::Function& function) {
  const Blocks post_order(llvm::po_begin(&function), llvm::po_end(&function));
  const DetoursInLoops detours(function, post_order);
  Blocks straight;
  Blocks aside;
  std::set<const llvm::BasicBlock*> seen;
  std::set<const llvm::BasicBlock*> is_off;
  for (llvm::BasicBlock* block : llvm::reverse(post_order)) {
    bool is_aside = block != &function.getEntryBlock();
    for (const llvm::BasicBlock* from : llvm::predecessors(block)) {
      bool comes_later = !seen.contains(from);
      is_aside = is_aside && (comes_later || is_off.contains(from) || is_unlikely(*from, *block) ||
                              detours.is_detour(*from, *block));
    }
    seen.insert(block);
    if (is_aside) is_off.insert(block);
    (is_aside ? aside : straight).push_back(block);
  }
  llvm::BasicBlock* last = nullptr;
  for (const auto* group : {&straight, &aside}) {
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
