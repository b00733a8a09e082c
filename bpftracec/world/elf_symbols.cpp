#include "bpftracec/world/elf_symbols.h"

#include <algorithm>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <memory>

#include "bpftracec/base/free_with.h"
#include "bpftracec/base/unique_fd.h"

namespace bpftracec::world {
namespace {

using ElfHandle = std::unique_ptr<Elf, base::FreeWith<elf_end>>;

bool is_defined_function(const GElf_Sym& symbol) {
  const int type = GELF_ST_TYPE(symbol.st_info);
  return (type == STT_FUNC || type == STT_GNU_IFUNC) && symbol.st_shndx != SHN_UNDEF;
}

void add_functions(Elf* elf, Elf_Scn* section, const GElf_Shdr& header,
                   std::vector<std::string>& names) {
  Elf_Data* data = elf_getdata(section, nullptr);
  if (data == nullptr || header.sh_entsize == 0) return;
  const size_t count = data->d_size / header.sh_entsize;
  for (size_t i = 0; i < count; ++i) {
    GElf_Sym symbol;
    if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) return;
    if (!is_defined_function(symbol)) continue;
    const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
    if (name != nullptr && *name != '\0') names.emplace_back(name);
  }
}

}  // namespace

base::Result<std::vector<std::string>> read_function_names(const std::string& path) {
  if (elf_version(EV_CURRENT) == EV_NONE) return base::Error{"libelf is out of date"};
  // Not blocking: the path comes from the script and may name a pipe.
  const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return base::errno_error("open '" + path + "'");
  const ElfHandle elf(elf_begin(fd.get(), ELF_C_READ, nullptr));
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF) {
    return base::Error{"'" + path + "' is not an ELF file"};
  }
  std::vector<std::string> names;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf.get(), section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) continue;
    if (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM) {
      add_functions(elf.get(), section, header, names);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace bpftracec::world
