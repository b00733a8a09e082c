// The module under construction: the object's maps and variables, made when first asked for where
// the script decides whether they are there at all (docs/design/bpf-object.md).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/GlobalVariable.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include "bpftracec/bpf/compile.h"
#include "bpftracec/bpf/debug_info.h"
#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

// How much of the 512-byte stack our own objects may take; the rest is for what LLVM spills.
struct StackBudget {
  uint32_t total = 256;
  uint32_t object = 128;             // anything larger goes to scratch memory at once
  bool keeps_variables_off = false;  // integers of the script live in scratch memory, not in
                                     // registers
  bool has_large_scratch = false;
};

// A tracepoint's record as a CO-RE type.
struct RecordType {
  llvm::DICompositeType* debug = nullptr;
  std::vector<uint32_t> members;  // field of sema::TracepointRecord -> member
};

// One of the kernel's structs or unions as a CO-RE type.
struct KernelRecordType {
  llvm::DIType* debug = nullptr;
  std::vector<uint32_t> members;  // member of sema::KernelRecord -> member
  bool is_union = false;

  // In bits; all members of a union begin where it does.
  uint64_t offset_of(const sema::KernelMember& member) const {
    return is_union ? 0 : member.bit_offset;
  }
};

class ModuleContext {
 public:
  ModuleContext(const sema::Program& program, const CompileOptions& options,
                const StackBudget& budget, llvm::Module& module);

  const sema::Program& program() const { return program_; }
  const CompileOptions& options() const { return options_; }
  const StackBudget& budget() const { return budget_; }
  llvm::Module& module() { return module_; }
  llvm::LLVMContext& context() { return module_.getContext(); }
  DebugInfo& debug() { return debug_; }

  llvm::GlobalVariable* map(sema::MapId id) { return maps_[id]; }
  llvm::GlobalVariable* stack_store(sema::StackStoreId id) { return stack_stores_[id]; }
  llvm::GlobalVariable* events() { return events_; }
  llvm::GlobalVariable* scratch();
  // An array with an element of `size` bytes for each place that a program may be attached to.
  llvm::GlobalVariable* site_values(const char* symbol, uint32_t size);
  llvm::GlobalVariable* late_constant(sema::LateConstantId id) { return late_constants_[id]; }
  sema::LateConstantId late_constant_of_kind(sema::LateConstant::Kind kind) const;
  llvm::GlobalVariable* lost_events() { return lost_events_; }
  llvm::GlobalVariable* site_counts() { return site_counts_; }
  llvm::GlobalVariable* site_codes() { return site_codes_; }

  // A callback for bpf_for_each_map_elem() that does nothing: the helper counts its calls.
  llvm::Function* count_callback(sema::SourceRange where);

  // Read-only bytes with NULs up to `size`, aligned to 8.
  llvm::GlobalVariable* literal(std::string_view bytes, uint32_t size);
  // At least `size` zero bytes; never written.
  llvm::GlobalVariable* zeroes(uint32_t size);
  const RecordType& record_type(sema::TracepointRecordId id);
  const KernelRecordType& kernel_type(sema::KernelRecordId id);
  // The variable that stands for a CO-RE relocation.
  llvm::GlobalVariable* relocation(const std::string& name, llvm::DIType* type);
  uint32_t next_access() { return accesses_++; }  // a number that no other access has
  uint32_t next_callback() { return ++callbacks_; }

  // Whether regions are larger than what a per-CPU map may hold: then they are elements of a plain
  // array, `PossibleCpus` for each region.
  bool has_large_scratch() const { return budget_.has_large_scratch; }
  // Scratch memory: one region a program that uses some, more for those that can meet themselves.
  // `set_scratch_size` wants the most that any region takes.
  uint32_t add_scratch_regions(uint32_t count) { return (scratch_regions_ += count) - count; }
  void need_scratch_bytes(uint32_t size);
  uint32_t scratch_size() const { return scratch_size_; }

  // Call once, after the last program: gives what grew its final size.
  void finish();

 private:
  void add_script_maps();
  void add_late_constants();
  void add_counters();
  void add_license();
  llvm::DIType* member_type(const sema::KernelType& type);
  llvm::DIType* field_type(const sema::TracepointField& field);
  llvm::GlobalVariable* add_global(std::string_view name, llvm::Constant* value);
  llvm::GlobalVariable* add_variable(std::string_view name, llvm::Type* type, bool is_constant,
                                     llvm::DIType* debug_type);

  const sema::Program& program_;
  CompileOptions options_;
  StackBudget budget_;
  llvm::Module& module_;
  DebugInfo debug_;

  std::vector<llvm::GlobalVariable*> maps_;
  std::vector<llvm::GlobalVariable*> stack_stores_;
  llvm::GlobalVariable* events_ = nullptr;
  llvm::GlobalVariable* scratch_ = nullptr;
  std::vector<llvm::GlobalVariable*> late_constants_;
  llvm::GlobalVariable* lost_events_ = nullptr;
  llvm::GlobalVariable* site_counts_ = nullptr;
  llvm::GlobalVariable* site_codes_ = nullptr;
  llvm::Function* count_callback_ = nullptr;
  llvm::GlobalVariable* zeroes_ = nullptr;
  uint32_t zeroes_size_ = 0;
  std::map<std::string, llvm::GlobalVariable*> site_values_;
  std::map<std::string, llvm::GlobalVariable*> literals_;
  std::map<sema::TracepointRecordId, RecordType> record_types_;
  std::map<sema::KernelRecordId, KernelRecordType> kernel_types_;
  uint32_t accesses_ = 0;
  uint32_t callbacks_ = 0;
  uint32_t scratch_regions_ = 0;
  uint32_t scratch_size_ = 0;
};

}  // namespace bpftracec::bpf
