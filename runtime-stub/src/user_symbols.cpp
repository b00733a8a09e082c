#include "user_symbols.h"

#include <fcntl.h>
#include <new>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/sysmacros.h>

#include "monotonic_ms.h"
#include "small_file.h"
#include "unique_fd.h"

namespace bpftracec::rt {

namespace {

constexpr const char* kVdso = "[vdso]";

template <typename T>
T* make() {
  return new (allocate(sizeof(T))) T();
}

template <typename T>
void destroy(T* object) {
  if (object == nullptr) return;
  object->~T();
  free(object);
}

}  // namespace

// "7f0e8a000000-7f0e8a021000 r-xp 00001000 fd:01 1234   /usr/lib/libc.so.6 (deleted)"
struct UserSymbols::MapsLine {
  uint64_t begin = 0;
  uint64_t end = 0;
  uint64_t offset = 0;
  uint64_t device = 0;
  uint64_t inode = 0;
  bool is_executable = false;
  Text path;

  bool parse(const char* line, const char* line_end) {
    char permissions[5] = "";
    unsigned major = 0;
    unsigned minor = 0;
    int path_at = 0;
    unsigned long first = 0;
    unsigned long last = 0;
    unsigned long start = 0;
    unsigned long number = 0;
    // The text behind the line is another line, or the final NUL.
    if (sscanf(line, "%lx-%lx %4s %lx %x:%x %lu%*[ ]%n", &first, &last, permissions, &start, &major,
               &minor, &number, &path_at) < 7) {
      return false;
    }
    begin = first;
    end = last;
    offset = start;
    inode = number;
    device = makedev(major, minor);
    is_executable = permissions[2] == 'x';
    const char* name = line + path_at;
    if (path_at != 0 && name < line_end) path = {name, static_cast<uint32_t>(line_end - name)};
    return true;
  }

