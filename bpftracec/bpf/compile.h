// The typed program becomes a BPF ELF object, or one of the texts on the way there. `program` must
// have passed sema without errors. No header of LLVM is seen from here: they triple the time that a
// file takes to compile.
#pragma once

#include <cstdint>
#include <string>

#include "bpftracec/base/result.h"
#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

// The machine whose registers arg0..argN and retval are read from; BPF itself is the same on all.
enum class Architecture : uint8_t { X86_64, Aarch64 };

struct CompileOptions {
  Architecture architecture = Architecture::X86_64;
};

// LLVM IR: as lowered, or after the optimisation passes.
base::Result<std::string> compile_to_ir(const sema::Program& program, bool optimized,
                                        const CompileOptions& options = {});

// The assembler text of what compile_to_object() makes.
base::Result<std::string> compile_to_assembly(const sema::Program& program,
                                              const CompileOptions& options = {});

// An ELF object for libbpf; docs/design/bpf-object.md says what it holds.
base::Result<std::string> compile_to_object(const sema::Program& program,
                                            const CompileOptions& options = {});

}  // namespace bpftracec::bpf
