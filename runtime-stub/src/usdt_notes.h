// The static markers (USDT) of an executable or library: notes that the macros of <sys/sdt.h> have
// left in it. https://sourceware.org/systemtap/wiki/UserSpaceProbeImplementation has the format.
#pragma once

#include <cstdint>

#include "elf_file.h"

namespace bpftracec::rt {

// One place of a marker. The texts last as long as the file is open.
struct UsdtMarker {
  const char* provider;
  const char* name;
  const char* arguments;  // "-4@%edi 8@-16(%rbp)"
  uint64_t address;
  uint64_t offset;     // of the code, in the file
  uint64_t semaphore;  // offset of the counter of those who trace it; 0: it has none
};

// Calls `visit` for each place of each marker, in the file's order. A note that makes no sense is
// passed over.
void for_each_marker(const ElfFile& file, void (*visit)(const UsdtMarker& marker, void* context),
                     void* context);

}  // namespace bpftracec::rt
