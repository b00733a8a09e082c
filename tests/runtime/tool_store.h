// Compiles each case's script once: the tools stay in the build folder, and are made anew when the
// script, its options, the compiler or the runtime stub changed. Several runners may ask at the
// same time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/runtime/case_file.h"
#include "tests/runtime/file_lock.h"

namespace bpftracec::runtime_tests {

struct ToolStore {
  std::string directory;               // of the tools
  std::string compiler;                // bpftracec
  std::vector<std::string> also_from;  // other files that tools are made from
  std::string programs;                // replaces %{programs}
  bool is_complete = false;            // nothing is compiled here: in a virtual machine
};

struct Tool {
  std::string path;
  std::string error;  // not empty if it could not be compiled
};

// Replaces %{name} by value, everywhere.
std::string substitute(std::string text, const std::string& name, const std::string& value);

// Where the tool of `test` is kept.
std::string tool_path(const ToolStore& store, const Case& test);

// Probes on a program see it in whichever case runs it: a case that names %{programs} holds this
// lock while its tool runs.
std::unique_ptr<FileLock> lock_programs(const ToolStore& store, const Case& test);

Tool get_tool(const ToolStore& store, const Case& test);

}  // namespace bpftracec::runtime_tests
