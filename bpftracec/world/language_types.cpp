#include "bpftracec/world/language_types.h"

#include <array>
#include <optional>

#include "bpftracec/world/c_integer.h"

namespace bpftracec::world {
namespace {

// C's name for an integer of this kind.
std::string_view name_of(const CInteger& integer) {
  constexpr std::array kSigned = {"signed char", "short", "int", "long"};
  constexpr std::array kUnsigned = {"unsigned char", "unsigned short", "unsigned int",
                                    "unsigned long"};
  const auto& names = integer.is_signed ? kSigned : kUnsigned;
  switch (integer.size) {
    case 1:
      return names[0];
    case 2:
      return names[1];
    case 4:
      return names[2];
    default:
      return names[3];
  }
}

bool is_keyword(std::string_view word) {
  for (std::string_view keyword : {"char", "short", "int", "long", "signed", "unsigned", "_Bool"}) {
    if (word == keyword) return true;
  }
  return false;
}

CType make(std::string_view name, const CInteger& integer) {
  CType type;
  type.kind = CTypeKind::Integer;
  type.size = integer.size;
  type.is_signed = integer.is_signed;
  type.is_char = name == "char";
  type.is_bool = name == "_Bool" || name == "bool";
  const bool is_own_name = is_keyword(name.substr(0, name.find(' ')));
  type.name = is_own_name ? name : type.is_bool ? "_Bool" : name_of(integer);
  if (!is_own_name) type.typedef_name = name;
  return type;
}

}  // namespace

const CType* LanguageTypes::find(std::string_view name) const {
  if (name == "void") return &void_type();
  if (const auto known = known_.find(name); known != known_.end()) return known->second;
  const std::optional<CInteger> integer = c_integer(name);
  if (!integer) return nullptr;
  CType& type = keep(make(name, *integer));
  type.store = this;
  known_.emplace(name, &type);
  return &type;
}

std::vector<CMember> LanguageTypes::load_members(const CType& /*record*/) const { return {}; }

std::vector<CEnumerator> LanguageTypes::load_enumerators(const CType& /*type*/) const { return {}; }

std::vector<CParameter> LanguageTypes::load_parameters(const CType& /*function*/) const {
  return {};
}

}  // namespace bpftracec::world
