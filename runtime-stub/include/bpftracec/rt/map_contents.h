// The entries of a map at one moment, with the values of all CPUs merged into one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bpftracec/rt/tool.h"

namespace bpftracec::rt {

class MapContents {
 public:
  explicit MapContents(const MapDescription& map);
  MapContents(const MapContents&) = delete;
  MapContents& operator=(const MapContents&) = delete;
  ~MapContents();

  // Reads the map's entries from the kernel; false with errno set when that fails, with what has
  // been read so far. A scalar map that was never assigned has no entries.
  bool read(const Tracer& tracer, uint32_t map);

  // Adds an entry; `value` holds `cpus` values (1 for maps that are not per-CPU), each at a
  // multiple of 8 bytes, as bpf(2) gives them.
  void add(const std::byte* key, const std::byte* value, uint32_t cpus);

  size_t count() const { return count_; }
  const std::byte* key(size_t index) const { return entries_ + index * entry_size_; }
  const std::byte* value(size_t index) const { return key(index) + value_offset_; }

  // Into the order in which they are printed.
  void sort();

 private:
  bool read_scalar(int fd, uint32_t cpus);
  bool read_in_batches(int fd, uint32_t cpus);
  bool read_one_by_one(int fd, uint32_t cpus, uint32_t max_entries);

  const MapDescription& map_;
  uint32_t value_offset_;
  uint32_t entry_size_;
  std::byte* entries_ = nullptr;
  size_t count_ = 0;
  size_t capacity_ = 0;
};

// Bytes that one map value takes in a buffer for bpf(2), all CPUs together.
size_t transfer_size(const MapDescription& map, uint32_t possible_cpus);

// Removes all entries; sets the values of all entries to zero. False with errno set on failure.
bool clear_map(const Tracer& tracer, uint32_t map);
bool zero_map(const Tracer& tracer, uint32_t map);

}  // namespace bpftracec::rt
