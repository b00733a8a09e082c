#include <errno.h>
#include <fcntl.h>

#include "bpftracec/rt/tool.h"
#include "cgroup.h"
#include "failure.h"

namespace bpftracec::rt {

uint64_t cgroup_id(const Bindings& bindings, const char* path) {
  CgroupHandle handle;
  int mount = 0;
  if (name_to_handle_at(AT_FDCWD, path, reinterpret_cast<file_handle*>(&handle), &mount, 0) == 0) {
    return handle.id;
  }
  bindings.failure->set("cgroupid(\"%s\"): %s", path, error_text(errno));
  // The handle of a file of another file system is larger, or of another kind.
  if (errno == EOVERFLOW || errno == EOPNOTSUPP) {
    bindings.failure->hint("the path must be that of a cgroup, below /sys/fs/cgroup");
  }
  return 0;
}

}  // namespace bpftracec::rt
