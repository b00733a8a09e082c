// The parts of RFC 8259 that every tool needs, because -f json is chosen when it is started.
#pragma once

#include <cstdint>

#include "bpftracec/rt/buffer.h"

namespace bpftracec::rt {

// With its quotes. Valid UTF-8 stays as it is; each longest piece that begins like a character and
// is none becomes one U+FFFD, as in the Unicode standard's recommendation.
void append_json_string(Buffer& to, Text text);

// Numbers that a double cannot hold exactly are written as strings: most readers of JSON would
// silently change them.
void append_json_signed(Buffer& to, int64_t value);
void append_json_unsigned(Buffer& to, uint64_t value);

}  // namespace bpftracec::rt
