// Runs one case: compile, start, wait until attached, do what the case does, stop, compare.
#pragma once

#include <string>

#include "tests/runtime/case_file.h"
#include "tests/runtime/tool_store.h"

namespace bpftracec::runtime_tests {

struct RunOptions {
  ToolStore store;
  std::string source_directory;  // replaces %{source}: tests/runtime
  int slowness = 1;              // what timeouts are multiplied by
};

struct Outcome {
  std::string skipped;  // the reason, if it can't run here
  std::string failure;  // empty if all was as expected
};

Outcome run_case(const Case& test, const RunOptions& options);

}  // namespace bpftracec::runtime_tests
