#include "debug_file.h"

#include <gelf.h>
#include <string.h>
#include <unistd.h>

#include "bpftracec/rt/buffer.h"
#include "small_file.h"

namespace bpftracec::rt {

namespace {

constexpr const char* kDebugDirectory = "/usr/lib/debug";

// "ab/cdef0123...": as directories of debugging information are laid out; empty without an id.
bool append_build_id(Elf* elf, Buffer& to) {
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;) {
    GElf_Shdr header = {};
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_NOTE) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    GElf_Nhdr note = {};
    size_t name = 0;
    size_t description = 0;
    for (size_t at = 0;
         data != nullptr && (at = gelf_getnote(data, at, &note, &name, &description)) > 0;) {
      const char* bytes = static_cast<const char*>(data->d_buf);
      const bool is_id = note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
                         memcmp(bytes + name, "GNU", 4) == 0 && note.n_descsz > 1;
      if (!is_id) continue;
      for (size_t index = 0; index < note.n_descsz; ++index) {
        if (index == 1) to.append('/');
        constexpr const char* kDigits = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(bytes[description + index]);
        to.append(kDigits[byte >> 4]);
        to.append(kDigits[byte & 15]);
      }
      return true;
    }
  }
  return false;
}

struct Candidates {
  bool (*visit)(const char* path, void* context);
  void* context;

  bool try_path(const Path& path) const {
    return !path.is_cut && access(path.text, R_OK) == 0 && visit(path.text, context);
  }
};

bool try_build_id(const Candidates& candidates, const char* id, const char* root) {
  return candidates.try_path(Path("%s%s/.build-id/%s.debug", root, kDebugDirectory, id));
}

// .gnu_debuglink: a file's name, looked for beside the file and in the directory of all.
bool try_link(const Candidates& candidates, const char* link, const char* root, const char* path) {
  const char* slash = strrchr(path, '/');
  const int length = slash == nullptr ? 0 : static_cast<int>(slash - path);
  return candidates.try_path(Path("%s%.*s/.debug/%s", root, length, path, link)) ||
         candidates.try_path(Path("%s%s%.*s/%s", root, kDebugDirectory, length, path, link)) ||
         // Last: a file that is its own debugging information has no symbols to add.
         candidates.try_path(Path("%s%.*s/%s", root, length, path, link));
}

}  // namespace

Elf_Data* find_section_data(Elf* elf, const char* name) {
  size_t names = 0;
  if (elf_getshdrstrndx(elf, &names) != 0) return nullptr;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;) {
    GElf_Shdr header = {};
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type == SHT_NOBITS) continue;
    const char* found = elf_strptr(elf, names, header.sh_name);
    if (found != nullptr && strcmp(found, name) == 0) return elf_getdata(section, nullptr);
  }
  return nullptr;
}

bool for_each_debug_file(Elf* elf, const char* root, const char* path,
                         bool (*visit)(const char* path, void* context), void* context) {
  const Candidates candidates{visit, context};
  Buffer id;
  if (append_build_id(elf, id)) {
    id.append('\0');
    if (try_build_id(candidates, id.data(), root) || try_build_id(candidates, id.data(), ""))
      return true;
  }
  const Elf_Data* link = find_section_data(elf, ".gnu_debuglink");
  if (link == nullptr || memchr(link->d_buf, '\0', link->d_size) == nullptr) return false;
  const auto* file = static_cast<const char*>(link->d_buf);
  return strchr(file, '/') == nullptr && try_link(candidates, file, root, path);
}

}  // namespace bpftracec::rt
