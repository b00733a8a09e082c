// An executable or library, as far as probes need it.
#pragma once

#include <cstdint>
#include <gelf.h>
#include <libelf.h>
#include <memory>

#include "failure.h"
#include "unique_fd.h"

namespace bpftracec::rt {

class ElfFile {
 public:
  // `path` comes from the script and may name anything.
  bool open(const char* path, Failure& failure);

  Elf* get() const { return elf_.get(); }

  // Probes are set at offsets in the file; symbols and notes tell addresses. False for an address
  // that is in no segment with these flags (PF_X, PF_W).
  bool to_file_offset(uint64_t address, uint32_t flags, uint64_t& offset) const;
  bool to_address(uint64_t offset, uint64_t& address) const;  // of code

  // The section of that name; null without.
  Elf_Scn* find_section(const char* name, GElf_Shdr& header) const;

 private:
  struct EndElf {
    void operator()(Elf* elf) const { elf_end(elf); }
  };

  template <typename Visit>
  bool find_segment(Visit visit) const;

  UniqueFd fd_;
  std::unique_ptr<Elf, EndElf> elf_;
};

}  // namespace bpftracec::rt
