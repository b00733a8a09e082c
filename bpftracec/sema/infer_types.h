// Finds the types of variables, of maps' values and of their keys from all that the script puts
// there.
#pragma once

#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

// Fills `script.types`. Reports nothing: building the programs does, with these types known.
void infer_types(ScriptContext& script, const ResolvedProbes& probes);

}  // namespace bpftracec::sema
