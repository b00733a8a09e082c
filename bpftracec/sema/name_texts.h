// The texts of strerror(), signal_name() and syscall_name().
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bpftracec/sema/program.h"

namespace bpftracec::sema {

// By number, from 0 on; the last is that of all numbers without a name of their own.
std::vector<std::string> names_of(Operation operation);

std::string name_of_number(Operation operation, int64_t number);

}  // namespace bpftracec::sema