  bool is_vdso() const {
    return path.size == strlen(kVdso) && memcmp(path.data, kVdso, path.size) == 0;
  }
};

UserSymbols::~UserSymbols() {
  for (Process& process : processes_) {
    destroy(process.perf_map);
    while (process.layout != nullptr) {
      Layout* older = process.layout->older;
      destroy(process.layout);
      process.layout = older;
    }
  }
  for (File& file : files_) {
    destroy(file.functions);
    free(file.path);
    if (file.fd >= 0) close(file.fd);
  }
}

// ---- processes ----------------------------------------------------------------------------------

void UserSymbols::grow_table() {
  const size_t size = table_.size() == 0 ? 64 : table_.size() * 2;
  table_.truncate(0);
  for (size_t i = 0; i < size; ++i) table_.push(0);
  for (size_t number = 0; number < processes_.size(); ++number) {
    size_t at = processes_[number].pid % size;
    while (table_[at] != 0) at = (at + 1) % size;
    table_[at] = static_cast<uint32_t>(number + 1);
  }
}

UserSymbols::Process& UserSymbols::process(uint32_t pid) {
  if (processes_.size() * 2 >= table_.size()) grow_table();
  size_t at = pid % table_.size();
  for (; table_[at] != 0; at = (at + 1) % table_.size()) {
    if (processes_[table_[at] - 1].pid == pid) return processes_[table_[at] - 1];
  }
  processes_.push({pid, 0, nullptr, nullptr});
  table_[at] = static_cast<uint32_t>(processes_.size());
  return processes_[processes_.size() - 1];
}

void UserSymbols::read_layout(Process& process) {
  process.read_ms = monotonic_ms();
  Buffer maps;
  if (!read_file(Path("/proc/%u/maps", process.pid).text, maps) || maps.is_empty()) return;
  maps.append('\0');
  Layout* layout = make<Layout>();
  if (!parse_layout(process.pid, maps.text(), *layout)) {
    destroy(layout);
    return;
  }
  layout->older = process.layout;
  process.layout = layout;
  // What a process was before many an exec() is of no use to anybody.
  constexpr int kMaxLayouts = 8;
  for (int count = 1; count < kMaxLayouts && layout != nullptr; ++count) layout = layout->older;
  if (layout != nullptr && layout->older != nullptr) {
    for (Layout* old = layout->older; old != nullptr;) {
      Layout* older = old->older;
      destroy(old);
      old = older;
    }
    layout->older = nullptr;
  }
}

bool UserSymbols::parse_layout(uint32_t pid, Text maps, Layout& layout) {
  const char* const end = maps.data + maps.size - 1;
  for (const char* line = maps.data; line < end;) {
    const auto* line_end = static_cast<const char*>(
        memchr(line, '\n', static_cast<size_t>(end - line)));
    if (line_end == nullptr) line_end = end;
    MapsLine parsed;
    if (parsed.parse(line, line_end) && parsed.is_executable) {
      layout.mappings.push({parsed.begin, parsed.end, parsed.offset, file_of(pid, parsed)});
    }
    line = line_end + 1;
  }
  return layout.mappings.size() != 0;
}

const UserSymbols::Mapping* UserSymbols::find_mapping(const Layout& layout, uint64_t address) {
  const size_t next = layout.mappings.partition_point(
      [&](const Mapping& mapping) { return mapping.begin <= address; });
  if (next == 0 || address >= layout.mappings[next - 1].end) return nullptr;
  return &layout.mappings[next - 1];
}

const UserSymbols::Mapping* UserSymbols::find_mapping(const Process& process, uint64_t address) {
  for (const Layout* layout = process.layout; layout != nullptr; layout = layout->older) {
    if (const Mapping* found = find_mapping(*layout, address)) return found;
  }
  return nullptr;
}

void UserSymbols::note(uint32_t pid, uint64_t address) {
  Process& known = process(pid);
  if (known.layout == nullptr || find_mapping(*known.layout, address) == nullptr) {
    read_layout(known);
  }
}

// ---- files --------------------------------------------------------------------------------------

uint32_t UserSymbols::file_of(uint32_t pid, const MapsLine& line) {
  const bool is_vdso = line.is_vdso();
  if (line.inode == 0 && !is_vdso) return kNoFile;
  for (size_t index = 0; index < files_.size(); ++index) {
    const File& file = files_[index];
    if (file.device == line.device && file.inode == line.inode) return static_cast<uint32_t>(index);
  }
  File file = {line.device, line.inode, nullptr, -1, pid, false, nullptr};
  file.path = static_cast<char*>(allocate(line.path.size + 1));
  memcpy(file.path, line.path.data, line.path.size);
  file.path[line.path.size] = '\0';
  if (!is_vdso) open_file(file, line);
  files_.push(file);
  return static_cast<uint32_t>(files_.size() - 1);
}

// The link in map_files leads to the file itself, removed or in another mount namespace as it may
// be, but is not for everybody.
void UserSymbols::open_file(File& file, const MapsLine& line) {
  constexpr uint32_t kMaxOpenFiles = 512;
  if (open_files_ < kMaxOpenFiles) {
    file.fd = open(Path("/proc/%u/map_files/%lx-%lx", file.pid, line.begin, line.end).text,
                   O_RDONLY | O_CLOEXEC);
    if (file.fd < 0) {
      file.fd = open(Path("/proc/%u/root%s", file.pid, file.path).text, O_RDONLY | O_CLOEXEC);
    }
    if (file.fd >= 0) ++open_files_;
  }
}

ElfFunctions& UserSymbols::functions(File& file, const Mapping& mapping) {
  if (file.functions == nullptr) file.functions = make<ElfFunctions>();
  if (file.is_loaded) return *file.functions;
  file.is_loaded = true;
  if (strcmp(file.path, kVdso) == 0) {
    // The kernel gives all processes the same.
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel tells the address as a number
    const auto* image = reinterpret_cast<const char*>(getauxval(AT_SYSINFO_EHDR));
    if (image != nullptr) file.functions->load_image(image, mapping.end - mapping.begin);
    return *file.functions;
  }
  const Path root("/proc/%u/root", file.pid);
  UniqueFd fd(file.fd);
  if (fd) {
    file.fd = -1;
    --open_files_;
  } else {
    fd = UniqueFd(open(Path("%s%s", root.text, file.path).text, O_RDONLY | O_CLOEXEC));
  }
  if (fd) file.functions->load(fd.get(), root.text, file.path);
  return *file.functions;
}

// ---- addresses ----------------------------------------------------------------------------------

SymbolPlace UserSymbols::place(const Tracer& tracer, Process& process, const Mapping& mapping,
                               uint64_t address) {
  if (mapping.file == kNoFile) {
    if (process.perf_map == nullptr) process.perf_map = make<PerfMap>();
    return process.perf_map->find(process.pid, address);
  }
  File& file = files_[mapping.file];
  uint64_t offset = 0;
  ElfFunction* function = functions(file, mapping)
                              .find(address - mapping.begin + mapping.offset, offset);
  if (function == nullptr) return {nullptr, 0, file.path};
  if (function->shown == nullptr && tracer.tool().demangle != nullptr) {
    function->shown = tracer.tool().demangle(function->name);
  }
  if (function->shown == nullptr) function->shown = function->name;
  return {function->shown, offset, file.path};
}

SymbolPlace UserSymbols::find(const Tracer& tracer, uint32_t pid, uint64_t address) {
  if (pid == 0) return {};
  Process& known = process(pid);
  const Mapping* mapping = find_mapping(known, address);
  if (mapping == nullptr) {
    // It may have loaded a library since. Addresses that are none would make us read all the time.
    constexpr uint64_t kPeriodMs = 100;
    if (known.read_ms != 0 && monotonic_ms() - known.read_ms < kPeriodMs) return {};
    read_layout(known);
    mapping = find_mapping(known, address);
  }
  if (mapping == nullptr) return {};
  return place(tracer, known, *mapping, address);
}

}  // namespace bpftracec::rt
