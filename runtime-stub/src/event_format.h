// The `format` file of a trace event: where the fields of its record are on this kernel.
#pragma once

#include "bpftracec/rt/tool.h"

namespace bpftracec::rt {

struct EventField {
  Text name;
  uint32_t offset = 0;
  uint32_t size = 0;
  uint32_t element_size = 0;  // arrays in the record: bytes of one; 0: not an array
};

// Looks for a field in the text of a format file; lines that do not have the form of a field are
// passed over. Text in `field` points into `format`.
bool find_field(Text format, const char* name, EventField& field);

}  // namespace bpftracec::rt
