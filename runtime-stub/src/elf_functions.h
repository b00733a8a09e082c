// The functions of an executable or library, by address: from its symbol table, that of a file with
// debugging information, or the one that some distributions put compressed into stripped files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <libelf.h>
#include <memory>

#include "array.h"
#include "bpftracec/rt/buffer.h"

namespace bpftracec::rt {

struct ElfFunction {
  uint64_t address;
  uint64_t size;
  const char* name;
  const char* shown;  // what the name is in the source; null until somebody asks
  int rank;           // of several at one address, the lowest is the one that is shown
};

class ElfFunctions {
 public:
  ElfFunctions() = default;
  ElfFunctions(const ElfFunctions&) = delete;
  ElfFunctions& operator=(const ElfFunctions&) = delete;
  ~ElfFunctions();

  // Other files are looked for below `root`, and then without it. `path` is that of the file.
  void load(int fd, const char* root, const char* path);
  // Of a file's image in memory, which must stay there.
  void load_image(const char* image, size_t size);

  // The function at a place in the file; null if there is none. `offset`: from its beginning.
  ElfFunction* find(uint64_t file_offset, uint64_t& offset);

 private:
  struct EndElf {
    void operator()(Elf* elf) const { elf_end(elf); }
  };
  using ElfPointer = std::unique_ptr<Elf, EndElf>;
  struct Segment {
    uint64_t address;
    uint64_t offset;
    uint64_t size;
  };

  void read(Elf* elf, const char* root, const char* path);
  void read_segments(Elf* elf);
  bool add_table(Elf* elf, uint32_t type);
  bool add_debug_file(Elf* elf, const char* root, const char* path);
  bool add_file(const char* path);
  bool add_embedded(Elf* elf);
  void sort();

  Array<Segment> segments_;
  Array<ElfFunction> functions_;
  // What the names lie in.
  ElfPointer elf_;
  ElfPointer debug_elf_;
  ElfPointer embedded_elf_;
  Buffer embedded_;
};

}  // namespace bpftracec::rt
