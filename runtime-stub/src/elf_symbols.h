// Where a function lies in an executable or library.
#pragma once

#include <cstdint>

#include "elf_file.h"
#include "failure.h"

namespace bpftracec::rt {

struct FunctionPlace {
  uint64_t offset = 0;  // in the file
  uint64_t size = 0;
  bool is_indirect = false;  // an IFUNC: this is its resolver
};

bool find_function(const char* path, const char* name, FunctionPlace& place, Failure& failure);

// Calls `visit` for each function, with its address; for one that has several names, with each.
void for_each_function(const ElfFile& file,
                       void (*visit)(const char* name, uint64_t address, void* context),
                       void* context);

// The address of a variable; `name` has `size` bytes.
bool find_variable(const ElfFile& file, const char* name, size_t size, uint64_t& address);

}  // namespace bpftracec::rt
