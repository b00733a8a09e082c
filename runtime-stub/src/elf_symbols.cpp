#include "elf_symbols.h"

#include <gelf.h>
#include <initializer_list>
#include <libelf.h>
#include <string.h>

#include "nearest.h"

namespace bpftracec::rt {

namespace {

// A symbol table with what belongs to it.
struct SymbolTable {
  Elf_Data* symbols = nullptr;
  Elf_Data* versions = nullptr;  // .gnu.version, for dynamic symbols
  size_t count = 0;
  size_t names = 0;  // the section with the names
};

// Calls `visit` for each table of that type.
template <typename Visit>
void for_each_section(Elf* elf, uint32_t type, Visit visit) {
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;) {
    GElf_Shdr header = {};
    if (gelf_getshdr(section, &header) != nullptr && header.sh_type == type) visit(section, header);
  }
}

SymbolTable find_table(Elf* elf, uint32_t type) {
  SymbolTable table;
  for_each_section(elf, type, [&](Elf_Scn* section, const GElf_Shdr& header) {
    if (header.sh_entsize == 0) return;
    table.symbols = elf_getdata(section, nullptr);
    table.count = header.sh_size / header.sh_entsize;
    table.names = header.sh_link;
  });
  if (type == SHT_DYNSYM) {
    for_each_section(elf, SHT_GNU_versym, [&](Elf_Scn* section, const GElf_Shdr&) {
      table.versions = elf_getdata(section, nullptr);
    });
  }
  return table;
}

// Symbols have several versions in some libraries; programs that are linked today get the one that
// is not hidden.
bool is_hidden_version(const SymbolTable& table, size_t index) {
  constexpr GElf_Versym kHidden = 0x8000;
  GElf_Versym version = 0;
  return table.versions != nullptr &&
         gelf_getversym(table.versions, static_cast<int>(index), &version) != nullptr &&
         (version & kHidden) != 0;
}

// Functions written in assembly often have no type.
bool may_be_function(const GElf_Sym& symbol) {
  const auto type = GELF_ST_TYPE(symbol.st_info);
  return symbol.st_shndx != SHN_UNDEF && symbol.st_value != 0 &&
         (type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE);
}

// .symtab names versions in the symbol's name: "fopen@@GLIBC_2.2.5".
bool has_name(const char* symbol, const char* name) {
  const size_t length = strlen(name);
  return strncmp(symbol, name, length) == 0 && (symbol[length] == '\0' || symbol[length] == '@');
}

// Higher is better.
int preference(const SymbolTable& table, size_t index, const GElf_Sym& symbol, const char* name) {
  const bool is_typed = GELF_ST_TYPE(symbol.st_info) != STT_NOTYPE;
  const bool is_old = is_hidden_version(table, index) ||
                      (strchr(name, '@') != nullptr && strstr(name, "@@") == nullptr);
  const bool is_local = GELF_ST_BIND(symbol.st_info) == STB_LOCAL;
  return (is_typed ? 4 : 0) + (is_old ? 0 : 2) + (is_local ? 0 : 1);
}

bool find_in_table(Elf* elf, const SymbolTable& table, const char* wanted, GElf_Sym& found,
                   Nearest& nearest) {
  int best = -1;
  for (size_t index = 0; table.symbols != nullptr && index < table.count; ++index) {
    GElf_Sym symbol = {};
    if (gelf_getsym(table.symbols, static_cast<int>(index), &symbol) == nullptr) break;
    if (!may_be_function(symbol)) continue;
    const char* name = elf_strptr(elf, table.names, symbol.st_name);
    if (name == nullptr) continue;
    if (!has_name(name, wanted)) {
      nearest.consider(name);
      continue;
    }
    const int rank = preference(table, index, symbol, name);
    if (rank > best) {
      best = rank;
      found = symbol;
    }
  }
  return best >= 0;
}

// By the name without its version, of `size` bytes.
bool find_variable_in_table(Elf* elf, const SymbolTable& table, const char* wanted, size_t size,
                            uint64_t& address) {
  for (size_t index = 0; table.symbols != nullptr && index < table.count; ++index) {
    GElf_Sym symbol = {};
    if (gelf_getsym(table.symbols, static_cast<int>(index), &symbol) == nullptr) break;
    const char* name = elf_strptr(elf, table.names, symbol.st_name);
    const bool is_it = name != nullptr && symbol.st_shndx != SHN_UNDEF &&
                       strncmp(name, wanted, size) == 0 &&
                       (name[size] == '\0' || name[size] == '@');
    if (!is_it) continue;
    address = symbol.st_value;
    return true;
  }
  return false;
}

}  // namespace

bool find_function(const char* path, const char* name, FunctionPlace& place, Failure& failure) {
  ElfFile file;
  if (!file.open(path, failure)) return false;
  Elf* elf = file.get();
  Nearest nearest(name);
  GElf_Sym symbol = {};
  bool has_symbols = false;
  bool is_found = false;
  for (const uint32_t type : {SHT_SYMTAB, SHT_DYNSYM}) {
    const SymbolTable table = find_table(elf, type);
    has_symbols = has_symbols || table.count > 0;
    is_found = is_found || find_in_table(elf, table, name, symbol, nearest);
  }
  if (!is_found) {
    failure.set("%s has no function '%s'", path, name);
    if (nearest.best() != nullptr) {
      failure.hint("did you mean %s?", nearest.best());
    } else if (!has_symbols) {
      failure.hint("its symbols have been stripped");
    }
    return false;
  }
  place.size = symbol.st_size;
  place.is_indirect = GELF_ST_TYPE(symbol.st_info) == STT_GNU_IFUNC;
  if (file.to_file_offset(symbol.st_value, PF_X, place.offset)) return true;
  return failure.set("%s: '%s' is not a function", path, name);
}

void for_each_function(const ElfFile& file,
                       void (*visit)(const char* name, uint64_t address, void* context),
                       void* context) {
  for (const uint32_t type : {SHT_SYMTAB, SHT_DYNSYM}) {
    const SymbolTable table = find_table(file.get(), type);
    for (size_t index = 0; table.symbols != nullptr && index < table.count; ++index) {
      GElf_Sym symbol = {};
      if (gelf_getsym(table.symbols, static_cast<int>(index), &symbol) == nullptr) break;
      // What has no type may be a label in a function.
      if (!may_be_function(symbol) || GELF_ST_TYPE(symbol.st_info) == STT_NOTYPE) continue;
      const char* name = elf_strptr(file.get(), table.names, symbol.st_name);
      if (name != nullptr && *name != '\0') visit(name, symbol.st_value, context);
    }
  }
}

bool find_variable(const ElfFile& file, const char* name, size_t size, uint64_t& address) {
  const size_t plain = strcspn(name, "@(");
  if (plain < size) size = plain;
  for (const uint32_t type : {SHT_SYMTAB, SHT_DYNSYM}) {
    const SymbolTable table = find_table(file.get(), type);
    if (find_variable_in_table(file.get(), table, name, size, address)) return true;
  }
  return false;
}

}  // namespace bpftracec::rt
