// Where the symbols of a stripped file may be.
#pragma once

#include <libelf.h>

namespace bpftracec::rt {

// The contents of the section of that name; null without.
Elf_Data* find_section_data(Elf* elf, const char* name);

// Calls `visit` with the paths at which debugging information of the file may lie, by its build id
// and by the name that it tells, until that returns true: below `root`, and without it.
bool for_each_debug_file(Elf* elf, const char* root, const char* path,
                         bool (*visit)(const char* path, void* context), void* context);

}  // namespace bpftracec::rt
