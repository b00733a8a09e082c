// A command line in one text, as -c takes it.
#pragma once

#include "failure.h"

namespace bpftracec::rt {

// Words separated by blanks; '...', "..." and backslashes keep blanks, as in a shell. Nothing is
// expanded. A null-ended list, to be kept until the tool ends; null with a message.
char** split_words(const char* text, Failure& failure);

}  // namespace bpftracec::rt
