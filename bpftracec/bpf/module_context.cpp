#include "bpftracec/bpf/module_context.h"

#include <algorithm>

#include <llvm/IR/Constants.h>
#include <llvm/IR/IRBuilder.h>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/bpf/maps.h"
#include "bpftracec/bpf/stack.h"
#include "bpftracec/rt/event_abi.h"

namespace bpftracec::bpf {
namespace {

// Only the initial value: the tool sets the size that fits its machine.
constexpr uint32_t kDefaultRingBytes = 256 * 1024;

// Likewise.
constexpr uint32_t kDefaultStacks = 16 * 1024;

const llvm::Align kWordAlign(8);

}  // namespace

ModuleContext::ModuleContext(const sema::Program& program, const CompileOptions& options,
                             const StackBudget& budget, llvm::Module& module)
    : program_(program),
      options_(options),
      budget_(budget),
      module_(module),
      debug_(program, module) {
  add_script_maps();
  add_late_constants();
  add_counters();
  add_license();
}

void ModuleContext::add_script_maps() {
  for (const sema::MapPlan& plan : program_.maps) {
    maps_.push_back(add_map(module_, plan.symbol));
    describe_map(debug_, *maps_.back(), shape_of(plan));
  }
  for (const sema::StackStore& store : program_.stack_stores) {
    stack_stores_.push_back(add_map(module_, store.symbol));
    describe_map(debug_, *stack_stores_.back(),
                 {MapType::Hash, kDefaultStacks, sizeof(rt::stack_key::id), stack_bytes(store)});
  }
  if (!program_.records.empty()) {
    events_ = add_map(module_, "events");
    describe_map(debug_, *events_, {MapType::Ringbuf, kDefaultRingBytes, {}, {}});
  }
}

void ModuleContext::add_late_constants() {
  for (const sema::LateConstant& constant : program_.late_constants) {
    llvm::Type* type = nullptr;
    llvm::DIType* debug_type = nullptr;
    if (sema::is_text(constant)) {
      type = llvm::ArrayType::get(llvm::Type::getInt8Ty(context()), constant.size);
      debug_type = debug_.array_type(debug_.char_type(), constant.size, 1);
    } else {
      type = llvm::Type::getIntNTy(context(), constant.size * 8);
      bool is_signed = constant.kind == sema::LateConstant::Kind::ParameterInteger;
      debug_type = is_signed ? debug_.signed_type(constant.size)
                             : debug_.unsigned_type(constant.size);
    }
    llvm::GlobalVariable* variable = add_variable(constant.symbol, type, /*is_constant=*/true,
                                                  debug_.const_volatile(debug_type));
    // The tool writes another value than the zeroes that are in the object.
    variable->setExternallyInitialized(true);
    late_constants_.push_back(variable);
  }
}

void ModuleContext::add_counters() {
  llvm::Type* i64 = llvm::Type::getInt64Ty(context());
  if (!program_.records.empty()) {
    lost_events_ = add_variable("lost_events", i64, false, debug_.unsigned_type(8));
  }
  if (!program_.sites.empty()) {
    size_t count = program_.sites.size();
    llvm::Type* array = llvm::ArrayType::get(i64, count);
    site_counts_ = add_variable("site_counts", array, false,
                                debug_.array_type(debug_.unsigned_type(8), count, 8));
    site_codes_ = add_variable("site_codes", array, false,
                               debug_.array_type(debug_.signed_type(8), count, 8));
  }
}

void ModuleContext::add_license() {
  auto* text = llvm::ConstantDataArray::getString(context(), program_.config.license);
  llvm::GlobalVariable* license = add_global("_license", text);
  license->setConstant(true);
  license->setSection("license");
  license->setAlignment(llvm::Align(1));
}

llvm::GlobalVariable* ModuleContext::add_global(std::string_view name, llvm::Constant* value) {
  auto* variable = llvm::cast<llvm::GlobalVariable>(
      module_.getOrInsertGlobal(name, value->getType()));
  variable->setInitializer(value);
  variable->setDSOLocal(true);
  variable->setAlignment(kWordAlign);
  return variable;
}

llvm::GlobalVariable* ModuleContext::add_variable(std::string_view name, llvm::Type* type,
                                                  bool is_constant, llvm::DIType* debug_type) {
  llvm::GlobalVariable* variable = add_global(name, llvm::Constant::getNullValue(type));
  variable->setConstant(is_constant);
  variable->setSection(is_constant ? ".rodata" : ".bss");
  debug_.describe(*variable, debug_type);
  return variable;
}

llvm::GlobalVariable* ModuleContext::scratch() {
  if (scratch_ == nullptr) scratch_ = add_map(module_, "scratch");
  return scratch_;
}

// The tool makes the elements.
llvm::GlobalVariable* ModuleContext::site_values(const char* symbol, uint32_t size) {
  llvm::GlobalVariable*& map = site_values_[symbol];
  if (map == nullptr) {
    map = add_map(module_, symbol);
    describe_map(debug_, *map, {MapType::Array, 1, 4, size});
  }
  return map;
}

sema::LateConstantId ModuleContext::late_constant_of_kind(sema::LateConstant::Kind kind) const {
  for (size_t i = 0; i < program_.late_constants.size(); ++i) {
    if (program_.late_constants[i].kind == kind) return static_cast<sema::LateConstantId>(i);
  }
  base::internal_error("a late constant that the programs need is not in the plan");
}

llvm::Function* ModuleContext::count_callback(sema::SourceRange where) {
  if (count_callback_ != nullptr) return count_callback_;
  auto* pointer = llvm::PointerType::getUnqual(context());
  auto* result = llvm::Type::getInt64Ty(context());
  auto* type = llvm::FunctionType::get(result, {pointer, pointer, pointer, pointer}, false);
  count_callback_ = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage,
                                           "count_element", module_);
  // A static function to libbpf and the kernel, with a symbol, which strip leaves alone.
  count_callback_->setVisibility(llvm::GlobalValue::HiddenVisibility);
  count_callback_->setDoesNotThrow();
  count_callback_->setDSOLocal(true);
  llvm::DISubprogram* scope = debug_.describe_callback(*count_callback_, where,
                                                       CallbackKind::Element);
  llvm::IRBuilder<> ir(llvm::BasicBlock::Create(context(), "entry", count_callback_));
  ir.SetCurrentDebugLocation(debug_.location(where, scope));
  ir.CreateRet(llvm::ConstantInt::get(result, 0));
  return count_callback_;
}

