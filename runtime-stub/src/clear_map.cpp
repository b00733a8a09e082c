#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include "bpftracec/rt/buffer.h"
#include "bpftracec/rt/map_contents.h"
#include "bpftracec/rt/tracer.h"

namespace bpftracec::rt {

namespace {

// An element that a program deleted meanwhile is as good as deleted by us.
bool delete_one(int fd, const void* key) {
  return bpf_map_delete_elem(fd, key) == 0 || errno == ENOENT;
}

bool clear_scalar(const Tracer& tracer, uint32_t map) {
  const MapDescription& description = tracer.tool().maps[map];
  size_t size = transfer_size(description, tracer.possible_cpus());
  const uint32_t key = 0;
  Buffer zeroes;
  zeroes.append_repeated('\0', size);
  return bpf_map_update_elem(tracer.map(map).fd, &key, zeroes.data(), BPF_ANY) == 0;
}

}  // namespace

bool clear_map(const Tracer& tracer, uint32_t map) {
  const MapDescription& description = tracer.tool().maps[map];
  if (description.is_scalar) return clear_scalar(tracer, map);
  MapContents contents(description);
  if (!contents.read(tracer, map)) return false;
  if (contents.count() == 0) return true;

  Buffer keys;
  for (size_t index = 0; index < contents.count(); ++index)
    keys.append(reinterpret_cast<const char*>(contents.key(index)), description.key_size);
  int fd = tracer.map(map).fd;
  const char* next = keys.data();
  const char* end = next + keys.size();
  bool has_batches = true;  // since Linux 5.6
  while (next != end) {
    if (has_batches) {
      auto count = static_cast<uint32_t>(static_cast<size_t>(end - next) / description.key_size);
      if (bpf_map_delete_batch(fd, next, &count, nullptr) == 0) return true;
      // The batch ended at a key that is gone; before Linux 5.6 the count means nothing.
      has_batches = errno == ENOENT;
      if (has_batches) next += size_t{count} * description.key_size;
      if (next == end) return true;
    }
    if (!delete_one(fd, next)) return false;
    next += description.key_size;
  }
  return true;
}

}  // namespace bpftracec::rt
