// What holds the programs attached: file descriptors, which the kernel lets go of one by one.
#pragma once

#include <cstdint>

namespace bpftracec::rt {

class Attachments {
 public:
  Attachments() = default;
  Attachments(const Attachments&) = delete;
  Attachments& operator=(const Attachments&) = delete;
  ~Attachments();

  // A program on a tracepoint. Closing it detaches the program, at once.
  void add_raw_tracepoint(int fd) { raw_tracepoints_.add(fd); }
  // A link without a perf event.
  void add_link(int fd) { links_.add(fd); }
  // A perf event with the link that binds the program to it; -1: an ioctl() has.
  void add_perf_event(int event, int link);

  // Detaches all programs: afterwards none of them starts any more.
  void detach();

  // Perf events take long to close, one after the other, even without a program: for when nothing
  // else is left to do.
  void close_events();

 private:
  struct List {
    int* fds = nullptr;
    uint32_t size = 0;
    void add(int fd);
    void close_all();
    void close_all_at_once();
  };
  List raw_tracepoints_;
  List links_;
  List events_;
  bool has_events_without_link_ = false;
};

}  // namespace bpftracec::rt
