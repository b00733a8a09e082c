#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

namespace bpftracec::rt {

void Log::note(const char* format, ...) const {
  if (!is_enabled_) return;
  va_list arguments;
  va_start(arguments, format);
  char* text = nullptr;
  const int size = vasprintf(&text, format, arguments);
  va_end(arguments);
  if (size < 0) return;
  text[size] = '\n';  // instead of the NUL
  errors_.write({text, static_cast<uint32_t>(size) + 1});
  free(text);
}

void Log::step(const char* what) {
  if (!is_enabled_) return;
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const uint64_t now_ns = static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 +
                          static_cast<uint64_t>(now.tv_nsec);
  if (last_step_ns_ != 0) {
    note("time: %s: %.3f ms", what, static_cast<double>(now_ns - last_step_ns_) / 1e6);
  }
  last_step_ns_ = now_ns;
}

}  // namespace bpftracec::rt
