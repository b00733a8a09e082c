// Statements.
#pragma once

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

class FunctionContext;

void lower_block(FunctionContext& f, const sema::Block& block);
void assign_variable(FunctionContext& f, sema::VariableId variable, const sema::Expr& value);

// Runs what stands before an expression's value, and gives what follows it.
const sema::Expr& without_bindings(FunctionContext& f, const sema::Expr& expr);

}  // namespace bpftracec::bpf
