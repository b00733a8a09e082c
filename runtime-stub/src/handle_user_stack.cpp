// A process has a stack that was not seen before: where its code lies is read now, since it may
// have ended when somebody wants to print the stack.
#include <string.h>

#include "bpftracec/rt/tracer.h"
#include "stack_frames.h"
#include "user_symbols.h"

namespace bpftracec::rt {

void handle_user_stack(Tracer& tracer, const Record& record, const void* /*details*/) {
  user_stack_record stack;
  memcpy(&stack, record.data, sizeof stack);
  if (stack.store >= tracer.tool().stack_stores.size) return;
  UserSymbols& symbols = tracer.user_symbols().get<UserSymbols>();
  if (tracer.tool().stack_stores[stack.store].has_build_ids) return;
  const StackFrames frames(tracer, stack.store, {stack.id, stack.depth, stack.pid});
  // The innermost frame is where the process really was; the others may be read from what only
  // looks like frames.
  if (frames.count() != 0) symbols.note(stack.pid, frames.address(0));
}

}  // namespace bpftracec::rt
