// A world that is the same on every machine: events from the files beside this one, the types of
// kernel.c, no kernel headers, and one program.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bpftracec/world/host_world.h"

namespace bpftracec::testing_support {

class FixtureWorld : public world::HostWorld {
 public:
  static constexpr std::string_view kProgram = "/usr/bin/app";

  explicit FixtureWorld(world::CHeaderOptions headers = {});

  // An ELF file with the BTF of kernel.c.
  static std::string kernel_btf();

  // Events of the category "unreadable" cannot be looked up.
  base::Result<std::optional<world::TracepointFormat>> tracepoint(
      std::string_view category, std::string_view event) const override;
  world::SymbolLookup find_symbol(const std::string& path, std::string_view symbol) const override;
  std::vector<std::string> function_names(const std::string& path) const override;
};

// Takes no part of the options but headers.
std::unique_ptr<const world::World> open_fixture_world(const world::HostWorldOptions& options);

}  // namespace bpftracec::testing_support
