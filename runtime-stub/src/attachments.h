// What holds the programs attached: file descriptors, which the kernel lets go of one by one.
#pragma once

#include <cstdint>

namespace bpftracec::rt {

class Attachments {
 public:
  Attachments() = default;
  Attachments(const Attachments&) = delete;
  Attachments& operator=(const Attachments&) = delete;

  // A BPF link: closing it detaches the program, quickly.
  void add_link(int fd) { links_.add(fd); }
  // A perf event that a link or an ioctl has bound a program to. Closing it may wait for RCU.
  void add_event(int fd, bool has_link) {
    events_.add(fd);
    needs_close_ = needs_close_ || !has_link;
  }

  // Detaches all programs; afterwards none of them starts any more.
  void detach();

 private:
  struct List {
    int* fds = nullptr;
    uint32_t size = 0;
    void add(int fd);
    void close_all();
  };
  List links_;
  List events_;
  bool needs_close_ = false;
};

}  // namespace bpftracec::rt
