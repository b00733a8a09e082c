#include "bpftracec/rt/format.h"

namespace bpftracec::rt {

namespace {

void bool_text(const Tracer&, const Value& value, Buffer& to) {
  to.append(load_integer(value, false) != 0 ? Text("true") : Text("false"));
}

int compare_bools(const Value& a, const Value& b) {
  return static_cast<int>(load_integer(a, false) != 0) -
         static_cast<int>(load_integer(b, false) != 0);
}

}  // namespace

constinit const ValueType kBoolType = {bool_text, bool_text, compare_bools, false, false};

}  // namespace bpftracec::rt
