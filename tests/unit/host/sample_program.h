// A typed program with something of everything that host code is made from.
#pragma once

#include <string>

#include "bpftracec/sema/program.h"

namespace bpftracec::host {

// `text` stands wherever a script's own text may: in formats, names, paths, the source.
sema::Program sample_program(const std::string& text);

}  // namespace bpftracec::host
