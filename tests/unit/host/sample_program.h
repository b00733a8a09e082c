// A typed program with something of everything that host code is made from.
#pragma once

#include <string>

#include "bpftracec/sema/program.h"

namespace bpftracec::host {

// `text` stands wherever a script's own text may: in formats, names, paths, the source.
sema::Program sample_program(const std::string& text);

// One probe, and one map of counts by name: the least that a useful tool has.
sema::Program counting_program();

}  // namespace bpftracec::host
