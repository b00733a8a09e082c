// Members of structs that have no value here, such as floating-point numbers.
#include "bpftracec/rt/format.h"

namespace bpftracec::rt {

namespace {

void null_text(const Tracer&, const Value&, Buffer& to) { to.append("null"); }

int compare_nulls(const Value&, const Value&) { return 0; }

}  // namespace

constinit const ValueType kNullType = {null_text, null_text, compare_nulls, false, false};

}  // namespace bpftracec::rt
