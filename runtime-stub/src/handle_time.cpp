#include <time.h>

#include "bpftracec/rt/output.h"
#include "bpftracec/rt/tracer.h"

namespace bpftracec::rt {

void handle_time(Tracer& tracer, const Record&, const void* details) {
  const char* format = static_cast<const TimeDetails*>(details)->format;
  // strftime() says 0 both for "does not fit" and for an empty result; a blank before the format
  // makes the second impossible. Nothing that a format can ask for is longer than the limit.
  constexpr size_t kLimit = size_t{64} * 1024;
  Buffer with_blank;
  with_blank.append(' ');
  with_blank.append_text(format);
  with_blank.append('\0');
  time_t now = time(nullptr);
  struct tm local = {};
  localtime_r(&now, &local);
  for (size_t size = 256; size <= kLimit; size *= 4) {
    Buffer text;
    size_t length = strftime(text.extend(size), size, with_blank.data(), &local);
    if (length == 0) continue;
    tracer.output().message("time", {text.data() + 1, static_cast<uint32_t>(length) - 1});
    return;
  }
}

}  // namespace bpftracec::rt
