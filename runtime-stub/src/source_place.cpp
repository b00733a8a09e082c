#include "source_place.h"

#include <string.h>

#include "bpftracec/rt/json.h"

namespace bpftracec::rt {

void append_place(const ToolDescription& tool, const SourcePlace& place, const char* severity,
                  Buffer& to) {
  to.append_text(tool.script_name);
  to.append(':');
  to.append_unsigned(place.line);
  to.append(':');
  to.append_unsigned(place.column);
  if (place.end_column != 0) {
    to.append('-');
    to.append_unsigned(place.end_column);
  }
  to.append(": ");
  to.append_text(severity);
  to.append(": ");
}

void append_json_place(const ToolDescription& tool, const SourcePlace& place, Buffer& to) {
  to.append(", \"filename\": ");
  append_json_string(to, {tool.script_name, static_cast<uint32_t>(strlen(tool.script_name))});
  to.append(", \"line\": ");
  to.append_unsigned(place.line);
  to.append(", \"col\": ");
  to.append_unsigned(place.column);
  to.append("}\n");
}

}  // namespace bpftracec::rt
