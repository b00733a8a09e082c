// From what a script calls a program or library to a file on this machine.
#pragma once

#include <cstdint>

#include "failure.h"

namespace bpftracec::rt {

// Paths are taken as they are; bare names are looked for in PATH, `lib...` in the folders of
// libraries ("libc" stands for libc.so.6). With `pid` (not 0) paths are those of that process, and
// no name at all means its executable. The result is to be freed; null with a message.
char* find_binary(const char* name, uint32_t pid, Failure& failure);

}  // namespace bpftracec::rt
