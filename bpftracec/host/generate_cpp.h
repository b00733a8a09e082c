// The last of the compiler's own stages: the C++ file of a tool.
#pragma once

#include <string>

#include "bpftracec/sema/program.h"

namespace bpftracec::host {

struct GenerateOptions {
  std::string tool_name;                        // for the tool's --help
  std::string version;                          // of this compiler
  std::string skeleton_header = "tool.skel.h";  // made by `bpftool gen skeleton OBJECT name tool`
};

// `program` must have passed analyze() without errors. Same program and options, same text.
std::string generate_cpp(const sema::Program& program, const GenerateOptions& options);

}  // namespace bpftracec::host
