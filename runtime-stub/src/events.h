// Records from the ring buffer, handed to their handlers.
#pragma once

#include "bpftracec/rt/tracer.h"
#include "failure.h"

struct ring_buffer;

namespace bpftracec::rt {

class Events {
 public:
  explicit Events(Tracer& tracer) : tracer_(tracer) {}
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  bool open(int map, Failure& failure);
  // Readable when there are records; -1 before open().
  int fd() const;

  // Handles what is there, up to exit() and up to so many records that signals are not kept
  // waiting by programs that never stop sending. True when there may be more.
  bool handle();
  // Handles all of it. For when nothing is attached any more.
  void drain();

 private:
  static int on_record(void* events, void* data, size_t size);
  void handle_record(const void* data, size_t size);

  Tracer& tracer_;
  ring_buffer* ring_ = nullptr;
  uint32_t handled_ = 0;  // in this call of handle()
  bool drains_ = false;
};

}  // namespace bpftracec::rt
