// Tokens and trees as text, for --emit=tokens, --emit=ast and the tests.
#pragma once

#include <span>
#include <string>

#include "bpftracec/diagnostics/source_file.h"
#include "bpftracec/syntax/ast.h"
#include "bpftracec/syntax/token.h"

namespace bpftracec::syntax {

// One token a line: where it begins, its kind, its text.
std::string dump_tokens(std::span<const Token> tokens, const diagnostics::SourceFile& file);

// One statement a line, nested by indentation. Expressions have all their parentheses, so that it
// shows what binds to what; places are left out, so that a dump changes only where the script does.
std::string dump_ast(const Script& script);

}  // namespace bpftracec::syntax
