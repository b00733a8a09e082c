#include "bpftracec/world/kernel_declarations.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "bpftracec/world/c_type_store.h"

namespace bpftracec::world {
namespace {

// Each one that nobody knows costs a search through all of the kernel's BTF, about 1 ms.
constexpr size_t kMaxNames = 256;

bool is_identifier(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// BTF does not tell alignment; it follows from the members, unless they are packed, which shows in
// a size that their alignment does not divide.
class Alignments {
 public:
  uint64_t of(const CType& type) {
    switch (type.kind) {
      case CTypeKind::Integer:
      case CTypeKind::Float:
      case CTypeKind::Enum:
      case CTypeKind::Pointer:
        return largest_divisor(type.size, 16);
      case CTypeKind::Array:
        return of(*type.target);
      case CTypeKind::Struct:
      case CTypeKind::Union:
        return type.is_complete ? of_record(type) : 1;
      case CTypeKind::Void:
      case CTypeKind::Function:
        return 1;
    }
    return 1;
  }

 private:
  // The largest power of two up to `limit` that divides `size`.
  static uint64_t largest_divisor(uint64_t size, uint64_t limit) {
    while (size % limit != 0) limit /= 2;
    return limit;
  }

  uint64_t of_record(const CType& record) {
    const std::pair key(record.store, record.id);
    if (const auto known = known_.find(key); known != known_.end()) return known->second;
    uint64_t alignment = 1;
    for (const CMember& member : record.store->members(record)) {
      alignment = std::max(alignment, of(*member.type));
    }
    return known_[key] = largest_divisor(record.size, alignment);
  }

  // Each record once: those of a made-up BTF may hold each other in very many ways.
  std::map<std::pair<const CTypeStore*, uint32_t>, uint64_t> known_;
};

std::string integer_text(uint64_t size, bool is_signed) {
  switch (size) {
    case 1:
      return is_signed ? "signed char" : "unsigned char";
    case 2:
      return is_signed ? "short" : "unsigned short";
    case 4:
      return is_signed ? "int" : "unsigned int";
    case 8:
      return is_signed ? "long" : "unsigned long";
    default:
      return is_signed ? "__int128" : "unsigned __int128";
  }
}

std::string body_of(const CType& record) {
  return fmt::format("{{ char bytes[{}]; }} __attribute__((packed, aligned({})))", record.size,
                     Alignments().of(record));
}

// `typedef TEXT;` for a name; nothing for what cannot be a type of a member.
std::optional<std::string> typedef_text(const CType& type, std::string_view name) {
  switch (type.kind) {
    case CTypeKind::Integer:
      if (type.is_bool) return fmt::format("_Bool {}", name);
      if (type.is_char) return fmt::format("char {}", name);
      return fmt::format("{} {}", integer_text(type.size, type.is_signed), name);
    case CTypeKind::Enum:
      return fmt::format("{} {}", integer_text(type.size, type.is_signed), name);
    case CTypeKind::Pointer:
      return fmt::format("void *{}", name);
    case CTypeKind::Array:
    case CTypeKind::Struct:
    case CTypeKind::Union:
      return fmt::format("struct {} {}", body_of(type), name);
    case CTypeKind::Function:
      return fmt::format("void {}(void)", name);
    case CTypeKind::Void:
      return fmt::format("void {}", name);
    case CTypeKind::Float:
      return std::nullopt;
  }
  return std::nullopt;
}

// The smallest number has no literal of its own in C.
std::string value_text(const CEnumerator& enumerator) {
  if (!enumerator.type->is_signed) return fmt::format("{}ULL", enumerator.value);
  const auto value = static_cast<int64_t>(enumerator.value);
  return value == INT64_MIN ? "(-9223372036854775807LL - 1)" : fmt::format("{}", value);
}

}  // namespace

bool KernelDeclarations::declare(std::string_view name) {
  if (tried_.size() == kMaxNames || tried_.contains(name)) return false;
  tried_.emplace(name);
  return declare_new(name);
}

bool KernelDeclarations::declare_new(std::string_view name) {
  constexpr std::pair<std::string_view, CTag> kTags[] = {
      {"struct ", CTag::Struct}, {"union ", CTag::Union}, {"enum ", CTag::Enum}};
  for (const auto& [keyword, tag] : kTags) {
    if (name.starts_with(keyword)) {
      return declare_tag(tag, keyword, name.substr(keyword.size()));
    }
  }
  if (!is_identifier(name)) return false;
  return declare_typedef(std::string(name)) || declare_enumerator(std::string(name));
}

bool KernelDeclarations::declare_tag(CTag tag, std::string_view keyword, std::string_view name) {
  const CType* type = is_identifier(name) ? kernel_->find_type(tag, name) : nullptr;
  if (type == nullptr || !type->is_complete) return false;
  // The enumerators are looked up elsewhere; in C they would take names that others may want.
  const std::string body = tag == CTag::Enum
                               ? fmt::format(": {} {{ __bpftracec_{} }}",
                                             integer_text(type->size, type->is_signed), name)
                               : body_of(*type);
  text_ += fmt::format("{}{} {};\n", keyword, name, body);
  declared_.emplace(std::pair(tag, std::string(name)), type);
  return true;
}

bool KernelDeclarations::declare_typedef(const std::string& name) {
  const CType* type = language_.find(name);
  if (type == nullptr) type = kernel_->find_type(CTag::None, name);
  if (type == nullptr || type->typedef_name != name) return false;
  const std::optional<std::string> text = typedef_text(*type, name);
  if (!text) return false;
  text_ += "typedef " + *text + ";\n";
  declared_.emplace(std::pair(CTag::None, name), type);
  return true;
}

bool KernelDeclarations::declare_enumerator(const std::string& name) {
  const std::optional<CEnumerator> enumerator = kernel_->find_enumerator(name);
  if (!enumerator) return false;
  text_ += fmt::format("enum {{ {} = {} }};\n", name, value_text(*enumerator));
  return true;
}

const CType* KernelDeclarations::find(CTag tag, std::string_view name) const {
  const auto found = declared_.find(std::pair(tag, std::string(name)));
  return found == declared_.end() ? nullptr : found->second;
}

}  // namespace bpftracec::world
