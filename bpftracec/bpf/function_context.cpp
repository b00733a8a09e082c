#include "bpftracec/bpf/function_context.h"

#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/MDBuilder.h>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/bpf/failures.h"
#include "bpftracec/bpf/first_use.h"
#include "bpftracec/bpf/helpers.h"
#include "bpftracec/bpf/memory.h"
#include "bpftracec/bpf/subprogram.h"

namespace bpftracec::bpf {
namespace {

const char* section_of(sema::ProgramKind kind) {
  switch (kind) {
    case sema::ProgramKind::RawTracepoint:
      return "raw_tp";
    case sema::ProgramKind::Tracepoint:
      return "tracepoint";
    case sema::ProgramKind::Kprobe:
      return "kprobe";
    case sema::ProgramKind::Kretprobe:
      return "kretprobe";
    case sema::ProgramKind::Fentry:
      return "fentry";
    case sema::ProgramKind::Fexit:
      return "fexit";
    case sema::ProgramKind::Uprobe:
      return "uprobe";
    case sema::ProgramKind::Uretprobe:
      return "uretprobe";
    case sema::ProgramKind::PerfEvent:
      return "perf_event";
  }
  base::internal_error("an unknown kind of program");
}

// The frame that callbacks get.
constexpr uint64_t kFrameContext = 0;
constexpr uint64_t kFrameScratch = 8;
constexpr uint64_t kFrameResult = 16;  // in a function
constexpr uint64_t kFrameWords = 3;

// The parameters of a function of the script.
constexpr unsigned kFunctionContext = 0;  // as of a program
constexpr unsigned kFunctionScratch = 1;
constexpr unsigned kFunctionArguments = 2;
constexpr unsigned kFunctionResult = 3;

// How many runs of one program may be under way on a CPU at once, each with its own memory.
constexpr uint32_t kNesting = 4;
constexpr uint32_t kLargeNesting = 2;
constexpr uint32_t kClaimBytes = 8;

// Whether a second event may come on the same CPU while the first is being handled: uprobes can be
// preempted (Linux 6.0), and raw tracepoints be interrupted by the same one (before 6.2). The
// kernel itself keeps all others apart (bpf_prog_active).
bool can_meet_itself(const sema::ProbeProgram& program) {
  switch (program.kind) {
    case sema::ProgramKind::Fentry:  // before Linux 5.12
    case sema::ProgramKind::Fexit:
    case sema::ProgramKind::Uprobe:
    case sema::ProgramKind::Uretprobe:
      return true;
    case sema::ProgramKind::RawTracepoint:
      return program.attach_point.kind != sema::ProbeKind::Begin &&
             program.attach_point.kind != sema::ProbeKind::End &&
             program.attach_point.kind != sema::ProbeKind::Self;
    case sema::ProgramKind::Kprobe:
    case sema::ProgramKind::Kretprobe:
    case sema::ProgramKind::Tracepoint:
    case sema::ProgramKind::PerfEvent:
      return false;
  }
  base::internal_error("an unknown kind of program");
}

// The 512 bytes of the stack are for all functions that run one inside of the other.
StackBudget stack_share(StackBudget whole, uint32_t depth) {
  whole.total = whole.total / (depth + 1) / 8 * 8;
  whole.object = std::min(whole.object, whole.total);
  return whole;
}

}  // namespace

FunctionContext::FunctionContext(ModuleContext& module_context, const sema::ProbeProgram& program,
                                 const LoopForms& loop_forms, Subprograms& functions,
                                 const std::string& symbol)
    : module(module_context),
      probe(program),
      code(program),
      forms(loop_forms),
      subprograms(functions),
      ir(module_context.context()),
      body_(program.body),
      budget_(stack_share(module.budget(), forms.depth() + functions.depth(program.calls))) {
  add_function(llvm::FunctionType::get(ir.getInt32Ty(), {ir.getPtrTy()}, false), symbol);
  function_->setSection(section_of(probe.kind));
  function_->getArg(0)->setName("ctx");
  subprogram_ = module.debug().describe_program(*function_, probe.attach_point.range);
  ir.SetCurrentDebugLocation(module.debug().location(probe.attach_point.range, subprogram_));
}

FunctionContext::FunctionContext(FunctionContext& outer, const sema::Block& body, CallbackKind kind)
    : module(outer.module),
      probe(outer.probe),
      code(outer.code),
      forms(outer.forms),
      subprograms(outer.subprograms),
      ir(module.context()),
      outer_(&outer),
      script_function_(outer.script_function_),
      body_(body),
      budget_(outer.budget_),
      scratch_top_(outer.scratch_top_),
      variables_(outer.variables_),
      leaving_(outer.leaving_) {
  std::string symbol = probe.symbol + "_turn_" + std::to_string(module.next_callback());
  std::vector<llvm::Type*> parameters = {i64_type(), pointer_type()};
  if (kind == CallbackKind::Element) parameters = {4, pointer_type()};
  add_function(llvm::FunctionType::get(i64_type(), parameters, false), symbol);
  // A static function to libbpf and the kernel, with a symbol, which strip leaves alone.
  function_->setVisibility(llvm::GlobalValue::HiddenVisibility);
  subprogram_ = module.debug().describe_callback(*function_, probe.attach_point.range, kind);
  ir.SetCurrentDebugLocation(module.debug().location(probe.attach_point.range, subprogram_));
  frame_ = function_->getArg(function_->arg_size() - 1);
  scratch_base_ = ir.CreateLoad(pointer_type(), at(frame_, kFrameScratch), "scratch");
  loops.push_back({new_block("next_turn"), new_block("no_more_turns")});
}

FunctionContext::FunctionContext(FunctionContext& caller, const sema::FunctionProgram& function,
                                 const LoopForms& loop_forms)
    : module(caller.module),
      probe(caller.probe),
      code(function),
      forms(loop_forms),
      subprograms(caller.subprograms),
      ir(module.context()),
      script_function_(&function),
      body_(function.body),
      budget_(caller.budget_) {
  const std::string symbol = probe.symbol + "_" + function.symbol + "_" +
                             std::to_string(module.next_callback());
  const std::vector<llvm::Type*> parameters(4, pointer_type());
  add_function(llvm::FunctionType::get(i64_type(), parameters, false), symbol);
  function_->setVisibility(llvm::GlobalValue::HiddenVisibility);
  function_->addFnAttr(llvm::Attribute::NoInline);
  subprogram_ = module.debug().describe_function(*function_, function.range);
  ir.SetCurrentDebugLocation(module.debug().location(function.range, subprogram_));
  scratch_base_ = function_->getArg(kFunctionScratch);
}

void FunctionContext::add_function(llvm::FunctionType* type, const std::string& symbol) {
  function_ = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, symbol,
                                     module.module());
  function_->setDoesNotThrow();
  function_->setDSOLocal(true);
  entry_ = new_block("entry");
  start(entry_);
}

