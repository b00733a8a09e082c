// The kernel's symbols and those of its modules, from /proc/kallsyms.
#pragma once

#include <cstdint>

#include "array.h"
#include "bpftracec/rt/buffer.h"
#include "bpftracec/rt/tracer.h"
#include "symbol_place.h"

namespace bpftracec::rt {

class KernelSymbols {
 public:
  // Reads the table when it is first asked. Says on standard error if there is none to be had.
  SymbolPlace find(const Tracer& tracer, uint64_t address);

  // In a text like that of /proc/kallsyms; false if it tells no addresses.
  bool read(Text text);
  SymbolPlace find(uint64_t address) const;
  // Of the first symbol of that name; 0 if there is none.
  uint64_t address_of(const char* name) const;

 private:
  struct Symbol {
    uint64_t address;
    size_t name;  // in names_
  };
  static int compare(const Symbol& a, const Symbol& b);
  void load(const Tracer& tracer);

  bool is_loaded_ = false;
  Array<Symbol> symbols_;
  Buffer names_;
};

}  // namespace bpftracec::rt
