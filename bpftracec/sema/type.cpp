#include "bpftracec/sema/type.h"

#include <utility>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/rt/event_abi.h"
#include "bpftracec/world/c_type.h"

namespace bpftracec::sema {
namespace {

template <typename T>
bool is_same(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
  if (a == nullptr || b == nullptr) return a == b;
  return *a == *b;
}

bool is_same_record(const world::CType* a, const world::CType* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return world::is_same_type(*a, *b);
}

// "sum_t", "usum_t"
std::string aggregation_spelling(const Type& type, const char* name) {
  return std::string(type.is_signed ? "" : "u") + name;
}

std::string_view mode_spelling(StackMode mode) {
  switch (mode) {
    case StackMode::Bpftrace:
      return "bpftrace";
    case StackMode::Perf:
      return "perf";
    case StackMode::Raw:
      return "raw";
    case StackMode::BuildId:
      return "build_id";
  }
  base::internal_error("unknown mode of a stack");
}

// "kstack_bpftrace_127"
std::string stack_spelling(const Type& type) {
  return std::string(type.space == AddressSpace::Kernel ? "kstack_" : "ustack_") +
         std::string(mode_spelling(type.stack_mode)) + "_" + std::to_string(type.count);
}

// "(int8, string[3])", "record { .a = int8, .b = string[3] }"
std::string tuple_spelling(const Type& type) {
  if (type.is_array) {
    return spelling(type.members->front().type) + "[" + std::to_string(type.members->size()) + "]";
  }
  std::string text;
  for (const TupleMember& member : *type.members) {
    if (!text.empty()) text += ", ";
    if (!member.name.empty()) text += "." + member.name + " = ";
    text += spelling(member.type);
  }
  return is_record(type) ? "record { " + text + " }" : "(" + text + ")";
}

}  // namespace

bool operator==(const Type& a, const Type& b) {
  return a.kind == b.kind && a.is_signed == b.is_signed && a.size == b.size && a.count == b.count &&
         a.space == b.space && a.stack_mode == b.stack_mode && a.c_name == b.c_name &&
         a.is_array == b.is_array && a.format == b.format && is_same(a.element, b.element) &&
         is_same(a.members, b.members) && is_same(a.enumerators, b.enumerators) &&
         is_same_record(a.c_type, b.c_type);
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
    case TypeKind::Tseries:
      return true;
    case TypeKind::Error:
    case TypeKind::None:
    case TypeKind::Bool:
    case TypeKind::Integer:
    case TypeKind::String:
    case TypeKind::Pointer:
    case TypeKind::Array:
    case TypeKind::Struct:
    case TypeKind::Tuple:
    case TypeKind::Buffer:
    case TypeKind::Inet:
    case TypeKind::Mac:
    case TypeKind::Timestamp:
    case TypeKind::CgroupPath:
    case TypeKind::UserName:
    case TypeKind::Stack:
    case TypeKind::Symbol:
      return false;
  }
  base::internal_error("unknown type kind");
}

bool is_castable_aggregation(const Type& type) {
  return is_aggregation(type) && type.kind != TypeKind::Stats && type.kind != TypeKind::Hist &&
         type.kind != TypeKind::Lhist && type.kind != TypeKind::Tseries;
}

Type bool_type() { return {.kind = TypeKind::Bool, .size = 1}; }

Type integer_type(uint32_t size, bool is_signed) {
  return {.kind = TypeKind::Integer, .is_signed = is_signed, .size = size};
}

bool is_only_shown(const Type& type) {
  return type.kind == TypeKind::Inet || type.kind == TypeKind::Mac ||
         type.kind == TypeKind::Timestamp || type.kind == TypeKind::CgroupPath ||
         type.kind == TypeKind::UserName;
}

Type buffer_type(uint32_t length) {
  return {.kind = TypeKind::Buffer,
          .size = length + static_cast<uint32_t>(sizeof(rt::buffer_head))};
}

