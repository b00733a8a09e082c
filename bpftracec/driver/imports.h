// Files that a script imports: `import "probes.bt";`.
#pragma once

#include <string>
#include <vector>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/diagnostics/source_part.h"

namespace bpftracec::driver {

struct ScriptText {
  std::string text;
  std::vector<diagnostics::SourcePart> parts;  // the script first; each file once
};

// The script with all that it imports, directly or not. Files are looked for beside the file that
// names them; a directory stands for the scripts in it. Reports what cannot be found. What
// everybody may write is left out with a warning: a tool that runs as root would run it.
ScriptText load_imports(std::string name, const std::string& text,
                        diagnostics::DiagnosticSink& sink);

}  // namespace bpftracec::driver
