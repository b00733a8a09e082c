#include <cxxabi.h>
#include <stdlib.h>
#include <string.h>

#include "bpftracec/rt/stacks.h"

namespace bpftracec::rt {

namespace {

// Rust's older scheme is that of C++ with a hash as the last part of each name: "::h" and 16
// digits.
bool ends_with_hash(const char* name, size_t length) {
  constexpr size_t kHash = 19;
  if (length <= kHash || memcmp(name + length - kHash, "::h", 3) != 0) return false;
  return strspn(name + length - kHash + 3, "0123456789abcdef") == kHash - 3;
}

}  // namespace

char* demangle(const char* name) {
  if (name[0] != '_' || name[1] != 'Z') return nullptr;
  int status = 0;
  char* result = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  if (result == nullptr) return nullptr;
  const size_t length = strlen(result);
  if (ends_with_hash(result, length)) result[length - 19] = '\0';
  return result;
}

}  // namespace bpftracec::rt