llvm::GlobalVariable* ModuleContext::literal(std::string_view bytes, uint32_t size) {
  std::string padded(bytes);
  padded.resize(size, '\0');
  llvm::GlobalVariable*& literal = literals_[padded];
  if (literal == nullptr) {
    auto* data = llvm::ConstantDataArray::getString(context(), padded, /*AddNull=*/false);
    literal = add_global("text_" + std::to_string(literals_.size()), data);
    literal->setConstant(true);
    literal->setLinkage(llvm::GlobalValue::InternalLinkage);
    literal->setSection(".rodata");
  }
  return literal;
}

// The block is in .bss, where it takes no room in the object. Made external, because LLVM would
// move a variable of its own that nobody writes to the read-only data.
llvm::GlobalVariable* ModuleContext::zeroes(uint32_t size) {
  zeroes_size_ = std::max(zeroes_size_, size);
  if (zeroes_ == nullptr) {
    // A placeholder, until the size is known.
    zeroes_ = add_global("zeroes", llvm::ConstantInt::get(llvm::Type::getInt8Ty(context()), 0));
  }
  return zeroes_;
}

llvm::DIType* ModuleContext::field_type(const sema::TracepointField& field) {
  switch (field.kind) {
    case sema::TracepointField::Kind::Scalar:
    case sema::TracepointField::Kind::DataLoc:
    case sema::TracepointField::Kind::RelDataLoc:
      // Unsigned whatever the field is: only then does libbpf adapt the load to another size on the
      // target.
      return debug_.unsigned_type(field.storage_size);
    case sema::TracepointField::Kind::CharArray:
      return debug_.array_type(debug_.char_type(), field.storage_size, 1);
    case sema::TracepointField::Kind::Array:
      return debug_.array_type(debug_.unsigned_type(field.element_size),
                               field.storage_size / field.element_size, field.element_size);
  }
  base::internal_error("an unknown kind of field");
}

llvm::GlobalVariable* ModuleContext::relocation(const std::string& name, llvm::DIType* type) {
  auto* variable = llvm::cast<llvm::GlobalVariable>(
      module_.getOrInsertGlobal(name, llvm::Type::getInt64Ty(context())));
  variable->addAttribute("btf_ama");
  variable->setMetadata(llvm::LLVMContext::MD_preserve_access_index, type);
  return variable;
}

