#include "tracefs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <initializer_list>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nearest.h"
#include "small_file.h"

namespace bpftracec::rt {

namespace {

// A folder that this process may not look into is there all the same: the message must not ask for
// a mount then. Asked for the effective user, who may have capabilities.
bool has_events(const char* root) {
  return faccessat(AT_FDCWD, Path("%s/events", root).text, F_OK, AT_EACCESS) == 0 ||
         errno == EACCES;
}

// Names from the script become parts of paths.
bool is_file_name(const char* name) {
  return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == nullptr;
}

// The folder's entry that is most like `name`, for a hint.
void hint_at_nearest(const char* folder, const char* name, const char* category, Failure& failure) {
  DIR* directory = opendir(folder);
  if (directory == nullptr) return;
  Nearest nearest(name);
  while (const dirent* entry = readdir(directory)) {
    nearest.consider(entry->d_name);
  }
  closedir(directory);
  if (nearest.best() == nullptr) return;
  failure.hint("did you mean %s%s%s?", category, *category == '\0' ? "" : ":", nearest.best());
}

bool explain(const char* tracefs, const char* category, const char* event, int error,
             Failure& failure) {
  if (error == EACCES || error == EPERM) {
    failure.set("%s: %s", tracefs, error_text(error));
    return failure.hint("run the tool as root");
  }
  if (error != ENOENT && error != ENOTDIR) {
    return failure.set("%s/events/%s/%s: %s", tracefs, category, event, error_text(error));
  }
  if (!is_file_name(category) || access(Path("%s/events/%s", tracefs, category).text, F_OK) != 0) {
    failure.set("this kernel has no category of events '%s'", category);
    hint_at_nearest(Path("%s/events", tracefs).text, category, "", failure);
  } else {
    failure.set("this kernel has no event '%s' in the category '%s'", event, category);
    hint_at_nearest(Path("%s/events/%s", tracefs, category).text, event, category, failure);
  }
  return false;
}

bool check_mounted(const char* tracefs, Failure& failure) {
  if (tracefs != nullptr) return true;
  failure.set("tracefs, which lists the kernel's events, is not mounted");
  return failure.hint("as root: mount -t tracefs tracefs /sys/kernel/tracing");
}

}  // namespace

const char* find_tracefs(const char* wanted) {
  if (wanted != nullptr) return has_events(wanted) ? wanted : nullptr;
  // The second is where it was before Linux 4.1, and still is mounted on demand.
  for (const char* root : {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"}) {
    if (has_events(root)) return root;
  }
  return nullptr;
}

bool find_event(const char* tracefs, const char* category, const char* event, Failure& failure) {
  if (!check_mounted(tracefs, failure)) return false;
  const bool is_name = is_file_name(category) && is_file_name(event);
  if (is_name && access(Path("%s/events/%s/%s", tracefs, category, event).text, F_OK) == 0) {
    return true;
  }
  return explain(tracefs, category, event, is_name ? errno : ENOENT, failure);
}

bool read_event_id(const char* tracefs, const char* category, const char* event, uint64_t& id,
                   Failure& failure) {
  if (!find_event(tracefs, category, event, failure)) return false;
  char text[32];
  const Path path("%s/events/%s/%s/id", tracefs, category, event);
  if (read_small_file(path.text, text, sizeof text) <= 0) {
    return explain(tracefs, category, event, errno, failure);
  }
  id = strtoull(text, nullptr, 10);
  return true;
}

bool read_event_format(const char* tracefs, const char* category, const char* event, Buffer& text,
                       Failure& failure) {
  if (!find_event(tracefs, category, event, failure)) return false;
  const Path path("%s/events/%s/%s/format", tracefs, category, event);
  return read_file(path.text, text) || explain(tracefs, category, event, errno, failure);
}

}  // namespace bpftracec::rt
