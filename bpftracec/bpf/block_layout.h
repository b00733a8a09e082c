// The order of a program's instructions. LLVM would lay blocks out so that a loop's body runs on
// into its head; the verifier of kernels before 6.9 (seen on 5.10 and 6.1) takes an instruction
// that is no jump and leads back for an endless loop
// ("back-edge from insn ..."). So the order is ours: every loop's head stands before its body, and
// the way back is a jump.
#pragma once

#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/OptBisect.h>
#include <llvm/Pass.h>

namespace bpftracec::bpf {

// Sorts the blocks of all functions; those that are unlikely to run come last.
void order_blocks(llvm::Module& module);

// Keeps the code generator from changing the order: for LLVMContext::setOptPassGate().
class KeepBlockOrder : public llvm::OptPassGate {
 public:
  bool isEnabled() const override { return true; }
  bool shouldRunPass(llvm::StringRef pass, llvm::StringRef where) override;
};

// The last pass before emission: drops jumps to the next instruction, which one of the passes above
// would have done.
llvm::FunctionPass* make_remove_empty_jumps();

}  // namespace bpftracec::bpf
