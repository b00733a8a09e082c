// Times in the form that a format of strftime() gives them.
#pragma once

#include <time.h>

#include "bpftracec/rt/buffer.h"

namespace bpftracec::rt {

// Local time. `format` has no NUL. Nothing is appended for a result that nobody could want, of more
// than 64 KB.
void append_time(Text format, time_t time, Buffer& to);

}  // namespace bpftracec::rt
