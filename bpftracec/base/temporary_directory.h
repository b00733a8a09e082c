// A directory of our own that goes, with all that is in it, when its owner goes. A process that
// is killed cannot do that: DeferredSignals must outlive it.
#pragma once

#include <string>
#include <string_view>

#include "bpftracec/base/result.h"

namespace bpftracec::base {

class TemporaryDirectory {
 public:
  // `parent` must exist; the name is made unique.
  static Result<TemporaryDirectory> create(const std::string& parent);

  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  explicit TemporaryDirectory(std::string path);

  std::string path_;  // empty once moved from
};

}  // namespace bpftracec::base
