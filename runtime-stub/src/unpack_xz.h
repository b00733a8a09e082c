#pragma once

#include <cstddef>

#include "bpftracec/rt/buffer.h"

namespace bpftracec::rt {

// Appends what `packed` was before xz compressed it; false if it is damaged.
bool unpack_xz(const char* packed, size_t size, Buffer& to);

}  // namespace bpftracec::rt
