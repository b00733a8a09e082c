#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include "bpftracec/rt/buffer.h"
#include "bpftracec/rt/map_contents.h"
#include "bpftracec/rt/tracer.h"

namespace bpftracec::rt {

bool zero_map(const Tracer& tracer, uint32_t map) {
  const MapDescription& description = tracer.tool().maps[map];
  MapContents contents(description);
  if (!contents.read(tracer, map)) return false;

  size_t size = transfer_size(description, tracer.possible_cpus());
  Buffer zeroes;
  zeroes.append_repeated('\0', size);
  if (description.is_scalar) {
    // It keeps having a value, which one CPU's word is enough to say.
    const uint64_t is_set = 1;
    zeroes.truncate(description.value_size - sizeof is_set);
    zeroes.append(reinterpret_cast<const char*>(&is_set), sizeof is_set);
    zeroes.append_repeated('\0', size - zeroes.size());
  }
  // An array's element always exists; a hash map's may have been deleted meanwhile, and stays so.
  const uint64_t flags = description.is_scalar ? BPF_ANY : BPF_EXIST;
  for (size_t index = 0; index < contents.count(); ++index) {
    int result = bpf_map_update_elem(tracer.map(map).fd, contents.key(index), zeroes.data(), flags);
    if (result != 0 && errno != ENOENT) return false;
  }
  return true;
}

}  // namespace bpftracec::rt
