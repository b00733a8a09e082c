// `bpftracec fmt`: scripts in their usual form.
#pragma once

#include <span>
#include <string>

#include "bpftracec/driver/driver.h"

namespace bpftracec::driver {

// `arguments` follow the word "fmt". Exit status: 0; 1 for a script that is wrong or, with --check,
// not in its usual form; 2 for wrong usage.
int run_format(DriverEnv& env, std::span<const std::string> arguments);

}  // namespace bpftracec::driver
