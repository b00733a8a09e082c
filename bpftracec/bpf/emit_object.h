// LLVM's part: verify, optimise, emit.
#pragma once

#include <memory>
#include <string>

#include <llvm/IR/Module.h>
#include <llvm/Target/TargetMachine.h>

#include "bpftracec/base/result.h"
#include "bpftracec/bpf/line_texts.h"

namespace bpftracec::bpf {

base::Result<std::unique_ptr<llvm::TargetMachine>> make_target_machine();

// Also gives the module its data layout.
void set_target(llvm::Module& module, llvm::TargetMachine& machine);

void optimize(llvm::Module& module, llvm::TargetMachine& machine);

enum class Output : uint8_t { Assembly, Object };

// The object names the lines of `source`. What LLVM complains of (a stack that is too large, ...)
// is in the error.
base::Result<std::string> emit(llvm::Module& module, llvm::TargetMachine& machine, Output output,
                               const SourceText& source);

std::string print_module(const llvm::Module& module);

}  // namespace bpftracec::bpf
