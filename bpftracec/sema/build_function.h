// The functions of a script as a whole; probe_context.h has what building one body needs of them.
#pragma once

#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

// Fills `script.functions`, and adds the functions' bodies behind those of the probes. Reports
// names that are taken and types that no function can have; such a function cannot be called, but
// is checked.
void resolve_functions(ScriptContext& script, ResolvedProbes& bodies,
                       diagnostics::DiagnosticSink& sink);

// Reports functions that call themselves, be it through others, and calls that are too deep.
void check_calls(const std::vector<FunctionProgram>& functions, const Functions& signatures,
                 diagnostics::DiagnosticSink& sink);

}  // namespace bpftracec::sema
