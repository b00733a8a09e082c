// The command line of the compiler.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "bpftracec/world/host_world.h"

namespace bpftracec::driver {

enum class Stage : uint8_t {
#define STAGE(enumerator, name, description) enumerator,
#include "bpftracec/driver/stage.def"
#undef STAGE
};

struct Options {
  std::string script_path;             // "-": standard input
  std::optional<std::string> program;  // of -e, in place of a script
  std::string output_path;             // empty: standard output; a tool always has one
  std::string tool_name;
  Stage emit = Stage::Exe;
  world::HostWorldOptions world;
  bool is_unsafe = false;
  bool is_verbose = false;
  bool is_quiet = false;
};

// The options, or the exit status when there is nothing to compile: 0 after --help or --version,
// which are written to `out`; 2 for wrong usage, which is explained on `err`.
std::variant<Options, int> parse_options(std::span<const std::string> arguments, std::ostream& out,
                                         std::ostream& err);

// Explains wrong usage of `command`; the exit status.
int reject_usage(std::ostream& err, const std::string& message, std::string_view command);

}  // namespace bpftracec::driver
