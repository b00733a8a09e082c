// Syntax tree to typed program.
#pragma once

#include <optional>
#include <string>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/diagnostics/source_file.h"
#include "bpftracec/sema/program.h"
#include "bpftracec/syntax/ast.h"
#include "bpftracec/world/world.h"

namespace bpftracec::sema {

struct AnalyzeOptions {
  // What messages of the tool call the script; empty: the base name of the file.
  std::string script_name;
  // --unsafe: what may harm the machine that is traced is compiled, too.
  bool is_unsafe = false;
};

// Reports all that is wrong with the script; nothing is returned when the sink then holds an error,
// whoever reported it. `script` may have gaps where the parser has reported errors: what can be
// checked is checked.
std::optional<Program> analyze(const syntax::Script& script, const diagnostics::SourceFile& file,
                               const world::World& world, diagnostics::DiagnosticSink& sink,
                               const AnalyzeOptions& options = {});

// The typed program as indented text for people and golden files (--emit=typed-ast).
std::string dump(const Program& program);

}  // namespace bpftracec::sema
