// The C in a script, on its way to Clang, and what Clang has to say about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bpftracec/diagnostics/source_range.h"

namespace bpftracec::world {

struct CSource {
  std::string_view script_name;  // a path, whose directory is where #include "x.h" looks first; or
                                 // what messages call it, such as "stdin"
  std::string_view text;         // the whole script
  // Preprocessor lines, and definitions with or without their last ';', in the script's order.
  std::vector<diagnostics::SourceRange> parts;
};

enum class CSeverity : uint8_t { Warning, Error };

// A message of Clang, in its words.
struct CDiagnostic {
  CSeverity severity = CSeverity::Error;
  std::string text;
  // In the script: the fault or, if it is in a header, the line that includes that. Empty, at 0,
  // for faults in headers that the command line names.
  diagnostics::SourceRange range;
  // Where it is in a header; empty, 0, 0 for faults in the script itself.
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;
};

}  // namespace bpftracec::world
