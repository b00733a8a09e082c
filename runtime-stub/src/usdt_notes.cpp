#include "usdt_notes.h"

#include <string.h>

namespace bpftracec::rt {

namespace {

constexpr uint32_t kMarkerNote = 3;  // NT_STAPSDT

// What a note says, before it is fitted to where the file was linked.
struct Description {
  uint64_t location;
  uint64_t base;  // where .stapsdt.base was then
  uint64_t semaphore;
};

// Three texts follow each other behind the addresses.
bool read_texts(const char* at, const char* end, UsdtMarker& marker) {
  for (const char** text : {&marker.provider, &marker.name, &marker.arguments}) {
    const void* nul = at < end ? memchr(at, '\0', static_cast<size_t>(end - at)) : nullptr;
    if (nul == nullptr) return false;
    *text = at;
    at = static_cast<const char*>(nul) + 1;
  }
  return *marker.provider != '\0' && *marker.name != '\0';
}

// The notes tell addresses from before prelinking, which moves the file but leaves them as they
// are; where the empty section .stapsdt.base went tells by how much.
bool fit(const ElfFile& file, const Description& description, UsdtMarker& marker) {
  GElf_Shdr base = {};
  const bool has_base = file.find_section(".stapsdt.base", base) != nullptr;
  const uint64_t moved = has_base ? base.sh_addr - description.base : 0;
  marker.address = description.location + moved;
  marker.semaphore = 0;
  if (description.semaphore != 0 &&
      !file.to_file_offset(description.semaphore + moved, PF_W, marker.semaphore)) {
    return false;
  }
  return file.to_file_offset(marker.address, PF_X, marker.offset);
}

bool read_note(const ElfFile& file, const char* bytes, size_t size, UsdtMarker& marker) {
  Description description = {};
  if (size < sizeof description) return false;
  memcpy(&description, bytes, sizeof description);
  return read_texts(bytes + sizeof description, bytes + size, marker) &&
         fit(file, description, marker);
}

}  // namespace

void for_each_marker(const ElfFile& file, void (*visit)(const UsdtMarker& marker, void* context),
                     void* context) {
  GElf_Shdr header = {};
  Elf_Scn* section = file.find_section(".note.stapsdt", header);
  // Markers of programs of 32 bits have addresses of 4 bytes.
  if (section == nullptr || gelf_getclass(file.get()) != ELFCLASS64) return;
  Elf_Data* data = elf_getdata(section, nullptr);
  if (data == nullptr) return;
  const auto* bytes = static_cast<const char*>(data->d_buf);
  GElf_Nhdr note = {};
  size_t name = 0;
  size_t description = 0;
  for (size_t at = 0; (at = gelf_getnote(data, at, &note, &name, &description)) != 0;) {
    const bool is_marker = note.n_type == kMarkerNote && note.n_namesz == sizeof "stapsdt" &&
                           memcmp(bytes + name, "stapsdt", sizeof "stapsdt") == 0;
    UsdtMarker marker = {};
    if (is_marker && read_note(file, bytes + description, note.n_descsz, marker)) {
      visit(marker, context);
    }
  }
}

}  // namespace bpftracec::rt
