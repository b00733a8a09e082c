// Arithmetic on literals, done when the script is compiled.
#pragma once

#include <optional>

#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/sema/operand.h"
#include "bpftracec/syntax/ast.h"

namespace bpftracec::sema {

// The result when both operands are literals that fold. An error operand where they do, but have no
// result, which is reported.
std::optional<Operand> fold_binary(SourceRange range, syntax::BinaryOp op, const Operand& lhs,
                                   const Operand& rhs, diagnostics::DiagnosticSink& sink);

std::optional<Operand> fold_unary(SourceRange range, syntax::UnaryOp op, const Operand& operand,
                                  diagnostics::DiagnosticSink& sink);

}  // namespace bpftracec::sema
