#include "failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bpftracec/rt/buffer.h"
#include "stream.h"

namespace bpftracec::rt {

bool Failure::set(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message_, sizeof message_, format, arguments);
  va_end(arguments);
  hint_[0] = '\0';
  return false;
}

bool Failure::hint(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(hint_, sizeof hint_, format, arguments);
  va_end(arguments);
  return false;
}

bool Failure::prefix(const char* format, ...) {
  char whole[sizeof message_];
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(whole, sizeof whole, format, arguments);
  va_end(arguments);
  if (length >= 0 && static_cast<size_t>(length) < sizeof whole) {
    snprintf(whole + length, sizeof whole - static_cast<size_t>(length), "%s", message_);
  }
  memcpy(message_, whole, sizeof whole);
  return false;
}

void Failure::print(Stream& to, const char* severity) const {
  Buffer text;
  text.append_text(severity);
  text.append(": ");
  text.append_text(message_);
  if (hint_[0] != '\0') {
    text.append("\nHINT: ");
    text.append_text(hint_);
  }
  text.append('\n');
  to.write(text.text());
}

const char* error_text(int error) { return strerror(error < 0 ? -error : error); }

}  // namespace bpftracec::rt
