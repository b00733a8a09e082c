// A tracer without a kernel, for tests of what handlers and printers write.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <type_traits>
#include <unistd.h>
#include <utility>
#include <vector>

#include "bpftracec/rt/format.h"
#include "bpftracec/rt/output.h"
#include "bpftracec/rt/tracer.h"
#include "stream.h"

namespace bpftracec::rt {

inline ToolDescription empty_tool() {
  ToolDescription tool = {};
  tool.name = "tool";
  tool.version = "1";
  tool.script_name = "prog.bt";
  tool.truncation_trailer = "..";
  return tool;
}

inline std::string to_string(const Buffer& buffer) {
  return buffer.is_empty() ? std::string() : std::string(buffer.data(), buffer.size());
}

// Whoever destroys it, removes the file.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("output", MFD_CLOEXEC)) {}
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(fd_); }

  int fd() const { return fd_; }

  std::string content() const {
    std::string all(static_cast<size_t>(lseek(fd_, 0, SEEK_CUR)), '\0');
    ssize_t got = pread(fd_, all.data(), all.size(), 0);
    all.resize(got < 0 ? 0 : static_cast<size_t>(got));
    return all;
  }

 private:
  int fd_;
};

// A tool that runs, with what it has written.
class TestTool {
 public:
  explicit TestTool(OutputMode mode = OutputMode::Text, ToolDescription tool = empty_tool())
      : description(tool), output(out, errors, mode, Buffering::Full) {
    bindings.possible_cpus = 2;
  }

  std::string written() {
    output.flush();
    return file.content();
  }

  // What it has said on standard error since it was asked last.
  std::string take_messages() {
    const std::string all = error_file.content();
    return all.substr(std::exchange(taken_, all.size()));
  }

  ToolDescription description;
  Bindings bindings = {};
  MemoryFile file;
  Stream out = Stream(file.fd());
  MemoryFile error_file;
  Stream errors = Stream(error_file.fd());
  Output output;
  std::vector<Tracer::Map> maps = std::vector<Tracer::Map>(8);
  Tracer tracer = Tracer(description, bindings, output, maps.data());

 private:
  size_t taken_ = 0;
};

// The bytes of values one after the other, each integer in its own size.
class Bytes {
 public:
  template <typename T>
    requires std::is_trivially_copyable_v<T>
  Bytes& add(T value) {
    const auto* first = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), first, first + sizeof value);
    return *this;
  }
  // A text in `size` bytes, filled up with NULs.
  Bytes& text(std::string_view text, size_t size) {
    const size_t start = bytes_.size();
    bytes_.resize(start + size);
    memcpy(bytes_.data() + start, text.data(), text.size() < size ? text.size() : size);
    return *this;
  }

  const std::byte* data() const { return bytes_.data(); }
  uint32_t size() const { return static_cast<uint32_t>(bytes_.size()); }
  Record record() const { return {data(), size()}; }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace bpftracec::rt
