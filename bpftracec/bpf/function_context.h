// One BPF program under construction: its IR builder, its variables, its memory. Lowering functions
// get a FunctionContext and emit where its builder stands.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <llvm/IR/Constants.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/IRBuilder.h>

#include "bpftracec/bpf/loop_form.h"
#include "bpftracec/bpf/module_context.h"
#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

class LoopFailures;
class Subprograms;

class FunctionContext {
 public:
  FunctionContext(ModuleContext& module, const sema::ProbeProgram& probe, const LoopForms& forms,
                  Subprograms& subprograms, const std::string& symbol);
  // A callback for the turns of a loop of `outer`.
  FunctionContext(FunctionContext& outer, const sema::Block& body, CallbackKind kind);
  // A function of the script as the program of `caller` calls it.
  FunctionContext(FunctionContext& caller, const sema::FunctionProgram& function,
                  const LoopForms& forms);

  ModuleContext& module;
  const sema::ProbeProgram& probe;  // the program that all this is part of
  const sema::Code& code;           // the body at hand: the program's or a function's
  const LoopForms& forms;           // of the body
  Subprograms& subprograms;
  llvm::IRBuilder<> ir;

  const sema::Program& program() const { return module.program(); }

  // ---- types and constants ----
  llvm::PointerType* pointer_type() { return ir.getPtrTy(); }
  llvm::IntegerType* i64_type() { return ir.getInt64Ty(); }
  llvm::ConstantInt* constant(uint64_t value) { return ir.getInt64(value); }
  llvm::Constant* null() { return llvm::ConstantPointerNull::get(ir.getPtrTy()); }

  // ---- control flow ----
  llvm::Value* context();
  // Returns an i32 from the program; null: the probe's default. In a function: kReturned, or, null,
  // kLeftProgram.
  void leave(llvm::Value* result = nullptr);
  // Where to go when the kernel does not do what the rest of the program needs.
  llvm::BasicBlock* give_up();
  llvm::BasicBlock* new_block(const char* name);
  void start(llvm::BasicBlock* block) { ir.SetInsertPoint(block); }
  void go_to(llvm::BasicBlock* block) { ir.CreateBr(block); }
  void go_to_and_start(llvm::BasicBlock* block);
  void branch_if_unlikely(llvm::Value* condition, llvm::BasicBlock* unlikely,
                          llvm::BasicBlock* likely);

  struct Loop {
    llvm::BasicBlock* on_continue;
    llvm::BasicBlock* on_break;
  };
  std::vector<Loop> loops;
  LoopFailures* loop_failures = nullptr;  // of the outermost loop that is being lowered

  // ---- functions of the script ----
  // What they give back beside their value.
  static constexpr uint32_t kReturned = 0;
  static constexpr uint32_t kLeftProgram = 1;
  const sema::FunctionProgram* script_function() const { return script_function_; }
  llvm::Value* arguments();  // where the caller has put them
  llvm::Value* result();     // where the caller wants the value
  // Whether leave() was used without a value.
  bool may_leave_program() const { return may_leave_program_; }
  // How much scratch memory the function takes of what its caller gives it.
  uint32_t scratch_peak() const { return scratch_peak_; }

  // ---- callbacks ----
  bool is_callback() const { return outer_ != nullptr; }
  llvm::Function* function() { return function_; }
  // What callbacks get: where the context and the scratch memory are.
  llvm::Value* frame() { return frame_; }
  // A word of scratch memory that callbacks see, too; lives as long as a temporary.
  uint32_t shared_word();
  llvm::Value* shared(uint32_t offset) { return at(scratch_base(), offset); }
  // Stands behind the helper's call: leaves the program if the callback has asked for it.
  void leave_if_asked(const FunctionContext& callback);

  // Scratch memory that is first used after this point is looked up at this point, not at the
  // program's entry: an event that the predicate turns away should not pay for the look-up.
  void begin_region();
  // Makes room for the script's variables, which are zero from here on.
  void add_variables();
  // Completes the function.
  void finish();

  // ---- memory ----
  // Aligned to 8 bytes; small things lie on the stack, larger ones in this program's region of
  // `scratch`. A temporary lives until the innermost TemporaryScope ends.
  llvm::Value* temporary(uint32_t size);
  llvm::Value* scratch_temporary(uint32_t size);
  // Eight bytes that live as long as the program, in a register if there is one.
  llvm::AllocaInst* add_word() { return add_alloca(i64_type()); }
  llvm::Value* variable(sema::VariableId id);

  class TemporaryScope {
   public:
    explicit TemporaryScope(FunctionContext& f)
        : f_(f), slots_(f.used_slots_.size()), scratch_top_(f.scratch_top_) {}
    ~TemporaryScope() { f_.release(slots_, scratch_top_); }
    TemporaryScope(const TemporaryScope&) = delete;
    TemporaryScope& operator=(const TemporaryScope&) = delete;

