// The functions of the kernel and its modules.
#pragma once

#include "attacher.h"

namespace bpftracec::rt {

// The sites that the probe stands for: all functions that can be traced and whose module and name
// the patterns match. `kind` is the probe's, for the sites' names. False with a message if there
// are none.
bool find_functions(const AttachContext& context, Probe& probe, const char* kind, Failure& failure);

// The sites' addresses, where this process may know them.
void find_addresses(const AttachContext& context, Probe& probe);

// How many symbols that are functions have that name; `module` may be empty for any. 0 as well when
// symbols cannot be listed.
uint32_t count_functions(const char* module, const char* name);

// The name of the function at an address, to keep; empty if nobody knows it.
const char* function_at(uint64_t address);

// Says that there is no such function, what it may be called, and why it may be missing.
bool explain_no_function(const AttachContext& context, const char* module, const char* name,
                         Failure& failure);

// Whether the kernel's list of functions that can be traced has this one; also true when the list
// cannot be read.
bool may_be_traceable(const AttachContext& context, const char* module, const char* name);

}  // namespace bpftracec::rt
