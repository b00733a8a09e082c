#include "bpftracec/base/temporary_directory.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace bpftracec::base {

TemporaryDirectory::TemporaryDirectory(std::string path) : path_(std::move(path)) {}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryDirectory::~TemporaryDirectory() {
  if (path_.empty()) return;
  std::error_code ignored;  // nothing sensible is left to do about it here
  std::filesystem::remove_all(path_, ignored);
}

Result<TemporaryDirectory> TemporaryDirectory::create(const std::string& parent) {
  std::string path = parent + "/bpftracec-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return errno_error("make a directory in '" + parent + "'");
  return TemporaryDirectory(std::move(path));
}

}  // namespace bpftracec::base
