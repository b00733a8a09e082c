// A tool while it runs: what record handlers and map printers may ask of it and tell it.
#pragma once

#include "bpftracec/rt/tool.h"

namespace bpftracec::rt {

class Output;  // output.h

class Tracer {
 public:
  // One entry for each of ToolDescription::maps.
  struct Map {
    int fd = -1;
    uint32_t max_entries = 0;  // as loaded: what the description says, or what the environment does
  };

  // `maps` has tool.maps.size entries and outlives the tracer, as the other three do. The map file
  // descriptors need to be there only when a map is used.
  Tracer(const ToolDescription& tool, const Bindings& bindings, Output& output, const Map* maps)
      : tool_(tool), bindings_(bindings), output_(output), maps_(maps) {}
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  const ToolDescription& tool() const { return tool_; }
  const Bindings& bindings() const { return bindings_; }
  Output& output() { return output_; }
  const Map& map(uint32_t index) const { return maps_[index]; }
  uint32_t possible_cpus() const { return bindings_.possible_cpus; }

  // exit() was called: tracing ends after the record being handled. The first call's code counts;
  // the tool's exit status is its lowest 8 bits.
  void request_exit(int64_t code) {
    if (!is_exit_requested_) exit_code_ = static_cast<int>(code & 0xff);
    is_exit_requested_ = true;
  }
  bool is_exit_requested() const { return is_exit_requested_; }
  int exit_code() const { return exit_code_; }  // 0 without exit()

 private:
  const ToolDescription& tool_;
  const Bindings& bindings_;
  Output& output_;
  const Map* maps_;
  bool is_exit_requested_ = false;
  int exit_code_ = 0;
};

}  // namespace bpftracec::rt
