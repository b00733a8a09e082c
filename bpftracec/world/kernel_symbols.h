// The list of the running kernel's symbols.
#pragma once

#include <string>
#include <vector>

namespace bpftracec::world {

// Functions of the kernel and of its modules, sorted; empty when they cannot be listed.
std::vector<std::string> read_kernel_functions();

}  // namespace bpftracec::world
