// How the assembler wrote down where a marker's arguments are.
#pragma once

#include <cstddef>

#include "bpftracec/rt/event_abi.h"

namespace bpftracec::rt {

// One argument: "-4@%edi", "8@-16(%rbp)", "4@$7" on x86-64; "-4@[sp, 12]", "8@x0" on aarch64. Kind
// None for what cannot be read, such as a vector register. `find_symbol` gives the distance from
// the marker to a variable, for operands that name one; false if there is no such variable.
struct SymbolDistance {
  bool (*find)(const char* name, size_t size, int64_t& distance, void* context);
  void* context;
};
usdt_operand parse_usdt_operand(const char* text, size_t size, const SymbolDistance& symbols);

// All of a marker's, into kUsdtOperands; their number, which may be more than fit.
uint32_t parse_usdt_operands(const char* text, const SymbolDistance& symbols,
                             usdt_operand* operands);

}  // namespace bpftracec::rt