const RecordType& ModuleContext::record_type(sema::TracepointRecordId id) {
  auto found = record_types_.find(id);
  if (found != record_types_.end()) return found->second;

  const sema::TracepointRecord& record = program_.tracepoint_records[id];
  std::vector<uint32_t> order(record.fields.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  // The kernel refuses a struct in BTF whose members are not ordered by offset.
  std::ranges::sort(order, {}, [&](uint32_t i) { return std::pair(record.fields[i].offset, i); });

  RecordType type;
  type.members.resize(order.size());
  std::vector<DebugInfo::Member> members;
  uint32_t size = 0;
  for (uint32_t i : order) {
    const sema::TracepointField& field = record.fields[i];
    type.members[i] = static_cast<uint32_t>(members.size());
    members.push_back({field.name, field_type(field), field.offset, field.storage_size});
    size = std::max(size, field.offset + field.storage_size);
  }
  type.debug = debug_.struct_type(record.struct_name, members, size);
  return record_types_.emplace(id, std::move(type)).first->second;
}

// Only what libbpf compares has to be right: the kind, and the sizes that the initial values come
// from.
llvm::DIType* ModuleContext::member_type(const sema::KernelType& type) {
  using Kind = sema::KernelType::Kind;
  switch (type.kind) {
    case Kind::Integer:
      return type.is_signed ? debug_.signed_type(static_cast<uint32_t>(type.size))
                            : debug_.unsigned_type(static_cast<uint32_t>(type.size));
    case Kind::Float:
      return debug_.float_type(type.size);
    case Kind::Pointer:
      return debug_.pointer_to(nullptr);
    case Kind::Enum:
      return debug_.enum_type(type.size);
    case Kind::Record:
      if (type.record) return kernel_type(*type.record).debug;
      return debug_.record_type({"", false, type.size}, {});
    case Kind::Array:
      return debug_.array_type(member_type(*type.element), type.count,
                               static_cast<uint32_t>(type.element->size));
  }
  base::internal_error("an unknown kind of type");
}

const KernelRecordType& ModuleContext::kernel_type(sema::KernelRecordId id) {
  auto found = kernel_types_.find(id);
  if (found != kernel_types_.end()) return found->second;

  const sema::KernelRecord& record = program_.kernel_records[id];
  KernelRecordType type;
  type.is_union = record.is_union;
  std::vector<uint32_t> order(record.members.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  // As in record_type().
  std::ranges::sort(order, {},
                    [&](uint32_t i) { return std::pair(record.members[i].bit_offset, i); });
  type.members.resize(order.size());
  std::vector<DebugInfo::RecordMember> members;
  for (uint32_t i : order) {
    const sema::KernelMember& member = record.members[i];
    type.members[i] = static_cast<uint32_t>(members.size());
    members.push_back({member.name, member_type(member.type), type.offset_of(member),
                       member.bit_size != 0 ? member.bit_size : member.type.size * 8,
                       member.bit_size != 0});
  }
  std::string_view tag = record.is_typedef ? std::string_view() : record.name;
  type.debug = debug_.record_type({tag, record.is_union, record.size}, members);
  if (record.is_typedef) type.debug = debug_.typedef_of(record.name, type.debug);
  return kernel_types_.emplace(id, std::move(type)).first->second;
}

void ModuleContext::need_scratch_bytes(uint32_t size) {
  scratch_size_ = std::max(scratch_size_, size);
}

void ModuleContext::finish() {
  if (scratch_ != nullptr) {
    // The tool makes one element for each CPU of a plain array.
    const MapType type = has_large_scratch() ? MapType::Array : MapType::PercpuArray;
    describe_map(debug_, *scratch_, {type, scratch_regions_, 4, scratch_size_});
  }
  if (zeroes_ != nullptr) {
    auto* type = llvm::ArrayType::get(llvm::Type::getInt8Ty(context()), zeroes_size_);
    llvm::GlobalVariable* placeholder = zeroes_;
    placeholder->setName("");
    zeroes_ = add_global("zeroes", llvm::ConstantAggregateZero::get(type));
    zeroes_->setSection(".bss");
    placeholder->replaceAllUsesWith(zeroes_);
    placeholder->eraseFromParent();
  }
  debug_.finish();
}

}  // namespace bpftracec::bpf
