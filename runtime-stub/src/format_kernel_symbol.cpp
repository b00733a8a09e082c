#include <string.h>

#include "array.h"
#include "bpftracec/rt/json.h"
#include "bpftracec/rt/stacks.h"
#include "kernel_symbols.h"
#include "stack_text.h"

namespace bpftracec::rt {

namespace {

// The name alone.
void symbol_text(const Tracer& tracer, const Value& value, Buffer& to) {
  const uint64_t address = load_integer(value, false);
  const SymbolPlace place = tracer.kernel_symbols().get<KernelSymbols>().find(tracer, address);
  if (place.name != nullptr) {
    to.append_text(place.name);
  } else {
    append_place(place, address, to);
  }
}

void symbol_json(const Tracer& tracer, const Value& value, Buffer& to) {
  Buffer text;
  symbol_text(tracer, value, text);
  append_json_string(to, text.text());
}

int compare_symbols(const Value& a, const Value& b) {
  return three_way(load_integer(a, false), load_integer(b, false));
}

}  // namespace

constinit const ValueType kKernelSymbolType = {symbol_text, symbol_json, compare_symbols, false,
                                               false};

}  // namespace bpftracec::rt
