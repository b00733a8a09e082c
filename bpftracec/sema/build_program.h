// The parts of building programs that inference and the final program share.
#pragma once

#include "bpftracec/sema/probe_context.h"

namespace bpftracec::sema {

// A call of a map function: the type that it gives the map, and its argument as 64 bits.
struct MapFunctionCall {
  Type type;
  ExprPtr argument;  // null for count()
};

// Nothing when its arguments are wrong, which has been reported. The constant arguments of
// histograms are left to the caller.
std::optional<MapFunctionCall> build_map_function_call(ProbeContext& context,
                                                       const syntax::CallExpr& call);

// A copy of an expression of constants, variables, builtins and conversions.
ExprPtr clone_repeatable(const Expr& expr);

// The program of one attach point, with its predicate and body.
ProbeProgram build_program(ProbeContext& context);

// The context is one of a function.
FunctionProgram build_function(ProbeContext& context);

// The variables that the script names, with their types, are the first ones of the context.
void add_named_variables(ProbeContext& context);

}  // namespace bpftracec::sema
