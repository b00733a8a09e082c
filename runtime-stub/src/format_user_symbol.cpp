#include <string.h>

#include "array.h"
#include "bpftracec/rt/json.h"
#include "bpftracec/rt/stacks.h"
#include "stack_text.h"
#include "user_symbols.h"

namespace bpftracec::rt {

namespace {

user_symbol load(const Value& value) {
  user_symbol symbol;
  memcpy(&symbol, value.data, sizeof symbol);
  return symbol;
}

// The name alone.
void symbol_text(const Tracer& tracer, const Value& value, Buffer& to) {
  const user_symbol symbol = load(value);
  const SymbolPlace place = tracer.user_symbols().get<UserSymbols>().find(
      tracer, static_cast<uint32_t>(symbol.pid), symbol.address);
  if (place.name != nullptr) {
    to.append_text(place.name);
  } else {
    append_place(place, symbol.address, to);
  }
}

void symbol_json(const Tracer& tracer, const Value& value, Buffer& to) {
  Buffer text;
  symbol_text(tracer, value, text);
  append_json_string(to, text.text());
}

int compare_symbols(const Value& a, const Value& b) {
  const user_symbol left = load(a);
  const user_symbol right = load(b);
  const int order = three_way(left.address, right.address);
  return order != 0 ? order : three_way(left.pid, right.pid);
}

}  // namespace

constinit const ValueType kUserSymbolType = {symbol_text, symbol_json, compare_symbols, false,
                                             false};

}  // namespace bpftracec::rt
