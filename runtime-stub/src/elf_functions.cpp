#include "elf_functions.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "debug_file.h"
#include "unique_fd.h"
#include "unpack_xz.h"

namespace bpftracec::rt {

namespace {

// Of several names for one function, the one that is shown: those that others may use come first,
// and among them those that look least like an implementation's own.
int rank(unsigned char info) {
  const auto binding = GELF_ST_BIND(info);
  return binding == STB_GLOBAL ? 0 : binding == STB_WEAK ? 1 : 2;
}

size_t underscores(const char* name) { return strspn(name, "_"); }

bool is_function(const GElf_Sym& symbol) {
  const auto type = GELF_ST_TYPE(symbol.st_info);
  return symbol.st_shndx != SHN_UNDEF && symbol.st_value != 0 &&
         (type == STT_FUNC || type == STT_GNU_IFUNC);
}

Elf_Scn* find_section(Elf* elf, uint32_t type, GElf_Shdr& header) {
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;) {
    if (gelf_getshdr(section, &header) != nullptr && header.sh_type == type) return section;
  }
  return nullptr;
}

int compare(const ElfFunction& a, const ElfFunction& b) {
  if (a.address != b.address) return three_way(a.address, b.address);
  if (a.rank != b.rank) return a.rank - b.rank;
  const int order = three_way(underscores(a.name), underscores(b.name));
  return order != 0 ? order : strcmp(a.name, b.name);
}

}  // namespace

ElfFunctions::~ElfFunctions() {
  for (ElfFunction& function : functions_) {
    if (function.shown != function.name) free(const_cast<char*>(function.shown));
  }
}

void ElfFunctions::load(int fd, const char* root, const char* path) {
  elf_version(EV_CURRENT);
  elf_.reset(elf_begin(fd, ELF_C_READ_MMAP, nullptr));
  read(elf_.get(), root, path);
}

void ElfFunctions::load_image(const char* image, size_t size) {
  elf_version(EV_CURRENT);
  elf_.reset(elf_memory(const_cast<char*>(image), size));
  read(elf_.get(), nullptr, nullptr);
}

// The dynamic symbols are a part of .symtab; without that, what is left in the file itself and what
// lies elsewhere complete each other.
void ElfFunctions::read(Elf* elf, const char* root, const char* path) {
  if (elf == nullptr || elf_kind(elf) != ELF_K_ELF) return;
  read_segments(elf);
  if (!add_table(elf, SHT_SYMTAB)) {
    if (root == nullptr || !add_debug_file(elf, root, path)) {
      add_table(elf, SHT_DYNSYM);
      add_embedded(elf);
    }
  }
  sort();
}

void ElfFunctions::read_segments(Elf* elf) {
  size_t count = 0;
  if (elf_getphdrnum(elf, &count) != 0) return;
  for (size_t index = 0; index < count; ++index) {
    GElf_Phdr header = {};
    if (gelf_getphdr(elf, static_cast<int>(index), &header) == nullptr) return;
    if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0) continue;
    segments_.push({header.p_vaddr, header.p_offset, header.p_filesz});
  }
}

bool ElfFunctions::add_table(Elf* elf, uint32_t type) {
  GElf_Shdr header = {};
  Elf_Scn* section = find_section(elf, type, header);
  Elf_Data* data = section == nullptr ? nullptr : elf_getdata(section, nullptr);
  if (data == nullptr || header.sh_entsize == 0) return false;
  const size_t before = functions_.size();
  for (size_t index = 0; index < header.sh_size / header.sh_entsize; ++index) {
    GElf_Sym symbol = {};
    if (gelf_getsym(data, static_cast<int>(index), &symbol) == nullptr) break;
    if (!is_function(symbol)) continue;
    const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
    if (name == nullptr || *name == '\0') continue;
    functions_.push({symbol.st_value, symbol.st_size, name, nullptr, rank(symbol.st_info)});
  }
  return functions_.size() != before;
}

bool ElfFunctions::add_file(const char* path) {
  const UniqueFd fd(open(path, O_RDONLY | O_CLOEXEC));
  if (!fd) return false;
  debug_elf_.reset(elf_begin(fd.get(), ELF_C_READ_MMAP, nullptr));
  return debug_elf_ && elf_kind(debug_elf_.get()) == ELF_K_ELF &&
         add_table(debug_elf_.get(), SHT_SYMTAB);
}

bool ElfFunctions::add_debug_file(Elf* elf, const char* root, const char* path) {
  return for_each_debug_file(
      elf, root, path,
      [](const char* candidate, void* functions) {
        return static_cast<ElfFunctions*>(functions)->add_file(candidate);
      },
      this);
}

// .gnu_debugdata: an ELF file, compressed by xz, with the symbols that are not dynamic.
bool ElfFunctions::add_embedded(Elf* elf) {
  Elf_Data* data = find_section_data(elf, ".gnu_debugdata");
  if (data == nullptr || !unpack_xz(static_cast<const char*>(data->d_buf), data->d_size, embedded_))
    return false;
  embedded_elf_.reset(elf_memory(const_cast<char*>(embedded_.data()), embedded_.size()));
  return embedded_elf_ && elf_kind(embedded_elf_.get()) == ELF_K_ELF &&
         add_table(embedded_elf_.get(), SHT_SYMTAB);
}

// One name for each address.
void ElfFunctions::sort() {
  functions_.sort<compare>();
  size_t kept = 0;
  for (ElfFunction& function : functions_) {
    if (kept != 0 && functions_[kept - 1].address == function.address) continue;
    functions_[kept++] = function;
  }
  functions_.truncate(kept);
}

ElfFunction* ElfFunctions::find(uint64_t file_offset, uint64_t& offset) {
  for (const Segment& segment : segments_) {
    if (file_offset < segment.offset || file_offset - segment.offset >= segment.size) continue;
    const uint64_t address = file_offset - segment.offset + segment.address;
    size_t next = functions_.partition_point(
        [&](const ElfFunction& function) { return function.address <= address; });
    // Functions may lie in others, which go on behind them. A size of 0, of assembly, means up to
    // the next one.
    constexpr size_t kMaxNesting = 16;
    for (size_t tries = 0; next > 0 && tries < kMaxNesting; ++tries) {
      ElfFunction& function = functions_[--next];
      offset = address - function.address;
      if (offset < function.size || (function.size == 0 && tries == 0)) return &function;
    }
    return nullptr;
  }
  return nullptr;
}

}  // namespace bpftracec::rt
