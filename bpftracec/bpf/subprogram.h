// The script's functions. Each program has its own copies of those that it calls, as the kernel has
// them anyway: libbpf puts a copy into each program. So a function knows where it runs.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include <llvm/IR/Function.h>
#include <llvm/IR/Value.h>

#include "bpftracec/bpf/loop_form.h"
#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

class FunctionContext;

// Those that one program calls, lowered when they are first called.
class Subprograms {
 public:
  Subprograms(const sema::Program& program, LoopHelpers helpers)
      : program_(program), helpers_(helpers) {}

  // How many functions, and callbacks in them, may run one inside of the other below these calls.
  uint32_t depth(const std::vector<sema::FunctionId>& calls);
  // Whether any of these functions, or one that they call, would be another one without bpf_loop().
  bool uses_loop_helper(const std::vector<sema::FunctionId>& calls);

  // Takes the context, scratch memory, the tuple of the arguments, and where its value goes.
  struct Subprogram {
    llvm::Function* function;
    uint32_t scratch_size;
    bool may_leave_program;
  };
  const Subprogram& get(FunctionContext& caller, sema::FunctionId id);

 private:
  const LoopForms& forms(sema::FunctionId id);

  const sema::Program& program_;
  LoopHelpers helpers_;
  std::map<sema::FunctionId, LoopForms> forms_;
  std::map<sema::FunctionId, Subprogram> subprograms_;
};

// Where the value is, a slot; null if there is none.
llvm::Value* lower_call(FunctionContext& f, const sema::Call& call, const sema::Type& type);

}  // namespace bpftracec::bpf
