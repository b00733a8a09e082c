#include "bpftracec/bpf/compile.h"

#include <llvm/IR/DiagnosticHandler.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/bpf/block_layout.h"
#include "bpftracec/bpf/emit_object.h"
#include "bpftracec/bpf/lower.h"

namespace bpftracec::bpf {
namespace {

// Keeps what LLVM's code generator complains of, which would otherwise end the process.
class Complaints : public llvm::DiagnosticHandler {
 public:
  explicit Complaints(std::string& text) : text_(text) {}

  bool handleDiagnostics(const llvm::DiagnosticInfo& info) override {
    if (info.getSeverity() != llvm::DS_Error) return true;
    llvm::raw_string_ostream stream(text_);
    llvm::DiagnosticPrinterRawOStream printer(stream);
    info.print(printer);
    return true;
  }

 private:
  std::string& text_;
};

void verify(const llvm::Module& module, const char* when) {
  std::string what;
  llvm::raw_string_ostream stream(what);
  if (llvm::verifyModule(module, &stream)) {
    base::internal_error(std::string("invalid IR ") + when + ": " + what);
  }
}

enum class Stage : uint8_t { Lowered, Optimized, Assembly, Object };

// LLVM spills what does not fit into registers to the stack, beside our own objects, and the kernel
// allows 512 bytes for both. A program with more live values than that is lowered again with its
// variables in scratch memory.
constexpr StackBudget kBudgets[] = {
    {.total = 256, .object = 128, .keeps_variables_off = false},
    {.total = 64, .object = 32, .keeps_variables_off = true},
};

base::Result<std::string> compile_once(const sema::Program& program, const CompileOptions& options,
                                       const StackBudget& budget, Stage stage,
                                       std::string& complaints) {
  KeepBlockOrder keep_block_order;
  llvm::LLVMContext context;
  context.setOptPassGate(keep_block_order);
  context.setDiagnosticHandler(std::make_unique<Complaints>(complaints));
  auto machine = make_target_machine();
  if (!machine) return std::move(machine).error();
  auto lowered = lower(program, options, budget, context);
  if (!lowered) return std::move(lowered).error();
  llvm::Module& module = **lowered;
  set_target(module, **machine);
  verify(module, "before optimisation");
  if (stage == Stage::Lowered) return print_module(module);
  optimize(module, **machine);
  verify(module, "after optimisation");
  if (stage == Stage::Optimized) return print_module(module);
  return emit(module, **machine, stage == Stage::Object ? Output::Object : Output::Assembly,
              {program.script_name, program.source});
}

base::Result<std::string> compile(const sema::Program& program, const CompileOptions& options,
                                  Stage stage) {
  std::string complaints;
  for (const StackBudget& budget : kBudgets) {
    complaints.clear();
    base::Result<std::string> result = compile_once(program, options, budget, stage, complaints);
    if (!result || complaints.empty()) return result;
  }
  return base::Error{"LLVM cannot compile this for BPF: " + complaints};
}

}  // namespace

base::Result<std::string> compile_to_ir(const sema::Program& program, bool optimized,
                                        const CompileOptions& options) {
  return compile(program, options, optimized ? Stage::Optimized : Stage::Lowered);
}

base::Result<std::string> compile_to_assembly(const sema::Program& program,
                                              const CompileOptions& options) {
  return compile(program, options, Stage::Assembly);
}

base::Result<std::string> compile_to_object(const sema::Program& program,
                                            const CompileOptions& options) {
  return compile(program, options, Stage::Object);
}

}  // namespace bpftracec::bpf