   private:
    FunctionContext& f_;
    size_t slots_;
    uint32_t scratch_top_;
  };

  // ---- places in the script ----
  class Location {
   public:
    Location(FunctionContext& f, sema::SourceRange where)
        : f_(f), outer_(f.ir.getCurrentDebugLocation()) {
      f.ir.SetCurrentDebugLocation(f.module.debug().location(where, f.subprogram_));
    }
    ~Location() { f_.ir.SetCurrentDebugLocation(outer_); }
    Location(const Location&) = delete;
    Location& operator=(const Location&) = delete;

   private:
    FunctionContext& f_;
    llvm::DebugLoc outer_;
  };

  // ---- small pieces ----
  llvm::Value* at(llvm::Value* address, uint64_t offset);
  llvm::Value* at(llvm::Value* address, llvm::Value* offset);
  // Unsigned integers in memory are i64 here.
  llvm::Value* load(llvm::Value* address, uint32_t size = 8, uint32_t alignment = 8);
  void store(llvm::Value* value, llvm::Value* address, uint32_t size = 8, uint32_t alignment = 8);
  llvm::Value* load_late(sema::LateConstantId id);
  llvm::Value* load_late(sema::LateConstant::Kind kind);
  llvm::Value* extend(llvm::Value* condition) { return ir.CreateZExt(condition, i64_type()); }
  llvm::Value* is_nonzero(llvm::Value* value) { return ir.CreateICmpNE(value, constant(0)); }
  // 1 for 1 ... 2^63, 0 for 0. Without a branch: each would double the paths that the verifier
  // walks.
  llvm::Value* nonzero_bit(llvm::Value* value);

  // The same value, of which LLVM knows nothing: what is computed from it stays as written.
  llvm::Value* opaque(llvm::Value* value);
  // The same value, known to the verifier as at most `max` from here on. The caller has seen to it
  // that it is; if not, the program gives up.
  llvm::Value* bounded(llvm::Value* value, uint64_t max);

 private:
  struct Slot {
    llvm::AllocaInst* memory;
    uint32_t size;
    bool is_used;
  };

  // Where a variable is: its address, or its place in the scratch memory that callbacks share.
  struct Place {
    llvm::Value* address = nullptr;
    uint32_t shared_offset = 0;
  };

  void add_function(llvm::FunctionType* type, const std::string& symbol);
  void add_variable(sema::VariableId id);
  void prepare_callbacks();
  void ask_to_leave(llvm::Value* result);
  uint32_t reserve_scratch(uint32_t size);
  llvm::AllocaInst* add_alloca(llvm::Type* type);
  llvm::Value* stack_slot(uint32_t size);  // null where the budget does not allow it
  llvm::Value* scratch_base();
  llvm::Value* look_up_scratch(uint32_t region, llvm::BasicBlock* no_scratch);
  llvm::Value* claim_scratch(llvm::BasicBlock* no_scratch);
  void add_atomically(llvm::Value* address, int64_t amount);
  void return_from_program(llvm::Value* result);  // an i32; ends the block
  llvm::Value* default_result();
  void finish_exits();
  void release(size_t first_slot, uint32_t scratch_top);
  void close_region();

  FunctionContext* outer_ = nullptr;  // of a callback
  const sema::FunctionProgram* script_function_ = nullptr;
  bool may_leave_program_ = false;
  const sema::Block& body_;
  StackBudget budget_;
  llvm::Function* function_ = nullptr;
  llvm::DISubprogram* subprogram_ = nullptr;
  llvm::BasicBlock* entry_ = nullptr;
  llvm::BasicBlock* give_up_ = nullptr;
  llvm::BasicBlock*
      region_entry_ = nullptr;  // open until the region ends or looks up its scratch memory
  llvm::BasicBlock* region_body_ = nullptr;

  // Where the program ends, and in which region.
  struct Exit {
    llvm::BasicBlock* block;
    llvm::Value* result;
    uint32_t region;
  };
  std::vector<Exit> exits_;
  uint32_t regions_ = 0;
  llvm::Value* claim_ = nullptr;  // the word to give back, from `claim_region_` on
  uint32_t claim_region_ = 0;

  llvm::Value* scratch_base_ = nullptr;
  uint32_t scratch_top_ = 0;
  uint32_t scratch_peak_ = 0;
  uint32_t stack_used_ = 0;
  std::vector<Slot> slots_;
  std::vector<size_t> used_slots_;
  std::vector<Place> variables_;

  llvm::Value* frame_ = nullptr;
  // Shared: whether a callback has left the program, and with which result.
  uint32_t leaving_ = 0;
  bool may_ask_to_leave_ = false;
};

}  // namespace bpftracec::bpf
