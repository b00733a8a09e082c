#include "elf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

namespace bpftracec::rt {

bool ElfFile::open(const char* path, Failure& failure) {
  // Not blocking: it may be a pipe.
  fd_ = UniqueFd(::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd_) return failure.set("%s: %s", path, error_text(errno));
  elf_version(EV_CURRENT);
  elf_.reset(elf_begin(fd_.get(), ELF_C_READ_MMAP, nullptr));
  if (elf_ && elf_kind(elf_.get()) == ELF_K_ELF) return true;
  return failure.set("%s is no ELF file", path);
}

// Calls `visit` with one segment after the other until it returns true.
template <typename Visit>
bool ElfFile::find_segment(Visit visit) const {
  size_t count = 0;
  if (elf_getphdrnum(get(), &count) != 0) return false;
  for (size_t index = 0; index < count; ++index) {
    GElf_Phdr segment = {};
    if (gelf_getphdr(get(), static_cast<int>(index), &segment) == nullptr) return false;
    if (segment.p_type == PT_LOAD && visit(segment)) return true;
  }
  return false;
}

bool ElfFile::to_file_offset(uint64_t address, uint32_t flags, uint64_t& offset) const {
  return find_segment([&](const GElf_Phdr& segment) {
    const bool holds = (segment.p_flags & flags) == flags && address >= segment.p_vaddr &&
                       address - segment.p_vaddr < segment.p_memsz;
    if (holds) offset = address - segment.p_vaddr + segment.p_offset;
    return holds;
  });
}

bool ElfFile::to_address(uint64_t offset, uint64_t& address) const {
  return find_segment([&](const GElf_Phdr& segment) {
    const bool holds = (segment.p_flags & PF_X) != 0 && offset >= segment.p_offset &&
                       offset - segment.p_offset < segment.p_filesz;
    if (holds) address = offset - segment.p_offset + segment.p_vaddr;
    return holds;
  });
}

Elf_Scn* ElfFile::find_section(const char* name, GElf_Shdr& header) const {
  size_t names = 0;
  if (elf_getshdrstrndx(get(), &names) != 0) return nullptr;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(get(), section)) != nullptr;) {
    if (gelf_getshdr(section, &header) == nullptr) continue;
    const char* found = elf_strptr(get(), names, header.sh_name);
    if (found != nullptr && strcmp(found, name) == 0) return section;
  }
  return nullptr;
}

}  // namespace bpftracec::rt
