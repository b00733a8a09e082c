#include <string.h>

#include "bpftracec/rt/output.h"
#include "bpftracec/rt/tracer.h"
#include "time_text.h"

namespace bpftracec::rt {

void handle_time(Tracer& tracer, const Record&, const void* details) {
  const char* format = static_cast<const TimeDetails*>(details)->format;
  Buffer text;
  append_time({format, static_cast<uint32_t>(strlen(format))}, time(nullptr), text);
  tracer.output().message("time", text.text());
}

}  // namespace bpftracec::rt