// ---- control flow ----

void FunctionContext::leave(llvm::Value* result) {
  if (result == nullptr) result = default_result();
  if (loop_failures != nullptr) {
    loop_failures->leave(result);
  } else if (is_callback()) {
    ask_to_leave(result);
  } else {
    return_from_program(result);
  }
  start(new_block("unreachable"));
}

llvm::Value* FunctionContext::default_result() {
  if (script_function_ == nullptr) {
    return ir.getInt32(static_cast<uint32_t>(probe.default_return));
  }
  may_leave_program_ = true;
  return ir.getInt32(kLeftProgram);
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
    llvm::Value* result = default_result();
    if (is_callback()) {
      ask_to_leave(result);
    } else {
      return_from_program(result);
    }
  }
  return give_up_;
}

// A program that can meet itself gives its scratch memory back when it ends, however it does so.
void FunctionContext::return_from_program(llvm::Value* result) {
  if (script_function_ != nullptr) {
    ir.CreateRet(ir.CreateZExt(result, i64_type()));
  } else if (can_meet_itself(probe)) {
    exits_.push_back({ir.GetInsertBlock(), result, regions_});
  } else {
    ir.CreateRet(result);
  }
}

void FunctionContext::finish_exits() {
  for (const Exit& exit : exits_) {
    start(exit.block);
    if (claim_ != nullptr && exit.region >= claim_region_) add_atomically(claim_, -1);
    ir.CreateRet(exit.result);
  }
}

