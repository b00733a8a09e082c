#include "bpftracec/world/c_type.h"

namespace bpftracec::world {
namespace {

std::string_view keyword(CTypeKind kind) {
  switch (kind) {
    case CTypeKind::Struct:
      return "struct";
    case CTypeKind::Union:
      return "union";
    case CTypeKind::Enum:
      return "enum";
    default:
      return {};
  }
}

bool is_same_signature(const CType& a, const CType& b) {
  return a.store == b.store && a.id == b.id;
}

}  // namespace

bool is_record(const CType& type) {
  return type.kind == CTypeKind::Struct || type.kind == CTypeKind::Union;
}

bool is_same_type(const CType& a, const CType& b) {
  if (&a == &b) return true;
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case CTypeKind::Void:
      return true;
    case CTypeKind::Integer:
      return a.size == b.size && a.is_signed == b.is_signed && a.is_bool == b.is_bool;
    case CTypeKind::Float:
      return a.size == b.size;
    case CTypeKind::Pointer:
      return is_same_type(*a.target, *b.target);
    case CTypeKind::Array:
      return a.count == b.count && is_same_type(*a.target, *b.target);
    case CTypeKind::Struct:
    case CTypeKind::Union:
    case CTypeKind::Enum:
      // A name means one thing in a script, even if one of the two was only declared.
      return a.name.empty() ? is_same_signature(a, b) : a.name == b.name;
    case CTypeKind::Function:
      return is_same_signature(a, b);
  }
  return false;
}

std::string spelling(const CType& type) {
  if (!type.typedef_name.empty()) return type.typedef_name;
  switch (type.kind) {
    case CTypeKind::Void:
      return "void";
    case CTypeKind::Integer:
    case CTypeKind::Float:
      return type.name;
    case CTypeKind::Pointer: {
      const std::string target = spelling(*type.target);
      return target + (target.ends_with('*') ? "*" : " *");
    }
    case CTypeKind::Array:
      return spelling(*type.target) + "[" + (type.is_flexible ? "" : std::to_string(type.count)) +
             "]";
    case CTypeKind::Struct:
    case CTypeKind::Union:
    case CTypeKind::Enum:
      return std::string(keyword(type.kind)) + " " +
             (type.name.empty() ? "(anonymous)" : type.name);
    case CTypeKind::Function:
      return type.name.empty() ? "function" : type.name + "()";
  }
  return {};
}

}  // namespace bpftracec::world
