#include "wildcard.h"

namespace bpftracec::rt {

// The last `*` may take one more character each time the rest does not fit; those before it never
// have to, so this takes no more than pattern times text.
bool matches(const char* pattern, const char* text) {
  const char* star = nullptr;
  const char* taken = text;
  while (*text != '\0') {
    if (*pattern == '*') {
      star = pattern++;
      taken = text;
    } else if (*pattern == *text) {
      ++pattern;
      ++text;
    } else if (star != nullptr) {
      pattern = star + 1;
      text = ++taken;
    } else {
      return false;
    }
  }
  while (*pattern == '*') ++pattern;
  return *pattern == '\0';
}

}  // namespace bpftracec::rt
