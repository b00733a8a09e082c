// Positional parameters: words of the tool's command line that the script calls $1, $2, ...
#pragma once

#include "bpftracec/rt/tool.h"
#include "failure.h"

namespace bpftracec::rt {

inline Text text_of(const char* nul_terminated) {
  return {nul_terminated, static_cast<uint32_t>(__builtin_strlen(nul_terminated))};
}

// Whether those that the script uses as numbers are numbers.
bool check_parameters(const ToolDescription& tool, const Bindings& bindings, Failure& failure);

// A copy of `text` with each `$N` replaced, to be kept until the tool ends. Null, with a message,
// when the parameter was not given: a probe cannot do without.
char* substitute_parameters(Text text, const Bindings& bindings, Failure& failure);

}  // namespace bpftracec::rt
