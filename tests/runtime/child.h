// A process that a case starts: in a process group of its own, its output gathered, and gone when
// the object goes.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bpftracec::runtime_tests {

using Clock = std::chrono::steady_clock;

class Child {
 public:
  // Runs `sh -c command` in `directory`, with nothing on its stdin.
  Child(const std::string& command, const std::string& directory);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  const std::string& out() const { return out_; }
  const std::string& error() const { return error_; }
  bool has_ended() const { return has_ended_; }
  // As a shell shows it: 128 + N after signal N.
  int status() const { return status_; }

  void send(int signal) const;

  // Reads output until `done` says so, the process has ended, or the deadline passed (false).
  bool wait_until(const std::function<bool()>& done, Clock::time_point deadline);
  bool wait_for_end(Clock::time_point deadline);

 private:
  void read_some(int timeout_ms);
  bool reap();

  pid_t pid_ = -1;
  int out_fd_ = -1;
  int error_fd_ = -1;
  int pid_fd_ = -1;
  std::string out_;
  std::string error_;
  bool has_ended_ = false;
  int status_ = -1;
};

}  // namespace bpftracec::runtime_tests
