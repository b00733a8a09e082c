// Diagnostics as text for people:
//
//   open.bt:3:5: error: unknown function 'prnt' [UnknownFunction]
//       prnt("x");
//       ^~~~
//   hint: did you mean 'print'?
//   open.bt:1:1: note: ...
//
// The script is untrusted: what of it could move the cursor of a terminal, or is not UTF-8, is
// shown as \xHH.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/diagnostics/source_file.h"
#include "bpftracec/diagnostics/source_part.h"

namespace bpftracec::diagnostics {

struct RenderOptions {
  bool use_colors = false;
  bool show_warnings = true;
  std::span<const SourcePart> parts = {};  // none: the text is one file
};

std::string render(const Diagnostic& diagnostic, const SourceFile& file,
                   const RenderOptions& options = {});

// All that the sink holds, in source order.
std::string render(const DiagnosticSink& sink, const SourceFile& file,
                   const RenderOptions& options = {});

// For a piece of untrusted text in any other message.
std::string printable(std::string_view text);

}  // namespace bpftracec::diagnostics
