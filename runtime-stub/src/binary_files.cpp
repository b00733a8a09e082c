#include "binary_files.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "find_binary.h"
#include "small_file.h"

namespace bpftracec::rt {

namespace {

bool has_pattern(const char* text, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    if (text[i] == '*' || text[i] == '?' || text[i] == '[') return true;
  }
  return false;
}

bool is_file(const char* path) {
  struct stat status = {};
  return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

// ---- patterns of paths ----

int compare_paths(const char* const& a, const char* const& b) { return strcmp(a, b); }

// One folder after the other, from `folder` on, by the rest of the pattern. (glob(3) would bring
// the look-up of users into every tool.)
void match_path(const char* folder, const char* pattern, Array<const char*>& paths) {
  const size_t skipped = strspn(pattern, "/");
  const Path start("%s%.*s", folder, static_cast<int>(skipped), pattern);
  pattern += skipped;
  const size_t size = strcspn(pattern, "/");
  const bool is_last = pattern[size] == '\0';
  if (start.is_cut || size == 0) return;
  if (!has_pattern(pattern, size)) {
    const Path next("%s%.*s", start.text, static_cast<int>(size), pattern);
    if (!is_last) return match_path(next.text, pattern + size, paths);
    if (!next.is_cut && is_file(next.text)) paths.push(strdup(next.text));
    return;
  }
  char component[256];
  if (size >= sizeof component) return;
  memcpy(component, pattern, size);
  component[size] = '\0';
  DIR* directory = opendir(*start.text == '\0' ? "." : start.text);
  if (directory == nullptr) return;
  while (const dirent* entry = readdir(directory)) {
    if (fnmatch(component, entry->d_name, FNM_PERIOD) != 0) continue;
    const Path next("%s%s", start.text, entry->d_name);
    if (!is_last) {
      match_path(next.text, pattern + size, paths);
    } else if (!next.is_cut && is_file(next.text)) {
      paths.push(strdup(next.text));
    }
  }
  closedir(directory);
}

// ---- what processes have mapped ----

struct MappedFile {
  dev_t device;
  ino_t inode;
  const char* path;
};

bool is_known(const Array<MappedFile>& files, dev_t device, ino_t inode) {
  for (const MappedFile& file : files) {
    if (file.device == device && file.inode == inode) return true;
  }
  return false;
}

// Processes in containers see other files under the same paths. A file that is not there any more
// has nothing that a probe could be set on.
void add_mapped_file(uint32_t pid, dev_t device, ino_t inode, const char* path,
                     Array<MappedFile>& files) {
  if (is_known(files, device, inode)) return;
  const Path in_its_root("/proc/%u/root%s", pid, path);
  for (const char* candidate : {path, static_cast<const char*>(in_its_root.text)}) {
    struct stat status = {};
    // Some file systems tell another device here than in `maps`.
    if (stat(candidate, &status) != 0 || status.st_ino != inode) continue;
    files.push({device, inode, strdup(candidate)});
    return;
  }
}

// "7f0c2a000000-7f0c2a021000 r-xp 00026000 fe:01 393482      /usr/lib/libc.so.6"
void add_mapped_files(uint32_t pid, Array<MappedFile>& files) {
  FILE* maps = fopen(Path("/proc/%u/maps", pid).text, "re");
  if (maps == nullptr) return;
  char line[4096 + 128];
  while (fgets(line, sizeof line, maps) != nullptr) {
    char permissions[5] = "";
    unsigned major_number = 0;
    unsigned minor_number = 0;
    unsigned long long inode = 0;
    int path_at = 0;
    line[strcspn(line, "\n")] = '\0';
    const int found = sscanf(line, "%*s %4s %*s %x:%x %llu %n", permissions, &major_number,
                             &minor_number, &inode, &path_at);
    if (found < 4 || strchr(permissions, 'x') == nullptr || line[path_at] != '/') continue;
    add_mapped_file(pid, makedev(major_number, minor_number), inode, line + path_at, files);
  }
  fclose(maps);
}

void find_mapped_files(uint32_t pid, Array<const char*>& paths) {
  Array<MappedFile> files;
  if (pid != 0) {
    add_mapped_files(pid, files);
  } else if (DIR* processes = opendir("/proc")) {
    while (const dirent* entry = readdir(processes)) {
      const auto process = static_cast<uint32_t>(strtoul(entry->d_name, nullptr, 10));
      if (process != 0) add_mapped_files(process, files);
    }
    closedir(processes);
  }
  for (const MappedFile& file : files) paths.push(file.path);
}

}  // namespace

bool is_file_pattern(const char* target) { return has_pattern(target, strlen(target)); }

bool find_files(const AttachContext& context, const char* target, Array<const char*>& paths,
                Failure& failure) {
  const uint32_t pid = context.bindings.target_pid;
  if (!is_file_pattern(target)) {
    const char* path = find_binary(target, pid, failure);
    if (path != nullptr) paths.push(path);
    return path != nullptr;
  }
  if (strcmp(target, "*") == 0) {
    find_mapped_files(pid, paths);
  } else {
    const Path root("/proc/%u/root", pid);
    match_path(pid != 0 && *target == '/' ? root.text : "", target, paths);
  }
  paths.sort<compare_paths>();
  return paths.size() > 0 || failure.set("no file is named like '%s'", target);
}

const char* without_root(const char* path) {
  uint32_t pid = 0;
  int size = 0;
  return sscanf(path, "/proc/%u/root%n", &pid, &size) == 1 && size > 0 && path[size] == '/'
             ? path + size
             : path;
}

}  // namespace bpftracec::rt
