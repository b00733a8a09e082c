#pragma once

#include <cstdint>

namespace bpftracec::rt {

// Where an address is, by a name; null: nobody knows.
struct SymbolPlace {
  const char* name = nullptr;
  uint64_t offset = 0;
  const char* file = nullptr;  // of a process's code: the executable or library
};

}  // namespace bpftracec::rt
