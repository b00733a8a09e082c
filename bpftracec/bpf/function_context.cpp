#include "bpftracec/bpf/function_context.h"

#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/MDBuilder.h>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/bpf/failures.h"
#include "bpftracec/bpf/first_use.h"
#include "bpftracec/bpf/helpers.h"
#include "bpftracec/bpf/memory.h"

namespace bpftracec::bpf {
namespace {

const char* section_of(sema::ProgramKind kind) {
  switch (kind) {
    case sema::ProgramKind::RawTracepoint:
      return "raw_tp";
    case sema::ProgramKind::Tracepoint:
      return "tracepoint";
    case sema::ProgramKind::Uprobe:
      return "uprobe";
    case sema::ProgramKind::Uretprobe:
      return "uretprobe";
    case sema::ProgramKind::PerfEvent:
      return "perf_event";
  }
  base::internal_error("an unknown kind of program");
}

}  // namespace

FunctionContext::FunctionContext(ModuleContext& module_context, const sema::ProbeProgram& program)
    : module(module_context), probe(program), ir(module_context.context()) {
  auto* type = llvm::FunctionType::get(ir.getInt32Ty(), {ir.getPtrTy()}, false);
  function_ = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, probe.symbol,
                                     module.module());
  function_->setSection(section_of(probe.kind));
  function_->setDoesNotThrow();
  function_->setDSOLocal(true);
  function_->getArg(0)->setName("ctx");
  subprogram_ = module.debug().describe(*function_, probe.attach_point.range);
  entry_ = new_block("entry");
  start(entry_);
  ir.SetCurrentDebugLocation(module.debug().location(probe.attach_point.range, subprogram_));
}

// ---- control flow ----

void FunctionContext::leave(llvm::Value* result) {
  if (result == nullptr) result = ir.getInt32(static_cast<uint32_t>(probe.default_return));
  if (loop_failures != nullptr) {
    loop_failures->leave(result);
  } else {
    ir.CreateRet(result);
  }
  start(new_block("unreachable"));
}

llvm::BasicBlock* FunctionContext::new_block(const char* name) {
  return llvm::BasicBlock::Create(module.context(), name, function_);
}

void FunctionContext::go_to_and_start(llvm::BasicBlock* block) {
  go_to(block);
  start(block);
}

void FunctionContext::branch_if_unlikely(llvm::Value* condition, llvm::BasicBlock* unlikely,
                                         llvm::BasicBlock* likely) {
  ir.CreateCondBr(condition, unlikely, likely,
                  llvm::MDBuilder(module.context()).createUnlikelyBranchWeights());
}

llvm::BasicBlock* FunctionContext::give_up() {
  if (give_up_ == nullptr) {
    llvm::IRBuilderBase::InsertPointGuard guard(ir);
    give_up_ = new_block("give_up");
    start(give_up_);
    ir.CreateRet(ir.getInt32(static_cast<uint32_t>(probe.default_return)));
  }
  return give_up_;
}

void FunctionContext::begin_region() {
  close_region();
  region_entry_ = new_block("region");
  region_body_ = new_block("region_body");
  go_to(region_entry_);
  start(region_body_);
}

void FunctionContext::close_region() {
  if (region_entry_ == nullptr || region_entry_->getTerminator() != nullptr) return;
  llvm::IRBuilder<>(region_entry_).CreateBr(region_body_);
}

void FunctionContext::finish() {
  close_region();
  for (llvm::BasicBlock& block : *function_) {
    if (block.getTerminator() == nullptr) llvm::IRBuilder<>(&block).CreateUnreachable();
  }
}

// ---- memory ----

llvm::AllocaInst* FunctionContext::add_alloca(llvm::Type* type) {
  llvm::IRBuilder<> first(entry_, entry_->begin());
  llvm::AllocaInst* memory = first.CreateAlloca(type);
  memory->setAlignment(llvm::Align(8));
  return memory;
}

llvm::Value* FunctionContext::stack_slot(uint32_t size) {
  Slot* best = nullptr;
  for (Slot& slot : slots_) {
    if (!slot.is_used && slot.size >= size && (best == nullptr || slot.size < best->size))
      best = &slot;
  }
  const StackBudget& budget = module.budget();
  bool fits = size <= budget.object && stack_used_ + size <= budget.total;
  // A much larger free slot is worth keeping for something large while there is room for another.
  if (best != nullptr && fits && best->size > 2 * size) best = nullptr;
  if (best == nullptr) {
    if (!fits) return nullptr;
    slots_.push_back({add_alloca(llvm::ArrayType::get(i64_type(), size / 8)), size, false});
    best = &slots_.back();
    stack_used_ += size;
  }
  best->is_used = true;
  used_slots_.push_back(static_cast<size_t>(best - slots_.data()));
  return best->memory;
}

