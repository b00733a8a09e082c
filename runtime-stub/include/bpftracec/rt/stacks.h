// Stacks of calls, and addresses by their names. A tool's tables name those that it uses: the
// tables of symbols of the kernel and of processes are archive members of their own.
#pragma once

#include "bpftracec/rt/format.h"
#include "bpftracec/rt/tool.h"

namespace bpftracec::rt {

// Values are stack_key, details a StackDescription.
extern const ValueType kKernelStackType;
extern const ValueType kUserStackType;
extern const ValueType kRawStackType;      // addresses
extern const ValueType kBuildIdStackType;  // places in files

extern const ValueType kKernelSymbolType;  // an address
extern const ValueType kUserSymbolType;    // a user_symbol

// What a name was in the source: "_Z1fi" is "f(int)", and likewise in Rust. With malloc(); null for
// a name of C, which is what it is.
char* demangle(const char* name);

}  // namespace bpftracec::rt
