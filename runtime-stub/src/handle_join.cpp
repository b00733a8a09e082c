// join(): texts with their NULs, one after the other, get the separator between them.
#include <string.h>

#include "bpftracec/rt/format.h"
#include "bpftracec/rt/output.h"
#include "bpftracec/rt/tracer.h"

namespace bpftracec::rt {

void handle_join(Tracer& tracer, const Record& record, const void* details) {
  const auto& join = *static_cast<const JoinDetails*>(details);
  const Value value = value_in(join.field, record);
  const auto* at = reinterpret_cast<const char*>(value.data);
  const char* end = at + value.size;
  Buffer text;
  for (bool is_first = true; at < end; is_first = false) {
    const size_t length = strnlen(at, static_cast<size_t>(end - at));
    if (!is_first) text.append(join.separator);
    text.append(at, length);
    at += length + 1;
  }
  text.append('\n');
  tracer.output().message("join", text.text());
}

}  // namespace bpftracec::rt
