#include "events.h"

#include <errno.h>

#include <bpf/libbpf.h>

#include "bpftracec/rt/output.h"

namespace bpftracec::rt {

namespace {

constexpr uint32_t kBatch = 4096;

}  // namespace

bool Events::open(int map, Failure& failure) {
  ring_ = ring_buffer__new(map, on_record, this, nullptr);
  return ring_ != nullptr || failure.set("cannot map the buffer for events: %s", error_text(errno));
}

int Events::fd() const { return ring_ == nullptr ? -1 : ring_buffer__epoll_fd(ring_); }

bool Events::handle() {
  if (ring_ == nullptr) return false;
  handled_ = 0;
  // libbpf goes on as long as there are records, or until on_record() returns an error.
  return ring_buffer__consume(ring_) < 0;
}

void Events::drain() {
  drains_ = true;
  handle();
}

int Events::on_record(void* events_pointer, void* data, size_t size) {
  Events& events = *static_cast<Events*>(events_pointer);
  events.handle_record(data, size);
  ++events.handled_;
  const bool stops = events.handled_ == kBatch || events.tracer_.is_exit_requested() ||
                     events.tracer_.output().has_failed();
  return stops && !events.drains_ ? -EAGAIN : 0;
}

void Events::handle_record(const void* data, size_t size) {
  if (size < sizeof(record_header)) return;
  const uint32_t id = static_cast<const record_header*>(data)->id;
  const Table<RecordDescription>& kinds = tracer_.tool().records;
  if (id >= kinds.size || size < kinds[id].fixed_size) return;
  const Record record{static_cast<const std::byte*>(data), static_cast<uint32_t>(size)};
  kinds[id].handle(tracer_, record, kinds[id].details);
}

}  // namespace bpftracec::rt
