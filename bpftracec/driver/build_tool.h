// From the BPF object and the generated C++ to the tool: what is done by other programs, namely
// bpftool, the C++ compiler and lld. All work happens in a temporary directory that is gone
// afterwards, whatever happens.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "bpftracec/base/result.h"

namespace bpftracec::driver {

// Where the programs and our own files are, and how this process knows.
struct BuildEnvironment {
  // The directory that holds bin/bpftracec, lib/bpftracec and include/bpftracec.
  std::string prefix;
  // The value of an environment variable.
  std::function<std::optional<std::string>(std::string_view)> variable;
  // Is told which program takes how long, for -v.
  std::function<void(std::string_view program, double milliseconds)> on_program_end;
};

// The header that bpftool makes from `object`; in it the skeleton's name is "tool".
base::Result<std::string> generate_skeleton(std::string_view object,
                                            const BuildEnvironment& environment);

// Compiles `cpp`, which includes `skeleton` as "tool.skel.h", and links it to a static executable
// at `output_path`.
base::Result<void> build_tool(std::string_view cpp, std::string_view skeleton,
                              const std::string& output_path, const BuildEnvironment& environment);

}  // namespace bpftracec::driver
