// Code that a JIT compiler made, as it tells in /tmp/perf-PID.map.
#pragma once

#include <cstdint>

#include "array.h"
#include "bpftracec/rt/buffer.h"
#include "symbol_place.h"

namespace bpftracec::rt {

class PerfMap {
 public:
  // Reads the file anew if it has grown since. The name stays valid until the next call.
  SymbolPlace find(uint32_t pid, uint64_t address);

  // "START SIZE name" a line, numbers in hexadecimal.
  void read(Text text);
  SymbolPlace find(uint64_t address) const;

 private:
  struct Code {
    uint64_t address;
    uint64_t size;
    size_t name;    // in names_
    size_t number;  // of the line
  };
  static int compare(const Code& a, const Code& b);
  bool update(uint32_t pid);

  Array<Code> codes_;
  Buffer names_;
  int64_t read_size_ = -1;
  uint64_t checked_ms_ = 0;
};

}  // namespace bpftracec::rt
