#include "bpftracec/world/kernel_btf.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bpftracec::world {
namespace {

constexpr std::string_view kDirectory = "/sys/kernel/btf";
constexpr std::string_view kKernel = "vmlinux";

constexpr BtfTypes::Kinds kEnums = BtfTypes::kinds(BTF_KIND_ENUM, BTF_KIND_ENUM64);
constexpr BtfTypes::Kinds kTypedefs = BtfTypes::kinds(BTF_KIND_TYPEDEF);
constexpr BtfTypes::Kinds kFunctions = BtfTypes::kinds(BTF_KIND_FUNC);

// What defines a type with this tag.
BtfTypes::Kinds kinds_of(CTag tag) {
  switch (tag) {
    case CTag::None:
      return kTypedefs;
    case CTag::Struct:
      return BtfTypes::kinds(BTF_KIND_STRUCT);
    case CTag::Union:
      return BtfTypes::kinds(BTF_KIND_UNION);
    case CTag::Enum:
      return kEnums;
  }
  return 0;
}

// Other kinds that may have such a name: C's own types, and types of which only the name is known.
BtfTypes::Kinds second_kinds_of(CTag tag) {
  switch (tag) {
    case CTag::None:
      return BtfTypes::kinds(BTF_KIND_INT, BTF_KIND_FLOAT);
    case CTag::Struct:
    case CTag::Union:
      return BtfTypes::kinds(BTF_KIND_FWD);
    case CTag::Enum:
      return 0;
  }
  return 0;
}

bool has_tag(const CType& type, CTag tag) {
  switch (tag) {
    case CTag::None:
      return true;
    case CTag::Struct:
      return type.kind == CTypeKind::Struct;
    case CTag::Union:
      return type.kind == CTypeKind::Union;
    case CTag::Enum:
      return type.kind == CTypeKind::Enum;
  }
  return false;
}

std::vector<std::string> files_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

KernelBtf::KernelBtf()
    : path_(std::string(kDirectory) + "/" + std::string(kKernel)),
      modules_path_(kDirectory),
      is_own_choice_(false) {}

KernelBtf::KernelBtf(std::string path) : KernelBtf(std::move(path), "") {}

KernelBtf::KernelBtf(std::string path, std::string modules)
    : path_(std::move(path)), modules_path_(std::move(modules)), is_own_choice_(true) {}

bool KernelBtf::is_there() const { return ::access(path_.c_str(), R_OK) == 0; }

const BtfTypes* KernelBtf::kernel() const {
  if (has_tried_) return kernel_.get();
  has_tried_ = true;
  if (!is_own_choice_ && !is_there()) {
    error_ = base::errno_error("open '" + path_ + "'");
    error_->message +=
        "; the kernel describes its types there if it is built with CONFIG_DEBUG_INFO_BTF=y. "
        "--btf FILE takes the description of another kernel";
    return nullptr;
  }
  base::Result<std::unique_ptr<const BtfData>> data = BtfData::open(path_, nullptr);
  if (data) {
    kernel_ = std::make_unique<const BtfTypes>(*std::move(data));
  } else {
    error_ = std::move(data).error();
  }
  return kernel_.get();
}

const std::vector<std::unique_ptr<const BtfTypes>>& KernelBtf::modules() const {
  if (has_tried_modules_ || modules_path_.empty() || kernel() == nullptr) return modules_;
  has_tried_modules_ = true;
  for (const std::string& name : files_in(modules_path_)) {
    if (name == kKernel) continue;
    base::Result<std::unique_ptr<const BtfData>> data = BtfData::open(modules_path_ + "/" + name,
                                                                      &kernel_->data());
    // A module may go while we look; what it knew is then unknown.
    if (data) modules_.push_back(std::make_unique<const BtfTypes>(*std::move(data), kernel()));
  }
  return modules_;
}

template <typename Function>
void KernelBtf::for_each_file(Function f) const {
  if (kernel() == nullptr) return;
  f(*kernel());
  for (const std::unique_ptr<const BtfTypes>& module : modules()) f(*module);
}

const CType* KernelBtf::find(BtfTypes::Kinds kinds, std::string_view name) const {
  if (kernel() == nullptr) return nullptr;
  if (const CType* type = kernel()->find(kinds, name)) return type;
  for (const std::unique_ptr<const BtfTypes>& module : modules()) {
    if (const CType* type = module->find(kinds, name)) return type;
  }
  return nullptr;
}

const CType* KernelBtf::find_type(CTag tag, std::string_view name) const {
  const CType* type = find(kinds_of(tag), name);
  if (type == nullptr) type = find(second_kinds_of(tag), name);
  return type != nullptr && has_tag(*type, tag) ? type : nullptr;
}

std::optional<CEnumerator> KernelBtf::find_enumerator(std::string_view name) const {
  if (kernel() == nullptr) return std::nullopt;
  if (auto found = kernel()->find_enumerator(name)) return found;
  for (const std::unique_ptr<const BtfTypes>& module : modules()) {
    if (auto found = module->find_enumerator(name)) return found;
  }
  return std::nullopt;
}

const CType* KernelBtf::find_function(std::string_view name) const {
  return find(kFunctions, name);
}

// Newer kernels have functions that are made from the tracepoint's prototype and tell the names of
// its parameters. The typedef, there since Linux 5.5, has the types alone.
const CType* KernelBtf::find_tracepoint_function(std::string_view event) const {
  for (std::string_view prefix : {"__traceiter_", "__bpf_trace_"}) {
    if (const CType* function = find_function(std::string(prefix).append(event))) return function;
  }
  const CType* type = find(kTypedefs, std::string("btf_trace_").append(event));
  const bool is_pointer = type != nullptr && type->kind == CTypeKind::Pointer;
  return is_pointer && type->target->kind == CTypeKind::Function ? type->target : nullptr;
}

void KernelBtf::consider_types(CTag tag, base::NearestName& search) const {
  for_each_file([&](const BtfTypes& file) { file.consider_names(kinds_of(tag), search); });
}

void KernelBtf::consider_enumerators(base::NearestName& search) const {
  for_each_file([&](const BtfTypes& file) { file.consider_enumerators(search); });
}

void KernelBtf::consider_functions(base::NearestName& search) const {
  for_each_file([&](const BtfTypes& file) { file.consider_names(kFunctions, search); });
}

}  // namespace bpftracec::world