llvm::Value* FunctionContext::temporary(uint32_t size) {
  size = round_up_to_words(size);
  llvm::Value* slot = stack_slot(size);
  return slot != nullptr ? slot : scratch_temporary(size);
}

llvm::Value* FunctionContext::scratch_temporary(uint32_t size) {
  llvm::Value* base = scratch_base();
  llvm::Value* result = at(base, scratch_top_);
  scratch_top_ += round_up_to_words(size);
  module.need_scratch_bytes(scratch_top_);
  return result;
}

void FunctionContext::release(size_t first_slot, uint32_t scratch_top) {
  for (size_t i = first_slot; i < used_slots_.size(); ++i) slots_[used_slots_[i]].is_used = false;
  used_slots_.resize(first_slot);
  scratch_top_ = scratch_top;
}

llvm::Value* FunctionContext::scratch_base() {
  if (scratch_base_ != nullptr) return scratch_base_;
  llvm::IRBuilderBase::InsertPointGuard guard(ir);
  llvm::BasicBlock* no_scratch = give_up();
  start(region_entry_);
  llvm::Value* key = add_alloca(ir.getInt32Ty());
  store(constant(module.add_scratch_region()), key, 4);
  scratch_base_ = map_lookup_elem(*this, module.scratch(), key);
  scratch_base_->setName("scratch");
  branch_if_unlikely(ir.CreateIsNull(scratch_base_), no_scratch, region_body_);
  return scratch_base_;
}

void FunctionContext::add_variables() {
  for (size_t id = 0; id < probe.variables.size(); ++id) {
    const sema::Type& type = probe.variables[id].type;
    llvm::Value* memory = nullptr;
    if (sema::is_in_memory(type)) {
      // One byte more than the size: reading a text that does not fit puts a NUL there.
      memory = temporary(type.size + 1);
      auto variable = static_cast<sema::VariableId>(id);
      bool is_in_predicate = probe.predicate != nullptr && mentions(*probe.predicate, variable);
      if (is_in_predicate || !is_assigned_before_use(probe.body, variable)) {
        zero_memory(*this, memory, round_up_to_words(type.size));
      }
    } else {
      memory = module.budget().keeps_variables_off ? scratch_temporary(8) : add_alloca(i64_type());
      store(constant(0), memory);
    }
    variables_.push_back(memory);
  }
}

// ---- small pieces ----

llvm::Value* FunctionContext::at(llvm::Value* address, uint64_t offset) {
  return offset == 0 ? address : at(address, constant(offset));
}

llvm::Value* FunctionContext::at(llvm::Value* address, llvm::Value* offset) {
  return ir.CreateGEP(ir.getInt8Ty(), address, offset);
}

llvm::Value* FunctionContext::load(llvm::Value* address, uint32_t size, uint32_t alignment) {
  llvm::Value* value = ir.CreateAlignedLoad(ir.getIntNTy(size * 8), address,
                                            llvm::Align(std::min(size, alignment)));
  return ir.CreateZExt(value, i64_type());
}

void FunctionContext::store(llvm::Value* value, llvm::Value* address, uint32_t size,
                            uint32_t alignment) {
  ir.CreateAlignedStore(ir.CreateTrunc(value, ir.getIntNTy(size * 8)), address,
                        llvm::Align(std::min(size, alignment)));
}

// Volatile, for the initial value in the object means nothing: the tool writes another one before
// load.
llvm::Value* FunctionContext::load_late(sema::LateConstantId id) {
  const sema::LateConstant& constant = program().late_constants[id];
  llvm::Value* value = ir.CreateLoad(ir.getIntNTy(constant.size * 8), module.late_constant(id),
                                     /*isVolatile=*/true, constant.symbol);
  return ir.CreateZExt(value, i64_type());
}

llvm::Value* FunctionContext::load_late(sema::LateConstant::Kind kind) {
  return load_late(module.late_constant_of_kind(kind));
}

llvm::Value* FunctionContext::nonzero_bit(llvm::Value* value) {
  // Opaque, for LLVM would see through this and make a comparison and a branch of it.
  return ir.CreateLShr(opaque(ir.CreateNeg(value)), constant(63));
}

llvm::Value* FunctionContext::opaque(llvm::Value* value) {
  auto* type = llvm::FunctionType::get(value->getType(), {value->getType()}, false);
  auto* nothing = llvm::InlineAsm::get(type, "", "=r,0", /*hasSideEffects=*/true);
  return ir.CreateCall(type, nothing, {value});
}

// Kernels before 5.11 forget what they know of a number when it is copied or spilled, so the check
// has to stand right before the use and on the same register; this is what opaque() is good for
// here.
llvm::Value* FunctionContext::bounded(llvm::Value* value, uint64_t max) {
  value = opaque(value);
  llvm::BasicBlock* in_range = new_block("in_range");
  branch_if_unlikely(ir.CreateICmpUGT(value, constant(max)), give_up(), in_range);
  start(in_range);
  return value;
}

}  // namespace bpftracec::bpf
