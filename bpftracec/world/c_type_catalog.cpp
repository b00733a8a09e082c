#include "bpftracec/world/c_type_catalog.h"

#include <set>
#include <utility>

#include "bpftracec/base/nearest_name.h"
#include "bpftracec/world/c_definitions.h"
#include "bpftracec/world/c_type_store.h"
#include "bpftracec/world/kernel_btf.h"
#include "bpftracec/world/language_types.h"

namespace bpftracec::world {
namespace {

// Anonymous records deeper than this are no C that anybody wrote.
constexpr size_t kMaxSteps = 64;

std::optional<std::string> found_by(const base::NearestName& search) {
  if (!search.found()) return std::nullopt;
  return std::string(*search.found());
}

CTag tag_of(CTypeKind kind) {
  switch (kind) {
    case CTypeKind::Struct:
      return CTag::Struct;
    case CTypeKind::Union:
      return CTag::Union;
    case CTypeKind::Enum:
      return CTag::Enum;
    default:
      return CTag::None;
  }
}

// Walks a record's members and those of the anonymous ones among them.
class MemberSearch {
 public:
  MemberSearch(const CTypeCatalog& catalog, std::string_view name)
      : catalog_(catalog), name_(name) {}

  bool search(const CType& record, uint64_t bit_offset) {
    // Each anonymous record once: those of a made-up BTF may hold each other in very many ways.
    if (!seen_.emplace(record.store, record.id).second || steps_.size() == kMaxSteps) return false;
    for (const CMember& member : catalog_.members(record)) {
      steps_.push_back(&member);
      const uint64_t offset = bit_offset + member.bit_offset;
      if (member.name.empty() ? search(*member.type, offset) : member.name == name_) {
        if (!member.name.empty()) bit_offset_ = offset;
        return true;
      }
      steps_.pop_back();
    }
    return false;
  }

  CMemberPath take(const CType& record) { return {&record, std::move(steps_), bit_offset_}; }

 private:
  const CTypeCatalog& catalog_;
  std::string_view name_;
  std::vector<const CMember*> steps_;
  uint64_t bit_offset_ = 0;
  std::set<std::pair<const CTypeStore*, uint32_t>> seen_;
};

}  // namespace

CTypeCatalog::CTypeCatalog(std::shared_ptr<const KernelBtf> kernel,
                           std::unique_ptr<const CDefinitions> definitions)
    : kernel_(std::move(kernel)),
      definitions_(std::move(definitions)),
      language_(std::make_unique<const LanguageTypes>()) {}

CTypeCatalog::~CTypeCatalog() = default;

// ---- by name -------------------------------------------------------------------------------------

const CType* CTypeCatalog::find_type(CTag tag, std::string_view name) const {
  const CType* declared = definitions_ == nullptr ? nullptr : definitions_->find_type(tag, name);
  if (declared != nullptr && declared->is_complete) return declared;
  if (tag == CTag::None) {
    if (const CType* type = language_->find(name)) return type;
  }
  const CType* known = kernel_->find_type(tag, name);
  return known == nullptr || (declared != nullptr && !known->is_complete) ? declared : known;
}

std::optional<CEnumerator> CTypeCatalog::find_enumerator(std::string_view name) const {
  if (definitions_ != nullptr) {
    if (auto enumerator = definitions_->find_enumerator(name)) return enumerator;
  }
  return kernel_->find_enumerator(name);
}

std::optional<CMacro> CTypeCatalog::find_macro(std::string_view name) const {
  return definitions_ == nullptr ? std::nullopt : definitions_->find_macro(name);
}

const CType* CTypeCatalog::find_function(std::string_view name) const {
  return kernel_->find_function(name);
}

const CType* CTypeCatalog::find_tracepoint_function(std::string_view event) const {
  return kernel_->find_tracepoint_function(event);
}

// ---- for hints -----------------------------------------------------------------------------------

std::optional<std::string> CTypeCatalog::nearest_type(CTag tag, std::string_view name) const {
  base::NearestName search(name);
  if (definitions_ != nullptr) definitions_->consider_types(tag, search);
  kernel_->consider_types(tag, search);
  return found_by(search);
}

std::optional<std::string> CTypeCatalog::nearest_constant(std::string_view name) const {
  base::NearestName search(name);
  if (definitions_ != nullptr) definitions_->consider_constants(search);
  kernel_->consider_enumerators(search);
  return found_by(search);
}

std::optional<std::string> CTypeCatalog::nearest_function(std::string_view name) const {
  base::NearestName search(name);
  kernel_->consider_functions(search);
  return found_by(search);
}

std::optional<std::string> CTypeCatalog::nearest_member(const CType& record,
                                                        std::string_view name) const {
  base::NearestName search(name);
  std::set<std::pair<const CTypeStore*, uint32_t>> seen;
  std::vector<const CType*> records = {&record};
  for (size_t i = 0; i < records.size(); ++i) {
    if (!seen.emplace(records[i]->store, records[i]->id).second) continue;
    for (const CMember& member : members(*records[i])) {
      if (member.name.empty()) {
        records.push_back(member.type);
      } else {
        search.consider(member.name);
      }
    }
  }
  return found_by(search);
}

// ---- parts ---------------------------------------------------------------------------------------

const CType* CTypeCatalog::complete(const CType* type) const {
  if (type->is_complete || type->name.empty()) return type;
  const CType* known = find_type(tag_of(type->kind), type->name);
  return known == nullptr ? type : known;
}

std::span<const CMember> CTypeCatalog::members(const CType& record) const {
  const CType& type = *complete(&record);
  if (type.store == nullptr) return {};
  return type.store->members(type);
}

std::span<const CEnumerator> CTypeCatalog::enumerators(const CType& type) const {
  const CType& definition = *complete(&type);
  if (definition.store == nullptr) return {};
  return definition.store->enumerators(definition);
}

std::span<const CParameter> CTypeCatalog::parameters(const CType& function) const {
  if (function.store == nullptr) return {};
  return function.store->parameters(function);
}

std::optional<CMemberPath> CTypeCatalog::find_member(const CType& record,
                                                     std::string_view name) const {
  const CType& type = *complete(&record);
  MemberSearch search(*this, name);
  if (name.empty() || !search.search(type, 0)) return std::nullopt;
  return search.take(type);
}

// ---- what went wrong -----------------------------------------------------------------------------

std::span<const CDiagnostic> CTypeCatalog::diagnostics() const {
  if (definitions_ == nullptr) return {};
  return definitions_->diagnostics();
}

std::span<const std::string> CTypeCatalog::missing_headers() const {
  if (definitions_ == nullptr) return {};
  return definitions_->missing_headers();
}

const base::Error* CTypeCatalog::kernel_error() const { return kernel_->error(); }

}  // namespace bpftracec::world
