// What a tool says with -v, and nothing without.
#pragma once

#include <cstdint>

#include "stream.h"

namespace bpftracec::rt {

class Log {
 public:
  explicit Log(Stream& errors) : errors_(errors) {}

  Stream& errors() const { return errors_; }
  void enable() { is_enabled_ = true; }
  bool is_enabled() const { return is_enabled_; }

  // One line.
  [[gnu::format(printf, 2, 3)]] void note(const char* format, ...) const;
  // The time since the last step, in milliseconds.
  void step(const char* what);

 private:
  Stream& errors_;  // standard error
  bool is_enabled_ = false;
  uint64_t last_step_ns_ = 0;
};

}  // namespace bpftracec::rt
