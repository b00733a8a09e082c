// Files of /proc and /sys: small, and read whole.
#pragma once

#include <cstddef>

#include "bpftracec/rt/buffer.h"

namespace bpftracec::rt {

// At most `size - 1` bytes and a final NUL into `to`; the number of bytes, or -1 with errno set.
long read_small_file(const char* path, char* to, size_t size);

// The whole file behind what `to` holds. False with errno set on failure.
bool read_file(const char* path, Buffer& to);

// A path as snprintf() makes it.
struct Path {
  [[gnu::format(printf, 2, 3)]] explicit Path(const char* format, ...);
  char text[4096];
  bool is_cut;
};

}  // namespace bpftracec::rt
