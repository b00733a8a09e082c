#include "bpftracec/sema/type.h"

#include <utility>

#include "bpftracec/base/internal_error.h"

namespace bpftracec::sema {
namespace {

bool is_same(const std::shared_ptr<const Type>& a, const std::shared_ptr<const Type>& b) {
  if (a == nullptr || b == nullptr) return a == b;
  return *a == *b;
}

// "sum_t", "usum_t"
std::string aggregation_spelling(const Type& type, const char* name) {
  return std::string(type.is_signed ? "" : "u") + name;
}

}  // namespace

bool operator==(const Type& a, const Type& b) {
  return a.kind == b.kind && a.is_signed == b.is_signed && a.size == b.size && a.count == b.count &&
         a.space == b.space && a.c_name == b.c_name && is_same(a.element, b.element);
}

bool is_aggregation(const Type& type) {
  switch (type.kind) {
    case TypeKind::Count:
    case TypeKind::Sum:
    case TypeKind::Min:
    case TypeKind::Max:
    case TypeKind::Avg:
    case TypeKind::Stats:
    case TypeKind::Hist:
    case TypeKind::Lhist:
      return true;
    case TypeKind::Error:
    case TypeKind::None:
    case TypeKind::Bool:
    case TypeKind::Integer:
    case TypeKind::String:
    case TypeKind::Pointer:
    case TypeKind::Array:
      return false;
  }
  base::internal_error("unknown type kind");
}

bool is_castable_aggregation(const Type& type) {
  return is_aggregation(type) && type.kind != TypeKind::Stats && type.kind != TypeKind::Hist &&
         type.kind != TypeKind::Lhist;
}

Type bool_type() { return {.kind = TypeKind::Bool, .size = 1}; }

Type integer_type(uint32_t size, bool is_signed) {
  return {.kind = TypeKind::Integer, .is_signed = is_signed, .size = size};
}

Type string_type(uint32_t capacity) { return {.kind = TypeKind::String, .size = capacity}; }

Type pointer_type(std::string c_name, AddressSpace space, std::shared_ptr<const Type> element) {
  return {.kind = TypeKind::Pointer,
          .size = 8,
          .space = space,
          .c_name = std::move(c_name),
          .element = std::move(element)};
}

std::string spelling(const Type& type) {
  switch (type.kind) {
    case TypeKind::Error:
      return "error";
    case TypeKind::None:
      return "none";
    case TypeKind::Bool:
      return "bool";
    case TypeKind::Integer:
      return (type.is_signed ? "int" : "uint") + std::to_string(type.size * 8);
    case TypeKind::String:
      return "string[" + std::to_string(type.size) + "]";
    case TypeKind::Pointer: {
      const std::string& pointee = type.c_name.empty() ? "void" : type.c_name;
      return pointee + (pointee.ends_with('*') ? "*" : " *");
    }
    case TypeKind::Array:
      return (type.element ? spelling(*type.element) : "void") + "[" + std::to_string(type.count) +
             "]";
    case TypeKind::Count:
      return "count_t";
    case TypeKind::Sum:
      return aggregation_spelling(type, "sum_t");
    case TypeKind::Min:
      return aggregation_spelling(type, "min_t");
    case TypeKind::Max:
      return aggregation_spelling(type, "max_t");
    case TypeKind::Avg:
      return aggregation_spelling(type, "avg_t");
    case TypeKind::Stats:
      return aggregation_spelling(type, "stats_t");
    case TypeKind::Hist:
      return "hist_t";
    case TypeKind::Lhist:
      return "lhist_t";
  }
  base::internal_error("unknown type kind");
}

}  // namespace bpftracec::sema
