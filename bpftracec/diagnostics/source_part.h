// Scripts that import others are one text, the imported files behind the first: so a place is one
// number everywhere. Only messages tell the files apart.
#pragma once

#include <string>

#include "bpftracec/diagnostics/source_range.h"

namespace bpftracec::diagnostics {

// One file's share of the text.
struct SourcePart {
  std::string name;
  SourceRange range;
};

}  // namespace bpftracec::diagnostics