void FunctionContext::begin_region() {
  close_region();
  ++regions_;
  give_up_ = nullptr;  // it may have to give memory back from now on
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
  if (is_callback()) {
    go_to(loops.front().on_continue);
    start(loops.front().on_continue);
    ir.CreateRet(constant(0));
    start(loops.front().on_break);
    ir.CreateRet(constant(1));
  }
  close_region();
  finish_exits();
  for (llvm::BasicBlock& block : *function_) {
    if (block.getTerminator() == nullptr) llvm::IRBuilder<>(&block).CreateUnreachable();
  }
}

// ---- callbacks ----

// Pointers on the stack stay what they are to the verifier when a callback reads them. Numbers do
// not stay unknown: before Linux 6.7 (and the fixes of 6.6) it takes what one turn leaves on the
// stack for what all of them leave, and removes code by that. So what changes in turns lies in
// scratch memory, of which it knows nothing.
void FunctionContext::prepare_callbacks() {
  llvm::Value* scratch = scratch_base();
  frame_ = add_alloca(llvm::ArrayType::get(pointer_type(), kFrameWords));
  ir.CreateStore(context(), at(frame_, kFrameContext));
  ir.CreateStore(scratch, at(frame_, kFrameScratch));
  if (script_function_ != nullptr) ir.CreateStore(result(), at(frame_, kFrameResult));
  leaving_ = reserve_scratch(16);
  store(constant(0), shared(leaving_));
}

llvm::Value* FunctionContext::context() {
  if (!is_callback()) return function_->getArg(kFunctionContext);
  return ir.CreateLoad(pointer_type(), at(frame_, kFrameContext), "ctx");
}

llvm::Value* FunctionContext::arguments() { return function_->getArg(kFunctionArguments); }

llvm::Value* FunctionContext::result() {
  if (!is_callback()) return function_->getArg(kFunctionResult);
  return ir.CreateLoad(pointer_type(), at(frame_, kFrameResult), "result");
}

uint32_t FunctionContext::shared_word() { return reserve_scratch(8); }

void FunctionContext::ask_to_leave(llvm::Value* result) {
  may_ask_to_leave_ = true;
  store(constant(1), shared(leaving_));
  store(ir.CreateZExt(result, i64_type()), shared(leaving_ + 8));
  ir.CreateRet(constant(1));
}

void FunctionContext::leave_if_asked(const FunctionContext& callback) {
  if (!callback.may_ask_to_leave_) return;
  may_leave_program_ = may_leave_program_ || callback.may_leave_program_;
  auto* asked = new_block("left_in_loop");
  auto* done = new_block("loop_done");
  branch_if_unlikely(is_nonzero(load(shared(leaving_))), asked, done);
  start(asked);
  leave(ir.CreateTrunc(load(shared(leaving_ + 8)), ir.getInt32Ty()));
  start(done);
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
  bool fits = size <= budget_.object && stack_used_ + size <= budget_.total;
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
  return at(base, reserve_scratch(size));
}

uint32_t FunctionContext::reserve_scratch(uint32_t size) {
  uint32_t offset = scratch_top_;
  scratch_top_ += round_up_to_words(size);
  if (script_function_ == nullptr) {
    module.need_scratch_bytes(scratch_top_ + (can_meet_itself(probe) ? kClaimBytes : 0));
  }
  for (FunctionContext* f = this; f != nullptr; f = f->outer_)
    f->scratch_peak_ = std::max(f->scratch_peak_, scratch_top_);
  return offset;
}

void FunctionContext::release(size_t first_slot, uint32_t scratch_top) {
  for (size_t i = first_slot; i < used_slots_.size(); ++i) slots_[used_slots_[i]].is_used = false;
  used_slots_.resize(first_slot);
  scratch_top_ = scratch_top;
}

llvm::Value* FunctionContext::scratch_base() {
  if (scratch_base_ != nullptr) return scratch_base_;
  llvm::IRBuilderBase::InsertPointGuard guard(ir);
  auto* no_scratch = new_block("no_scratch");
  start(no_scratch);
  ir.CreateRet(ir.getInt32(static_cast<uint32_t>(probe.default_return)));
  start(region_entry_);
  if (can_meet_itself(probe)) {
    scratch_base_ = claim_scratch(no_scratch);
    go_to(region_body_);
  } else {
    scratch_base_ = look_up_scratch(module.add_scratch_regions(1), no_scratch);
    go_to(region_body_);
  }
  scratch_base_->setName("scratch");
  return scratch_base_;
}

