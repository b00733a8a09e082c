#include "bpftracec/bpf/lower.h"

#include <algorithm>

#include "bpftracec/bpf/first_use.h"
#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/loop_form.h"
#include "bpftracec/bpf/lower_expression.h"
#include "bpftracec/bpf/lower_statement.h"
#include "bpftracec/bpf/subprogram.h"
#include "bpftracec/rt/event_abi.h"

namespace bpftracec::bpf {
namespace {

// The kernel's limits for one value of a per-CPU map (PCPU_MIN_UNIT_SIZE) and of any map
// (KMALLOC_MAX_SIZE).
constexpr uint32_t kMaxPerCpuBytes = 32 * 1024;
constexpr uint32_t kMaxScratchBytes = 4 * 1024 * 1024 - 64;

// A program whose event the kernel cannot bind to a process looks for itself; without -p the
// verifier removes this.
void check_target_pid(FunctionContext& f) {
  auto* check = f.new_block("check_pid");
  auto* skip = f.new_block("other_process");
  auto* proceed = f.new_block("this_process");
  llvm::Value* target = f.load_late(sema::LateConstant::Kind::TargetPid);
  f.ir.CreateCondBr(f.is_nonzero(target), check, proceed);
  f.start(check);
  f.ir.CreateCondBr(f.ir.CreateICmpEQ(process_id(f), target), proceed, skip);
  f.start(skip);
  f.leave();
  f.start(proceed);
}

void check_predicate(FunctionContext& f, const sema::Expr& predicate) {
  FunctionContext::TemporaryScope temporaries(f);
  FunctionContext::Location location(f, predicate.range);
  auto* skip = f.new_block("predicate_false");
  auto* proceed = f.new_block("predicate_true");
  llvm::Value* condition = lower_expression(f, predicate);
  f.ir.CreateCondBr(f.is_nonzero(condition), proceed, skip);
  f.start(skip);
  f.leave();
  f.start(proceed);
}

// Only `a ?: b` makes it do so.
bool predicate_uses_variables(const sema::ProbeProgram& program) {
  if (program.predicate == nullptr) return false;
  for (sema::VariableId id = 0; id < program.variables.size(); ++id) {
    if (mentions(*program.predicate, id)) return true;
  }
  return false;
}

void lower_program(ModuleContext& module, const sema::ProbeProgram& program, const LoopForms& forms,
                   Subprograms& subprograms, const std::string& symbol) {
  FunctionContext f(module, program, forms, subprograms, symbol);
  f.begin_region();
  if (program.filters_by_target_pid) check_target_pid(f);
  bool is_early = predicate_uses_variables(program);
  if (is_early) f.add_variables();
  if (program.predicate != nullptr) check_predicate(f, *program.predicate);
  f.begin_region();
  if (!is_early) f.add_variables();
  lower_block(f, program.body);
  f.leave();
  f.finish();
}

// A kernel that does not know references to callbacks refuses them even where no instruction gets
// to them, so such a program is there twice, and the tool takes the one that its kernel knows.
void lower_program(ModuleContext& module, const sema::ProbeProgram& program) {
  const LoopForms forms(program, program.predicate.get(), LoopHelpers::All);
  Subprograms subprograms(module.program(), LoopHelpers::All);
  lower_program(module, program, forms, subprograms, program.symbol);
  if (!forms.uses_loop_helper() && !subprograms.uses_loop_helper(program.calls)) return;
  Subprograms plain_subprograms(module.program(), LoopHelpers::NoLoop);
  lower_program(module, program, LoopForms(program, program.predicate.get(), LoopHelpers::NoLoop),
                plain_subprograms, program.symbol + rt::kPlainProgramSuffix);
}

}  // namespace

namespace {

bool knows_cpus(const sema::Program& program) {
  return std::ranges::any_of(program.late_constants, [](const sema::LateConstant& constant) {
    return constant.kind == sema::LateConstant::Kind::PossibleCpus;
  });
}

base::Error too_large(const sema::ProbeProgram& probe, uint32_t size, uint32_t limit) {
  return base::Error{"the probe " + probe.attach_point.name + " needs " + std::to_string(size) +
                     " bytes for its texts, and the kernel allows " + std::to_string(limit) +
                     "; make max_strlen smaller"};
}

}  // namespace

base::Result<std::unique_ptr<llvm::Module>> lower(const sema::Program& program,
                                                  const CompileOptions& options,
                                                  const StackBudget& budget,
                                                  llvm::LLVMContext& context) {
  auto module = std::make_unique<llvm::Module>(program.script_name, context);
  module->setSourceFileName(program.script_name);
  ModuleContext module_context(program, options, budget, *module);
  const uint32_t limit = budget.has_large_scratch ? kMaxScratchBytes : kMaxPerCpuBytes;
  for (const sema::ProbeProgram& probe : program.programs) {
    lower_program(module_context, probe);
    if (module_context.scratch_size() <= limit) continue;
    if (budget.has_large_scratch || !knows_cpus(program)) {
      return too_large(probe, module_context.scratch_size(), limit);
    }
    StackBudget larger = budget;
    larger.has_large_scratch = true;
    return lower(program, options, larger, context);
  }
  module_context.finish();
  return module;
}

}  // namespace bpftracec::bpf
