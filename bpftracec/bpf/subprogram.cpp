#include "bpftracec/bpf/subprogram.h"

#include <algorithm>

#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/lower_statement.h"
#include "bpftracec/bpf/memory.h"
#include "bpftracec/bpf/slot.h"

namespace bpftracec::bpf {
namespace {

// The parameters are variables like others.
void load_parameters(FunctionContext& f, const sema::FunctionProgram& function) {
  const std::vector<sema::TupleMember>& members = *function.arguments.members;
  for (sema::VariableId id = 0; id < members.size(); ++id) {
    llvm::Value* from = f.at(f.arguments(), members[id].offset);
    if (sema::is_in_memory(members[id].type)) {
      copy_memory(f, f.variable(id), from, members[id].size);
    } else {
      f.store(f.load(from), f.variable(id));
    }
  }
}

}  // namespace

uint32_t Subprograms::depth(const std::vector<sema::FunctionId>& calls) {
  uint32_t deepest = 0;
  for (const sema::FunctionId id : calls) {
    deepest = std::max(deepest, 1 + forms(id).depth() + depth(program_.functions[id].calls));
  }
  return deepest;
}

bool Subprograms::uses_loop_helper(const std::vector<sema::FunctionId>& calls) {
  return std::ranges::any_of(calls, [this](sema::FunctionId id) {
    return forms(id).uses_loop_helper() || uses_loop_helper(program_.functions[id].calls);
  });
}

const LoopForms& Subprograms::forms(sema::FunctionId id) {
  return forms_.try_emplace(id, program_.functions[id], nullptr, helpers_).first->second;
}

const Subprograms::Subprogram& Subprograms::get(FunctionContext& caller, sema::FunctionId id) {
  if (const auto found = subprograms_.find(id); found != subprograms_.end()) return found->second;
  const sema::FunctionProgram& function = program_.functions[id];
  FunctionContext f(caller, function, forms(id));
  f.add_variables();
  load_parameters(f, function);
  lower_block(f, function.body);
  f.leave(f.ir.getInt32(FunctionContext::kReturned));
  f.finish();
  return subprograms_.emplace(id, Subprogram{f.function(), f.scratch_peak(), f.may_leave_program()})
      .first->second;
}

llvm::Value* lower_call(FunctionContext& f, const sema::Call& call, const sema::Type& type) {
  const Subprograms::Subprogram& subprogram = f.subprograms.get(f, call.function);
  const bool has_value = type.kind != sema::TypeKind::None;
  llvm::Value* result = has_value ? temporary_slot(f, type) : nullptr;
  llvm::Value* status = nullptr;
  {
    FunctionContext::TemporaryScope temporaries(f);
    llvm::Value* arguments = call.arguments != nullptr ? slot_in_memory(f, *call.arguments)
                                                       : f.null();
    llvm::Value* scratch = subprogram.scratch_size != 0
                               ? f.scratch_temporary(subprogram.scratch_size)
                               : f.null();
    status = f.ir.CreateCall(subprogram.function,
                             {f.context(), scratch, arguments, has_value ? result : f.null()});
  }
  if (subprogram.may_leave_program) {
    auto* left = f.new_block("left_in_function");
    auto* returned = f.new_block("returned");
    f.branch_if_unlikely(f.is_nonzero(status), left, returned);
    f.start(left);
    f.leave();
    f.start(returned);
  }
  return result;
}

}  // namespace bpftracec::bpf
