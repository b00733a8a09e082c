// The types of a script's values.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bpftracec::world {
struct CType;
}

namespace bpftracec::sema {

enum class TypeKind : uint8_t {
  Error,  // something is wrong here and has been reported: silences what follows
  None,   // no value: the result of printf() and its like
  Bool,
  Integer,
  String,  // NUL-padded up to its capacity, wherever it is stored
  Pointer,
  Array,       // fixed number of elements, held by reference: its address, or a tracepoint's field
  Struct,      // a struct or union of C, held by reference: its address
  Tuple,       // also a record, whose members have names, and an array that was copied
  Buffer,      // bytes as they are, with their number before them
  Inet,        // ntop(): an address family and 16 bytes
  Mac,         // macaddr(): six bytes
  Timestamp,   // strftime(): nanoseconds, shown as `format` tells
  CgroupPath,  // cgroup_path(): a cgroup's number
  UserName,    // username: a user's number
  Stack,       // of the kernel or of a process (`space`): rt::stack_key, whatever its frames take
  Symbol,      // an address that is shown by its name. In the kernel: the address; in a process:
               // rt::user_symbol
  Count,       // the aggregations: values of per-CPU maps, made only by assigning the map function
  Sum,
  Min,
  Max,
  Avg,
  Stats,
  Hist,
  Lhist,
  Tseries,
};

// Where a pointer points, which decides between bpf_probe_read_kernel and bpf_probe_read_user.
enum class AddressSpace : uint8_t {
  Unknown,
  Kernel,
  User,
  Either,  // it depends on who calls the function: user memory is tried first
};

// How a stack is shown.
enum class StackMode : uint8_t { Bpftrace, Perf, Raw, BuildId };

struct TupleMember;

struct Enumerator {
  std::string name;
  uint64_t value;  // sign-extended to 64 bits

  friend bool operator==(const Enumerator&, const Enumerator&) = default;
};

struct Type {
  TypeKind kind = TypeKind::None;
  bool is_signed = false;  // Integer; Sum, Min, Max, Avg, Stats: of the argument
  uint32_t size = 0;   // bytes. Integer: 1, 2, 4, 8. String: capacity with the final NUL. Tuple:
                       // a multiple of 8
  uint32_t count = 0;  // Array: number of elements. Stack: of frames, at most
  StackMode stack_mode = StackMode::Bpftrace;  // Stack
  // Pointer, Integer: of what it points to. Struct, Array: of where it lies. Stack, Symbol: whose.
  AddressSpace space = AddressSpace::Unknown;
  // Pointer: the pointee's C spelling ("char", "struct task_struct"); empty: unknown. Struct: its
  // own. Integer: of an enum.
  std::string c_name;
  std::shared_ptr<const Type>
      element;  // Pointer: what it points to, null when that has no type here. Array: its element

  std::shared_ptr<const std::vector<TupleMember>> members;  // Tuple
  bool is_array = false;  // Tuple: the elements of an array, all of one type
  std::shared_ptr<const std::vector<Enumerator>> enumerators;  // Integer: of an enum
  // Timestamp: how it is shown. CgroupPath: which hierarchies are shown, as a pattern; empty: all.
  std::string format;
  const world::CType* c_type = nullptr;  // Struct: for sema alone

  friend bool operator==(const Type&, const Type&);
};

// A part of a tuple, at its place in the tuple's memory: tuples, keys and values consist of slots
// of whole words, so that the key `@m[a, b]` and the value of `(a, b)` are the same bytes.
struct TupleMember {
  std::string name;  // of a record's member; empty in a tuple
  Type type;
  uint32_t offset = 0;
  uint32_t size = 0;

  friend bool operator==(const TupleMember&, const TupleMember&) = default;
};

// Bytes of a slot: integers, bools and pointers take 8, extended by their own sign; texts their
// capacity rounded up to 8, filled up with NULs.
uint32_t slot_size(const Type& type);

// Whether a value is bytes in memory when code is made of it; else it is a number of 64 bits.
bool is_in_memory(const Type& type);

// Whether a value can only be passed on and shown: its type must be the same wherever it goes.
bool is_only_shown(const Type& type);

bool is_aggregation(const Type& type);
// count, sum, min, max and avg may be used as integers; stats and histograms may not.
bool is_castable_aggregation(const Type& type);

Type bool_type();
Type integer_type(uint32_t size, bool is_signed);
Type string_type(uint32_t capacity);
// For at most `length` bytes.
Type buffer_type(uint32_t length);
uint32_t buffer_length(const Type& type);
// A type without more to say of it: Inet, Mac, UserName.
Type simple_type(TypeKind kind);
// Timestamp, CgroupPath.
Type formatted_type(TypeKind kind, std::string format);
// `element` may be null: then the pointer is a number that cannot be followed.
Type pointer_type(std::string c_name, AddressSpace space, std::shared_ptr<const Type> element);

Type stack_type(AddressSpace space, StackMode mode, uint32_t limit);
Type symbol_type(AddressSpace space);

// A tuple of values of these types; offsets and sizes of the members are found here. A record if
// they have names.
Type tuple_type(std::vector<TupleMember> members);
bool is_record(const Type& type);
// The elements of an array as a tuple has them.
Type copied_array_type(const Type& element, uint32_t count);

// The spelling that messages and dumps use: "uint32", "string[16]", "count_t", "struct task_struct
// *".
std::string spelling(const Type& type);

}  // namespace bpftracec::sema
