// Macros: each call is replaced by a copy of the macro's body.
#pragma once

#include <map>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/syntax/ast.h"
#include "bpftracec/syntax/ast_context.h"

namespace bpftracec::sema {

// Where each macro is called first.
using ExpandedMacros = std::map<const syntax::Macro*, diagnostics::SourceRange>;

// The script without macros and calls of them; new nodes live in `context`. A call becomes a block
// that is a value. Reports calls that fit no macro, macros that call themselves, and what a macro's
// body may not do.
//
// The body's own variables get names that no script can write, so that they never meet those of the
// caller; maps can only be passed in.
syntax::Script expand_macros(const syntax::Script& script, syntax::AstContext& context,
                             diagnostics::DiagnosticSink& sink, ExpandedMacros& expanded);

// What was reported in the body of a macro gets a note that names the call.
void note_expansions(const ExpandedMacros& expanded, diagnostics::DiagnosticSink& sink);

}  // namespace bpftracec::sema
