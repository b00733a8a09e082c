// The command line that every tool has.
#pragma once

#include "bpftracec/rt/output.h"
#include "bpftracec/rt/tool.h"

namespace bpftracec::rt {

struct Options {
  uint32_t pid = 0;               // -p; 0: all processes
  const char* command = nullptr;  // -c
  const char* output_path = nullptr;
  OutputMode mode = OutputMode::Text;
  Buffering buffering = Buffering::Line;
  bool is_quiet = false;
  bool is_verbose = false;
  bool is_dry_run = false;
  bool lists_probes = false;
  OptionValue* script_options = nullptr;  // one for each of ToolDescription::options
  const char* btf_path = nullptr;
  const char* const* parameters = nullptr;
  uint32_t parameter_count = 0;
};

// The exit statuses of design.md, section 5.
inline constexpr int kExitFailure = 1;
inline constexpr int kExitWrongUsage = 2;

// What --help and its like have written to standard output goes out. The exit status.
int flush_stdout(Stream& errors);

// Returns -1 when the tool is to run, and its exit status when all has been said: --help,
// --version, wrong usage.
int parse_options(const ToolDescription& tool, int argc, char** argv, Stream& errors,
                  Options& options);

}  // namespace bpftracec::rt
