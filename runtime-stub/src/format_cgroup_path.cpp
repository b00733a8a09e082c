// cgroup_path(): where a cgroup is in each hierarchy that has one of its number:
// unified:/user.slice
#include <fcntl.h>
#include <fnmatch.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bpftracec/rt/format.h"
#include "bpftracec/rt/json.h"
#include "cgroup.h"
#include "unique_fd.h"

namespace bpftracec::rt {

namespace {

// The path of a directory by its number, in the file system that `mount` is in.
bool find_path(const char* mount, uint64_t id, char* path, size_t size) {
  const UniqueFd root(open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return false;
  CgroupHandle handle;
  handle.id = id;
  const UniqueFd found(
      open_by_handle_at(root.get(), reinterpret_cast<file_handle*>(&handle), O_PATH | O_CLOEXEC));
  if (!found) return false;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", found.get());
  const ssize_t length = readlink(link, path, size - 1);
  if (length <= 0) return false;
  path[length] = '\0';
  return true;
}

// As it is below the root of its hierarchy.
const char* below(const char* mount, const char* path) {
  const size_t length = strlen(mount);
  if (strncmp(path, mount, length) != 0) return path;
  return path[length] == '\0' ? "/" : path + length;
}

// "unified", or the name of the mount: "cpu".
const char* hierarchy_name(const mntent& mount) {
  if (strcmp(mount.mnt_type, "cgroup2") == 0) return "unified";
  const char* slash = strrchr(mount.mnt_dir, '/');
  return slash != nullptr ? slash + 1 : mount.mnt_dir;
}

// Those of one version of cgroups, in the order of the mounts.
void append_paths(const char* type, uint64_t id, const char* pattern, size_t start, Buffer& to) {
  FILE* mounts = setmntent("/proc/self/mounts", "re");
  if (mounts == nullptr) return;
  mntent mount = {};
  char line[4096];
  char path[4096];
  while (getmntent_r(mounts, &mount, line, sizeof line) != nullptr) {
    if (strcmp(mount.mnt_type, type) != 0) continue;
    const char* name = hierarchy_name(mount);
    if (*pattern != '\0' && fnmatch(pattern, name, 0) != 0) continue;
    if (!find_path(mount.mnt_dir, id, path, sizeof path)) continue;
    if (to.size() != start) to.append(',');
    to.append_text(name);
    to.append(':');
    to.append_text(below(mount.mnt_dir, path));
  }
  endmntent(mounts);
}

void cgroup_path_text(const Tracer&, const Value& value, Buffer& to) {
  const uint64_t id = load_integer(value, false);
  const auto& description = *static_cast<const FormatDescription*>(value.details);
  Buffer pattern;
  pattern.append(description.text);
  pattern.append('\0');
  const size_t start = to.size();
  append_paths("cgroup2", id, pattern.data(), start, to);
  append_paths("cgroup", id, pattern.data(), start, to);
}

void cgroup_path_json(const Tracer& tracer, const Value& value, Buffer& to) {
  Buffer text;
  cgroup_path_text(tracer, value, text);
  append_json_string(to, text.text());
}

int compare_cgroups(const Value& a, const Value& b) { return kUnsignedType.compare(a, b); }

}  // namespace

constinit const ValueType kCgroupPathType = {cgroup_path_text, cgroup_path_json, compare_cgroups,
                                             false, false};

}  // namespace bpftracec::rt
