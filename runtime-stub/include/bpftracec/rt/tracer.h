// A tool while it runs: what record handlers and map printers may ask of it and tell it.
#pragma once

#include <new>
#include <stdlib.h>

#include "bpftracec/rt/buffer.h"
#include "bpftracec/rt/tool.h"

namespace bpftracec::rt {

class Output;  // output.h

// Something that is costly to make and kept: made when it is first asked for, by code that only
// tools that use it hold.
class Lazy {
 public:
  Lazy() = default;
  Lazy(const Lazy&) = delete;
  Lazy& operator=(const Lazy&) = delete;
  ~Lazy() {
    if (object_ != nullptr) destroy_(object_);
  }

  template <typename T>
  T& get() {
    if (object_ == nullptr) {
      object_ = new (allocate(sizeof(T))) T();
      destroy_ = [](void* object) {
        static_cast<T*>(object)->~T();
        free(object);
      };
    }
    return *static_cast<T*>(object_);
  }

 private:
  void* object_ = nullptr;
  void (*destroy_)(void* object) = nullptr;
};

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
  Output& output() const { return output_; }
  const Map& map(uint32_t index) const { return maps_[index]; }
  // File descriptors of the maps of ToolDescription::stack_stores.
  void set_stack_stores(const int* fds) { stack_stores_ = fds; }
  int stack_store(uint32_t index) const { return stack_stores_[index]; }

  // A KernelSymbols and a UserSymbols.
  Lazy& kernel_symbols() const { return kernel_symbols_; }
  Lazy& user_symbols() const { return user_symbols_; }

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
  const int* stack_stores_ = nullptr;
  mutable Lazy kernel_symbols_;
  mutable Lazy user_symbols_;
  bool is_exit_requested_ = false;
  int exit_code_ = 0;
};

}  // namespace bpftracec::rt
