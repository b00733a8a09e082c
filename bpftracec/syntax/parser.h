// Text to syntax tree.
#pragma once

#include <optional>
#include <span>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/diagnostics/source_file.h"
#include "bpftracec/diagnostics/source_part.h"
#include "bpftracec/syntax/ast.h"
#include "bpftracec/syntax/ast_context.h"

namespace bpftracec::syntax {

// Reads all of `file`, whatever it holds, and reports all that is wrong with it. The tree is never
// null; where it could not be read it has ErrorExpr nodes or gaps (Script::is_complete). It is good
// for as long as `file` and `context` are.
const Script* parse(const diagnostics::SourceFile& file, AstContext& context,
                    diagnostics::DiagnosticSink& sink);

// The same of a text that several files make up: the tree has what is in all of them. The first is
// the script; only it may have a config block.
const Script* parse(const diagnostics::SourceFile& file,
                    std::span<const diagnostics::SourcePart> parts, AstContext& context,
                    diagnostics::DiagnosticSink& sink);

// The replacement of a macro as one expression; nothing if it is something else. All of it stands
// at `place`, where the macro is used. `text` need not live any longer, `context` must.
std::optional<Expr> parse_expression(const diagnostics::SourceFile& text, AstContext& context,
                                     SourceRange place);

}  // namespace bpftracec::syntax
