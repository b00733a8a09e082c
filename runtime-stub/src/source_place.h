// Places in the script, as messages name them.
#pragma once

#include <cstdint>

#include "bpftracec/rt/buffer.h"

namespace bpftracec::rt {

struct SourcePlace {
  uint32_t line;        // 1-based
  uint32_t column;      // 1-based
  uint32_t end_column;  // one past the end; on another line: 0
};

// "prog.bt:4:9-18: WARNING: "
void append_place(const ToolDescription& tool, const SourcePlace& place, const char* severity,
                  Buffer& to);

// The end of an object: , "filename": "prog.bt", "line": 4, "col": 9}
void append_json_place(const ToolDescription& tool, const SourcePlace& place, Buffer& to);

}  // namespace bpftracec::rt
