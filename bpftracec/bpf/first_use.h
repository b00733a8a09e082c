// Whether a scratch variable needs its initial zero: most texts are assigned before anything reads
// them, and clearing a kilobyte at each event is not free.
#pragma once

#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

bool mentions(const sema::Expr& expr, sema::VariableId variable);
bool mentions(const sema::Block& block, sema::VariableId variable);
// Whether `whole` names the variable anywhere but in `body`, that of one of its loops; the loop's
// own variable belongs to its body.
bool mentions_outside(const sema::Block& whole, const sema::Block& body, sema::VariableId variable);

// Only says yes where it is plain to see: all uses follow the first assignment in the block that
// holds it.
bool is_assigned_before_use(const sema::Block& block, sema::VariableId variable);

}  // namespace bpftracec::bpf
