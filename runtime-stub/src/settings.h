// What the environment may change at start: BPFTRACE_*.
#pragma once

#include "bpftracec/rt/tool.h"
#include "failure.h"

namespace bpftracec::rt {

struct Settings {
  bool ignores_missing_probes = false;  // without a word
  uint64_t log_size = 1'000'000;        // of the verifier's log, with -v
  const char* btf_path = nullptr;
  const char* tracefs = nullptr;
};

// Puts the settings of the environment over those that the tool was compiled with.
bool read_environment(ToolDescription& tool, Settings& settings, Failure& failure);

}  // namespace bpftracec::rt