llvm::Value* FunctionContext::look_up_scratch(uint32_t region, llvm::BasicBlock* no_scratch) {
  llvm::Value* key = add_alloca(ir.getInt32Ty());
  llvm::Value* index = constant(region);
  if (module.has_large_scratch()) {
    // Not per CPU to the kernel, but to us.
    llvm::Value* cpus = load_late(sema::LateConstant::Kind::PossibleCpus);
    index = ir.CreateAdd(ir.CreateMul(index, cpus), get_smp_processor_id(*this));
  }
  store(index, key, 4);
  llvm::Value* base = map_lookup_elem(*this, module.scratch(), key);
  auto* found = new_block("scratch_found");
  branch_if_unlikely(ir.CreateIsNull(base), no_scratch, found);
  start(found);
  return base;
}

// The first word of a region counts who wants it. Who adds the first 1 has it: two that added one
// each both see more than 1, or the other's is gone again. Only atomics that give no result exist
// before Linux 5.12, and these need no more.
llvm::Value* FunctionContext::claim_scratch(llvm::BasicBlock* no_scratch) {
  const uint32_t count = module.has_large_scratch() ? kLargeNesting : kNesting;
  const uint32_t first = module.add_scratch_regions(count);
  auto* claimed = new_block("scratch_claimed");
  auto* all_taken = new_block("scratch_taken");
  std::vector<std::pair<llvm::Value*, llvm::BasicBlock*>> claims;
  for (uint32_t i = 0; i < count; ++i) {
    llvm::Value* base = look_up_scratch(first + i, no_scratch);
    add_atomically(base, 1);
    llvm::Value* wanted = ir.CreateLoad(i64_type(), base, /*isVolatile=*/true);
    claims.emplace_back(base, ir.GetInsertBlock());
    auto* taken = new_block("scratch_busy");
    branch_if_unlikely(ir.CreateICmpNE(wanted, constant(1)), taken, claimed);
    start(taken);
    add_atomically(base, -1);
  }
  go_to(all_taken);
  start(all_taken);
  if (module.lost_events() != nullptr) add_atomically(module.lost_events(), 1);
  go_to(no_scratch);
  start(claimed);
  auto* base = ir.CreatePHI(pointer_type(), count);
  for (const auto& [address, block] : claims) base->addIncoming(address, block);
  claim_ = base;
  claim_region_ = regions_;
  return at(base, kClaimBytes);
}

void FunctionContext::add_atomically(llvm::Value* address, int64_t amount) {
  ir.CreateAtomicRMW(llvm::AtomicRMWInst::Add, address, ir.getInt64(static_cast<uint64_t>(amount)),
                     llvm::Align(8), llvm::AtomicOrdering::Monotonic);
}

llvm::Value* FunctionContext::variable(sema::VariableId id) {
  const Place& place = variables_[id];
  return place.address != nullptr ? place.address : shared(place.shared_offset);
}

void FunctionContext::add_variable(sema::VariableId id) {
  const sema::Type& type = code.variables[id].type;
  Place& place = variables_[id];
  bool is_in_memory = sema::is_in_memory(type);
  // One byte more than the size: reading a text that does not fit puts a NUL there.
  uint32_t size = is_in_memory ? type.size + 1 : 8;
  if (forms.is_shared(id)) {
    place.shared_offset = reserve_scratch(size);
  } else if (is_in_memory) {
    place.address = temporary(size);
  } else {
    place.address = budget_.keeps_variables_off ? scratch_temporary(8) : add_word();
  }
  if (!is_in_memory) return store(constant(0), variable(id));
  bool is_in_predicate = script_function_ == nullptr && probe.predicate != nullptr &&
                         mentions(*probe.predicate, id);
  if (is_in_predicate || !is_assigned_before_use(body_, id)) {
    zero_memory(*this, variable(id), round_up_to_words(type.size));
  }
}

void FunctionContext::add_variables() {
  variables_.resize(code.variables.size());
  if (!is_callback() && forms.depth() > 0) prepare_callbacks();
  for (sema::VariableId id = 0; id < variables_.size(); ++id) {
    bool is_ours = forms.is_shared(id) ? !is_callback() : forms.user(id) == &body_;
    if (is_ours) add_variable(id);
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
