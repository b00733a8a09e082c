// Symbols of processes: where their code lies in memory, and what the files say that it comes from.
// What is known of a process stays known when it has ended.
#pragma once

#include <cstdint>

#include "array.h"
#include "bpftracec/rt/tracer.h"
#include "elf_functions.h"
#include "perf_map.h"
#include "symbol_place.h"

namespace bpftracec::rt {

class UserSymbols {
 public:
  UserSymbols() = default;
  UserSymbols(const UserSymbols&) = delete;
  UserSymbols& operator=(const UserSymbols&) = delete;
  ~UserSymbols();

  // The process has been seen at this address: reads what memory it has unless that is known.
  void note(uint32_t pid, uint64_t address);

  SymbolPlace find(const Tracer& tracer, uint32_t pid, uint64_t address);

 private:
  // An executable or library, whatever processes use it.
  struct File {
    uint64_t device;
    uint64_t inode;
    char* path;
    int fd;        // until its functions are read; -1: could not be opened
    uint32_t pid;  // of the process that it was seen in first
    bool is_loaded;
    ElfFunctions* functions;
  };
  static constexpr uint32_t kNoFile = ~uint32_t{0};  // memory of its own: perhaps a JIT's
  struct Mapping {
    uint64_t begin;
    uint64_t end;
    uint64_t offset;  // in the file
    uint32_t file;
  };
  // The executable memory of a process at one moment. An exec() makes all new.
  struct Layout {
    Array<Mapping> mappings;  // ordered
    Layout* older = nullptr;
  };
  struct Process {
    uint32_t pid;
    uint64_t read_ms;
    Layout* layout;  // null: it could not be read
    PerfMap* perf_map;
  };
  struct MapsLine;

  Process& process(uint32_t pid);
  void grow_table();
  void read_layout(Process& process);
  bool parse_layout(uint32_t pid, Text maps, Layout& layout);
  uint32_t file_of(uint32_t pid, const MapsLine& line);
  void open_file(File& file, const MapsLine& line);
  static const Mapping* find_mapping(const Layout& layout, uint64_t address);
  static const Mapping* find_mapping(const Process& process, uint64_t address);
  ElfFunctions& functions(File& file, const Mapping& mapping);
  SymbolPlace place(const Tracer& tracer, Process& process, const Mapping& mapping,
                    uint64_t address);

  Array<Process> processes_;
  Array<uint32_t> table_;  // of numbers in processes_ plus 1, by a hash of the pid
  Array<File> files_;
  uint32_t open_files_ = 0;
};

}  // namespace bpftracec::rt
