#include "time_text.h"

namespace bpftracec::rt {

void append_time(Text format, time_t time, Buffer& to) {
  // strftime() says 0 both for "does not fit" and for an empty result; a blank before the format
  // makes the second impossible.
  constexpr size_t kLimit = size_t{64} * 1024;
  Buffer with_blank;
  with_blank.append(' ');
  with_blank.append(format);
  with_blank.append('\0');
  struct tm local = {};
  localtime_r(&time, &local);
  for (size_t size = 256; size <= kLimit; size *= 4) {
    Buffer text;
    const size_t length = strftime(text.extend(size), size, with_blank.data(), &local);
    if (length == 0) continue;
    to.append(text.data() + 1, length - 1);
    return;
  }
}

}  // namespace bpftracec::rt
