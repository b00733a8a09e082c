#include "bpftracec/rt/map_contents.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "bpftracec/rt/aggregation.h"
#include "bpftracec/rt/buffer.h"
#include "bpftracec/rt/format.h"
#include "bpftracec/rt/tracer.h"

namespace bpftracec::rt {

namespace {

// What the kernel says to a batch command that it has not (the second is not in errno.h).
bool is_unsupported(int error) {
  constexpr int kNotSupportedByKernel = 524;
  return error == EINVAL || error == EOPNOTSUPP || error == kNotSupportedByKernel;
}

size_t rounded_up(size_t size) { return (size + 7) / 8 * 8; }

const std::byte* bytes(const Buffer& buffer) {
  return reinterpret_cast<const std::byte*>(buffer.data());
}

// As in `is_set` of event_abi.h: was the scalar map ever assigned, on any CPU?
bool is_set(const MapDescription& map, const std::byte* value, uint32_t cpus) {
  for (uint32_t cpu = 0; cpu < cpus; ++cpu) {
    uint64_t flag;
    memcpy(&flag, value + cpu * rounded_up(map.value_size) + map.value_size - sizeof flag,
           sizeof flag);
    if (flag != 0) return true;
  }
  return false;
}

int compare_keys(const MapDescription& map, const std::byte* a, const std::byte* b) {
  for (const Field& part : map.key) {
    int order = part.type->compare(value_at(part, a), value_at(part, b));
    if (order != 0) return order;
  }
  return 0;
}

int compare_values(const MapDescription& map, const std::byte* a, const std::byte* b) {
  if (map.aggregation != nullptr) return map.aggregation->compare(map, a, b);
  if (!map.value.type->is_integer) return 0;
  return map.value.type->compare(value_at(map.value, a), value_at(map.value, b));
}

struct SortContext {
  const MapDescription& map;
  uint32_t value_offset;
};

// By value where values have an order; keys decide between equals and order all others, so that
// one map always prints in one order.
int compare_entries(const void* a, const void* b, void* context) {
  const auto& sorting = *static_cast<const SortContext*>(context);
  const auto* left = static_cast<const std::byte*>(a);
  const auto* right = static_cast<const std::byte*>(b);
  int order = compare_values(sorting.map, left + sorting.value_offset,
                             right + sorting.value_offset);
  return order != 0 ? order : compare_keys(sorting.map, left, right);
}

}  // namespace

size_t transfer_size(const MapDescription& map, uint32_t possible_cpus) {
  return map.is_per_cpu ? rounded_up(map.value_size) * possible_cpus : map.value_size;
}

MapContents::MapContents(const MapDescription& map)
    : map_(map),
      value_offset_(static_cast<uint32_t>(rounded_up(map.key_size))),
      entry_size_(static_cast<uint32_t>(value_offset_ + rounded_up(map.value_size))) {}

MapContents::~MapContents() { free(entries_); }

void MapContents::add(const std::byte* key, const std::byte* value, uint32_t cpus) {
  if (count_ == capacity_) {
    capacity_ = capacity_ == 0 ? 64 : capacity_ * 2;
    entries_ = static_cast<std::byte*>(reallocate(entries_, capacity_ * entry_size_));
  }
  std::byte* entry = entries_ + count_ * entry_size_;
  ++count_;
  memcpy(entry, key, map_.key_size);
  std::byte* merged = entry + value_offset_;
  if (map_.aggregation == nullptr) {
    memcpy(merged, value, map_.value_size);
    return;
  }
  memset(merged, 0, map_.value_size);
  for (uint32_t cpu = 0; cpu < cpus; ++cpu)
    map_.aggregation->merge(map_, merged, value + cpu * rounded_up(map_.value_size));
}

void MapContents::sort() {
  SortContext context = {map_, value_offset_};
  if (count_ > 1) qsort_r(entries_, count_, entry_size_, compare_entries, &context);
}

bool MapContents::read(const Tracer& tracer, uint32_t map) {
  const Tracer::Map& loaded = tracer.map(map);
  uint32_t cpus = map_.is_per_cpu ? tracer.possible_cpus() : 1;
  if (map_.is_scalar) return read_scalar(loaded.fd, cpus);
  if (read_in_batches(loaded.fd, cpus)) return true;
  // Kernels before 5.6 have no batches.
  return count_ == 0 && is_unsupported(errno) &&
         read_one_by_one(loaded.fd, cpus, loaded.max_entries);
}

bool MapContents::read_scalar(int fd, uint32_t cpus) {
  const uint32_t key = 0;
  Buffer value;
  if (bpf_map_lookup_elem(fd, &key, value.extend(transfer_size(map_, cpus))) != 0) return false;
  if (is_set(map_, bytes(value), cpus)) {
    add(reinterpret_cast<const std::byte*>(&key), bytes(value), cpus);
  }
  return true;
}

bool MapContents::read_in_batches(int fd, uint32_t cpus) {
  size_t value_size = transfer_size(map_, cpus);
  // Few calls without much memory: batches of about 128 KB.
  auto batch = static_cast<uint32_t>((size_t{128} * 1024) / (value_size + map_.key_size));
  if (batch < 64) batch = 64;
  if (batch > 1024) batch = 1024;
  // Where the last batch ended, as the kernel notes it; 4 bytes for hash maps.
  uint64_t position = 0;
  uint64_t next_position = 0;
  Buffer keys;
  Buffer values;
  bool is_first = true;
  while (true) {
    keys.clear();
    values.clear();
    char* key_room = keys.extend(size_t{batch} * map_.key_size);
    char* value_room = values.extend(batch * value_size);
    uint32_t count = batch;
    int result = bpf_map_lookup_batch(fd, is_first ? nullptr : &position, &next_position, key_room,
                                      value_room, &count, nullptr);
    int error = result == 0 ? 0 : errno;
    if (error == ENOSPC) {
      // One bucket has more entries than the batch: the same again with more room.
      batch *= 2;
      continue;
    }
    if (error != 0 && error != ENOENT) {
      errno = error;
      return false;
    }
    for (uint32_t index = 0; index < count; ++index)
      add(bytes(keys) + size_t{index} * map_.key_size, bytes(values) + index * value_size, cpus);
    if (error == ENOENT) return true;
    position = next_position;
    is_first = false;
  }
}

bool MapContents::read_one_by_one(int fd, uint32_t cpus, uint32_t max_entries) {
  Buffer key;
  Buffer next;
  Buffer value;
  char* key_room = key.extend(map_.key_size);
  char* next_room = next.extend(map_.key_size);
  char* value_room = value.extend(transfer_size(map_, cpus));
  bool is_first = true;
  // When the key we stand on is deleted meanwhile, the kernel starts again from the first one. We
  // stop when that one comes back, and in any case after as many as the map can hold.
  for (uint32_t index = 0; index < max_entries; ++index) {
    if (bpf_map_get_next_key(fd, is_first ? nullptr : key_room, next_room) != 0) {
      return errno == ENOENT;
    }
    if (count_ > 0 && memcmp(next_room, this->key(0), map_.key_size) == 0) return true;
    memcpy(key_room, next_room, map_.key_size);
    is_first = false;
    if (bpf_map_lookup_elem(fd, key_room, value_room) == 0) add(bytes(key), bytes(value), cpus);
  }
  return true;
}

}  // namespace bpftracec::rt
