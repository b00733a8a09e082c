// The value of an integer as written in a script: 0755, 0xff, 1_000, 5e6, 10ms, 7ul.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/diagnostics/source_range.h"

namespace bpftracec::syntax {

// `word` is the whole run of letters, digits and '_' that begins with a digit, and lies at `range`.
// Reports what is wrong with it and returns nothing then.
std::optional<uint64_t> parse_integer_literal(std::string_view word, diagnostics::SourceRange range,
                                              diagnostics::DiagnosticSink& sink);

}  // namespace bpftracec::syntax
