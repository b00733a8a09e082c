#include "map_failure.h"

#include <errno.h>
#include <string.h>

#include "bpftracec/rt/output.h"
#include "bpftracec/rt/tracer.h"

namespace bpftracec::rt {

void report_map_failure(Tracer& tracer, const char* operation, uint32_t map) {
  int error = errno;
  Buffer message;
  message.append("WARNING: cannot ");
  message.append_text(operation);
  message.append(' ');
  message.append(tracer.tool().maps[map].name);
  message.append(": ");
  message.append_text(strerror(error));
  message.append('\n');
  tracer.output().error_message(message.text());
}

}  // namespace bpftracec::rt
