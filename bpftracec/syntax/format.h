// A script in its usual form: `bpftracec fmt`. Words, comments and C definitions stay as they are;
// what changes is the room between them, a `;` that is missing before a `}`, and a `,` too many
// after the last attach point. So the tree stays the same, and to format twice changes nothing.
#pragma once

#include <span>
#include <string>

#include "bpftracec/diagnostics/source_file.h"
#include "bpftracec/syntax/ast.h"
#include "bpftracec/syntax/token.h"

namespace bpftracec::syntax {

// `script` and `tokens` are those of `file`, which has no syntax errors.
std::string format(const Script& script, std::span<const Token> tokens,
                   const diagnostics::SourceFile& file);

}  // namespace bpftracec::syntax
