// The config block's settings over the defaults.
#pragma once

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/sema/program.h"
#include "bpftracec/syntax/ast.h"

namespace bpftracec::sema {

Config read_config(const syntax::Script& script, diagnostics::DiagnosticSink& sink);

}  // namespace bpftracec::sema
