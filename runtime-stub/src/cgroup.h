// Control groups: their numbers and paths.
#pragma once

#include <cstdint>

namespace bpftracec::rt {

// What name_to_handle_at() and open_by_handle_at() have for a directory of a cgroup file system:
// its number (the kernel's FILEID_KERNFS, Linux 5.5).
struct CgroupHandle {
  uint32_t size = sizeof(uint64_t);
  int32_t type = 0xfe;
  uint64_t id = 0;
};

}  // namespace bpftracec::rt
