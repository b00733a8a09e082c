// A program for one site of a probe with wildcards, where the kernel cannot tell a program which of
// its sites was hit.
#pragma once

#include "attacher.h"

namespace bpftracec::rt {

// Whether the program asks for its site.
bool asks_for_site(const bpf_program* program);

// The loaded program once more, as one that knows that it is at site `number`. The file descriptor,
// or -1 with a message.
int load_for_site(const bpf_program* program, uint32_t number, Failure& failure);

}  // namespace bpftracec::rt
