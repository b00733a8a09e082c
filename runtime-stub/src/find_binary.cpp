#include "find_binary.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "small_file.h"

namespace bpftracec::rt {

namespace {

#if defined(__x86_64__)
#define MULTIARCH "x86_64-linux-gnu"
#elif defined(__aarch64__)
#define MULTIARCH "aarch64-linux-gnu"
#else
#error "the folder of this architecture's libraries is not known"
#endif

constexpr const char* kLibraryFolders[] = {
    "/lib/" MULTIARCH, "/usr/lib/" MULTIARCH, "/lib64", "/usr/lib64", "/lib",
    "/usr/lib",        "/usr/local/lib",
};
constexpr const char* kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// What a path of the traced process is for us: its root may be another one.
struct Root {
  explicit Root(uint32_t pid) : prefix(pid == 0 ? Path("%s", "") : Path("/proc/%u/root", pid)) {}
  Path prefix;
};

bool is_file(const char* path) {
  struct stat status = {};
  return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, R_OK) == 0;
}

char* keep_if_file(const Path& path) {
  return !path.is_cut && is_file(path.text) ? strdup(path.text) : nullptr;
}

char* find_in_path(const char* name, const Root& root) {
  const char* folders = getenv("PATH");
  if (folders == nullptr) folders = kDefaultPath;
  while (*folders != '\0') {
    const size_t length = strcspn(folders, ":");
    const Path path("%s%.*s/%s", root.prefix.text, static_cast<int>(length), folders, name);
    if (length != 0 && access(path.text, X_OK) == 0) {
      if (char* found = keep_if_file(path)) return found;
    }
    folders += length + (folders[length] == ':' ? 1 : 0);
  }
  return nullptr;
}

// Whether `file` is NAME.so.SOMETHING. A NAME.so without a version is for the linker, and often
// text.
bool is_version_of(const char* file, const char* name) {
  const size_t length = strlen(name);
  return strncmp(file, name, length) == 0 && strncmp(file + length, ".so.", 4) == 0;
}

// The latest version in one folder.
char* find_latest(const char* folder, const char* name) {
  DIR* directory = opendir(folder);
  if (directory == nullptr) return nullptr;
  char* best = nullptr;
  while (const dirent* entry = readdir(directory)) {
    if (!is_version_of(entry->d_name, name)) continue;
    const char* best_name = best == nullptr ? "" : strrchr(best, '/') + 1;
    if (best != nullptr && strverscmp(best_name, entry->d_name) >= 0) continue;
    char* candidate = keep_if_file(Path("%s/%s", folder, entry->d_name));
    if (candidate == nullptr) continue;
    free(best);
    best = candidate;
  }
  closedir(directory);
  return best;
}

char* find_library(const char* name, const Root& root) {
  for (const char* folder : kLibraryFolders) {
    const Path path("%s%s", root.prefix.text, folder);
    if (char* exact = keep_if_file(Path("%s/%s", path.text, name))) return exact;
    if (char* latest = find_latest(path.text, name)) return latest;
  }
  // The linker's name is better than none.
  for (const char* folder : kLibraryFolders) {
    if (char* plain = keep_if_file(Path("%s%s/%s.so", root.prefix.text, folder, name)))
      return plain;
  }
  return nullptr;
}

}  // namespace

char* find_binary(const char* name, uint32_t pid, Failure& failure) {
  const Root root(pid);
  char* found = nullptr;
  if (*name == '\0') {
    if (pid == 0) {
      failure.set("the probe names no file");
      failure.hint("-p PID would make it the executable of that process");
      return nullptr;
    }
    found = keep_if_file(Path("/proc/%u/exe", pid));
  } else if (strchr(name, '/') != nullptr) {
    found = keep_if_file(Path("%s%s", *name == '/' ? root.prefix.text : "", name));
  } else {
    if (strncmp(name, "lib", 3) == 0) found = find_library(name, root);
    if (found == nullptr) found = find_in_path(name, root);
  }
  if (found == nullptr) failure.set("there is no file '%s' that can be read", name);
  return found;
}

}  // namespace bpftracec::rt
