// The typed program as one LLVM module, not yet optimised.
#pragma once

#include <memory>

#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include "bpftracec/base/result.h"
#include "bpftracec/bpf/module_context.h"

namespace bpftracec::bpf {

base::Result<std::unique_ptr<llvm::Module>> lower(const sema::Program& program,
                                                  const CompileOptions& options,
                                                  const StackBudget& budget,
                                                  llvm::LLVMContext& context);

}  // namespace bpftracec::bpf
