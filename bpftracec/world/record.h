// Layouts of records that exist outside the script, as plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bpftracec::world {

// How a tracepoint field's bytes are to be read.
enum class FieldKind : uint8_t {
  Integer,
  Pointer,
  CharArray,   // char x[N]: text that ends at the first NUL or at N
  Array,       // N elements of `element_size` bytes
  DataLoc,     // __data_loc: a u32 in the record; low 16 bits: offset from the record's start, high
               // 16: length in bytes
  RelDataLoc,  // __rel_data_loc (Linux 5.17): the same, but the offset counts from the end of this
               // u32
  Opaque,      // a struct or something that has no meaning for a script yet
};

// One line of an event's `format` file (Documentation/trace/events.rst in the kernel's tree).
struct TracepointField {
  std::string name;
  std::string c_type;  // as the file writes it, without the name and the [N]: "const char *",
                       // "__data_loc char[]"
  FieldKind kind = FieldKind::Integer;
  uint32_t offset = 0;  // on the build host; a tool never uses it (it is relocated on the target)
  uint32_t size = 0;    // bytes the field takes in the record
  uint32_t element_size = 0;  // Array: one element. Integer: the C type's own size, which may be
                              // smaller than `size` (system call arguments: an `int` in an 8-byte
                              // slot). DataLoc: one element
  bool is_signed = false;     // of the integer or the element, by the C type
};

struct TracepointFormat {
  std::string category;
  std::string event;
  std::vector<TracepointField>
      fields;  // the common_* fields are left out: BPF programs cannot read them
};

}  // namespace bpftracec::world
