// A lock between test programs that run at the same time, held as long as the object lives.
#pragma once

#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <unistd.h>

namespace bpftracec::runtime_tests {

class FileLock {
 public:
  enum class Mode { Shared, Exclusive };

  FileLock(const std::string& path, Mode mode)
      : fd_(open(path.c_str(), O_CREAT | O_CLOEXEC, 0644)) {
    flock(fd_, mode == Mode::Shared ? LOCK_SH : LOCK_EX);
  }
  ~FileLock() { close(fd_); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int fd_;
};

}  // namespace bpftracec::runtime_tests
