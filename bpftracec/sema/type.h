// The types of a script's values.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace bpftracec::sema {

enum class TypeKind : uint8_t {
  Error,  // something is wrong here and has been reported: silences what follows
  None,   // no value: the result of printf() and its like
  Bool,
  Integer,
  String,  // NUL-padded up to its capacity, wherever it is stored
  Pointer,
  Array,  // fixed number of elements, held by reference; only indexing reads it
  Count,  // the aggregations: values of per-CPU maps, made only by assigning the map function
  Sum,
  Min,
  Max,
  Avg,
  Stats,
  Hist,
  Lhist,
};

// Where a pointer points, which decides between bpf_probe_read_kernel and bpf_probe_read_user.
enum class AddressSpace : uint8_t { Unknown, Kernel, User };

struct Type {
  TypeKind kind = TypeKind::None;
  bool is_signed = false;  // Integer; Sum, Min, Max, Avg, Stats: of the argument
  uint32_t size = 0;       // bytes. Integer: 1, 2, 4, 8. String: capacity with the final NUL
  uint32_t count = 0;      // Array: number of elements
  AddressSpace space = AddressSpace::Unknown;  // Pointer
  std::string
      c_name;  // Pointer: the pointee's C spelling ("char", "struct task_struct"); empty: unknown
  std::shared_ptr<const Type>
      element;  // Pointer: what it points to, null when that has no type here. Array: its element

  friend bool operator==(const Type&, const Type&);
};

bool is_aggregation(const Type& type);
// count, sum, min, max and avg may be used as integers; stats and histograms may not.
bool is_castable_aggregation(const Type& type);

Type bool_type();
Type integer_type(uint32_t size, bool is_signed);
Type string_type(uint32_t capacity);
// `element` may be null: then the pointer is a number that cannot be followed.
Type pointer_type(std::string c_name, AddressSpace space, std::shared_ptr<const Type> element);

// The spelling that messages and dumps use: "uint32", "string[16]", "count_t", "struct task_struct
// *".
std::string spelling(const Type& type);

}  // namespace bpftracec::sema
