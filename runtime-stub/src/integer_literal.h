// Numbers that the user writes on the command line, in all forms that the language has.
#pragma once

#include <cstdint>

#include "bpftracec/rt/tool.h"

namespace bpftracec::rt {

// Decimal, octal (0755), hex, binary (0b101), exponent (1e6), type suffixes (10ul), durations in
// nanoseconds (5s); `_` between digits; an optional sign. Values from -2^63 to 2^64-1, the upper
// half as its bits. False when `text` is anything else.
bool parse_integer(Text text, int64_t& value);

}  // namespace bpftracec::rt
