// The functions that an ELF file defines.
#pragma once

#include <string>
#include <vector>

#include "bpftracec/base/result.h"

namespace bpftracec::world {

// From .symtab and .dynsym; sorted, each name once. An error when `path` is not a readable ELF
// file.
base::Result<std::vector<std::string>> read_function_names(const std::string& path);

}  // namespace bpftracec::world
