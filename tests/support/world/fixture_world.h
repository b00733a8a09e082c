// A world that is the same on every machine: events from the files beside this one, and one
// program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bpftracec/world/host_world.h"

namespace bpftracec::testing_support {

class FixtureWorld : public world::HostWorld {
 public:
  static constexpr std::string_view kProgram = "/usr/bin/app";

  FixtureWorld();

  world::SymbolLookup find_symbol(const std::string& path, std::string_view symbol) const override;
  std::vector<std::string> function_names(const std::string& path) const override;
};

}  // namespace bpftracec::testing_support
