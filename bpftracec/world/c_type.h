// The types of C, as plain data, whoever they come from: kernel BTF, headers, the script itself.
//
// Types make large graphs (from task_struct one gets everywhere), so a record's members, an enum's
// enumerators and a function's parameters are loaded when they are asked for
// (c_type_catalog.h). Everything else of a type is here. Typedefs are resolved: a type that was
// named by one is like the type behind it but for `typedef_name`.
//
// A `const CType*` stays valid as long as the catalog that gave it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bpftracec/diagnostics/source_range.h"

namespace bpftracec::world {

class CTypeStore;

enum class CTypeKind : uint8_t {
  Void,
  Integer,
  Float,
  Pointer,
  Array,
  Struct,
  Union,
  Enum,
  Function,
};

// Who defined a type. In this order they are asked.
enum class CTypeOrigin : uint8_t {
  Language,  // int, u64, size_t: the same wherever they come from
  Script,
  Header,
  Kernel,  // BTF. Members lie elsewhere in other kernels, so each access is relocated (CO-RE)
};

// What the kernel's sources say of a pointer (__user, __rcu, ...; BTF_KIND_TYPE_TAG).
enum class PointerTag : uint8_t { None, User, Rcu, Percpu, Other };

struct CType {
  CTypeKind kind = CTypeKind::Void;
  CTypeOrigin origin = CTypeOrigin::Language;
  bool is_signed = false;    // Integer, Enum
  bool is_bool = false;      // Integer: _Bool
  bool is_char = false;      // Integer: plain `char`, whose arrays are texts
  bool is_complete = true;   // Struct, Union, Enum: false where nobody says what is in it
  bool is_flexible = false;  // Array: `x[]`, and `x[0]` from BTF, which knows no difference
  bool is_variadic = false;  // Function
  PointerTag tag = PointerTag::None;  // Pointer
  uint64_t size = 0;              // bytes; 0: void, functions, flexible arrays, incomplete types
  uint64_t count = 0;             // Array: number of elements
  const CType* target = nullptr;  // Pointer: pointee. Array: element. Function: what it returns
  std::string name;          // Struct, Union, Enum: the tag, empty if anonymous. Integer, Float:
                             // C's own name ("unsigned long"). Function: its name, empty in types
  std::string typedef_name;  // "pid_t", "atomic_t"; empty where no typedef was used

  // Who loads the parts, and by which number. Types that differ only in typedef_name share it.
  const CTypeStore* store = nullptr;
  uint32_t id = 0;
};

// Unnamed: a struct or union whose members count as the outer one's.
struct CMember {
  std::string name;
  const CType* type = nullptr;
  uint64_t bit_offset = 0;  // from the start of the struct or union that it is a member of
  uint32_t bit_size = 0;    // of a bitfield; 0: not a bitfield
};

struct CEnumerator {
  std::string name;
  uint64_t value = 0;           // sign-extended to 64 bits
  const CType* type = nullptr;  // the enum
};

struct CParameter {
  std::string name;  // may be empty
  const CType* type = nullptr;
};

// An object-like macro.
struct CMacro {
  std::string name;
  std::string text;  // the replacement's tokens with single blanks between; may be empty
  diagnostics::SourceRange range;  // in the script; empty for one of a header or the command line
};

// How one gets to a member by name.
struct CMemberPath {
  const CType* record = nullptr;  // where it starts: the complete type
  // From outer to inner: anonymous records on the way, and the member itself at the end.
  std::vector<const CMember*> steps;
  uint64_t bit_offset = 0;  // of the member from the start of the outermost record

  const CMember& member() const { return *steps.back(); }
};

bool is_record(const CType& type);  // a struct or union

// Whether values of the two may be mixed without a cast; typedefs make no difference.
bool is_same_type(const CType& a, const CType& b);

// As messages spell it: "struct task_struct *", "char[16]", "pid_t".
std::string spelling(const CType& type);

}  // namespace bpftracec::world