uint32_t buffer_length(const Type& type) {
  return type.size - static_cast<uint32_t>(sizeof(rt::buffer_head));
}

Type simple_type(TypeKind kind) {
  const bool is_inet = kind == TypeKind::Inet;
  return {.kind = kind, .size = is_inet ? static_cast<uint32_t>(sizeof(rt::inet_value)) : 8};
}

Type formatted_type(TypeKind kind, std::string format) {
  return {.kind = kind, .size = 8, .format = std::move(format)};
}

Type string_type(uint32_t capacity) { return {.kind = TypeKind::String, .size = capacity}; }

Type pointer_type(std::string c_name, AddressSpace space, std::shared_ptr<const Type> element) {
  return {.kind = TypeKind::Pointer,
          .size = 8,
          .space = space,
          .c_name = std::move(c_name),
          .element = std::move(element)};
}

Type stack_type(AddressSpace space, StackMode mode, uint32_t limit) {
  return {.kind = TypeKind::Stack,
          .size = sizeof(rt::stack_key),
          .count = limit,
          .stack_mode = mode,
          .space = space};
}

Type symbol_type(AddressSpace space) {
  const bool is_kernel = space == AddressSpace::Kernel;
  return {.kind = TypeKind::Symbol,
          .size = is_kernel ? 8 : static_cast<uint32_t>(sizeof(rt::user_symbol)),
          .space = space};
}

Type tuple_type(std::vector<TupleMember> members) {
  uint32_t size = 0;
  for (TupleMember& member : members) {
    member.offset = size;
    member.size = slot_size(member.type);
    size += member.size;
  }
  // One word that says nothing, so that no value is without bytes.
  if (members.empty()) size = slot_size(integer_type(8, false));
  return {.kind = TypeKind::Tuple,
          .size = size,
          .members = std::make_shared<const std::vector<TupleMember>>(std::move(members))};
}

Type copied_array_type(const Type& element, uint32_t count) {
  Type type = tuple_type(std::vector<TupleMember>(count, TupleMember{"", element}));
  type.is_array = true;
  return type;
}

bool is_record(const Type& type) {
  return type.kind == TypeKind::Tuple && !type.members->empty() &&
         !type.members->front().name.empty();
}

uint32_t slot_size(const Type& type) { return is_in_memory(type) ? (type.size + 7) / 8 * 8 : 8; }

bool is_in_memory(const Type& type) {
  return type.kind == TypeKind::String || type.kind == TypeKind::Tuple ||
         type.kind == TypeKind::Buffer || type.kind == TypeKind::Inet ||
         type.kind == TypeKind::Stack ||
         (type.kind == TypeKind::Symbol && type.space == AddressSpace::User);
}

std::string spelling(const Type& type) {
  switch (type.kind) {
    case TypeKind::Error:
      return "error";
    case TypeKind::None:
      return "none";
    case TypeKind::Bool:
      return "bool";
    case TypeKind::Struct:
      return type.c_name;
    case TypeKind::Integer:
      if (type.enumerators != nullptr) return type.c_name;
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
    case TypeKind::Tuple:
      return tuple_spelling(type);
    case TypeKind::Buffer:
      return "buffer[" + std::to_string(type.size) + "]";
    case TypeKind::Inet:
      return "inet[" + std::to_string(type.size) + "]";
    case TypeKind::Mac:
      return "mac_address";
    case TypeKind::Timestamp:
      return "timestamp";
    case TypeKind::CgroupPath:
      return "cgroup_path_t";
    case TypeKind::UserName:
      return "username_t";
    case TypeKind::Stack:
      return stack_spelling(type);
    case TypeKind::Symbol:
      return type.space == AddressSpace::Kernel ? "ksym_t" : "usym_t";
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
    case TypeKind::Tseries:
      return "tseries_t";
  }
  base::internal_error("unknown type kind");
}

}  // namespace bpftracec::sema
