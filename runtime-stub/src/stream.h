// A stream of bytes to somebody who may not read them: standard output and error, which are often
// pipes and terminals, and -o's file.
#pragma once

#include <cstddef>

#include "bpftracec/rt/tool.h"
#include "unique_fd.h"

namespace bpftracec::rt {

class Stream {
 public:
  // Does not own `fd`.
  explicit Stream(int fd);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Once `signals` is readable, the tool is to end, and a reader who takes nothing for kPatienceMs
  // is not waited for any more.
  void give_up_after(int signals) { signals_ = signals; }
  static constexpr int kPatienceMs = 2'000;

  // Writes all of it; 0 or an errno, ETIMEDOUT when it has given up. After an error nothing more is
  // written.
  int write(Text text);
  bool has_failed() const { return has_failed_; }

 private:
  bool wait_until_writable() const;
  int fail(int error);

  UniqueFd own_;  // the same pipe or terminal, with a file description of our own
  int fd_;
  bool may_block_ = false;
  int signals_ = -1;
  bool has_failed_ = false;
};

}  // namespace bpftracec::rt
