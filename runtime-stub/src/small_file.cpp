#include "small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>

#include "unique_fd.h"

namespace bpftracec::rt {

long read_small_file(const char* path, char* to, size_t size) {
  const UniqueFd fd(open(path, O_RDONLY | O_CLOEXEC));
  const ssize_t count = fd ? read(fd.get(), to, size - 1) : -1;
  to[count < 0 ? 0 : count] = '\0';
  return count;
}

bool read_file(const char* path, Buffer& to) {
  constexpr size_t kChunk = 4096;
  const UniqueFd fd(open(path, O_RDONLY | O_CLOEXEC));
  if (!fd) return false;
  for (;;) {
    const size_t before = to.size();
    const ssize_t count = read(fd.get(), to.extend(kChunk), kChunk);
    to.truncate(before + static_cast<size_t>(count < 0 ? 0 : count));
    if (count == 0) return true;
    if (count < 0 && errno != EINTR) return false;
  }
}

Path::Path(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  is_cut = length < 0 || static_cast<size_t>(length) >= sizeof text;
}

}  // namespace bpftracec::rt
