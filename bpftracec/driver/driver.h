// The compiler as a function: from a command line to an exit status. main() and the tests call it.
#pragma once

#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include "bpftracec/world/host_world.h"

namespace bpftracec::driver {

// Makes the world outside the script, as the command line and the environment want it.
using OpenWorld = std::function<std::unique_ptr<const world::World>(
    const world::HostWorldOptions&)>;

// All that the compiler may touch besides the files that its command line names.
struct DriverEnv {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  OpenWorld open_world;
  bool use_colors = false;
  // The directory above bin/bpftracec, where the stub and its headers are.
  std::string prefix;
  // The value of an environment variable.
  std::function<std::optional<std::string>(std::string_view)> variable;
};

// Exit status: 0; 1 for what is wrong with the script or the machine; 2 for wrong usage.
// `arguments` are without the program's own name.
int run(DriverEnv& env, std::span<const std::string> arguments);

}  // namespace bpftracec::driver
