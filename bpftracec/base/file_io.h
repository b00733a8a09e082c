// Reading files whole, and writing them so that nobody ever sees half of one: content goes to a
// temporary directory beside it, and is renamed when all of it is on the disk.
#pragma once

#include <string>
#include <string_view>

#include "bpftracec/base/result.h"

namespace bpftracec::base {

Result<std::string> read_file(const std::string& path);

// Writes all of `content`; also where `path` names something that is not an ordinary file
// (/dev/stdout, a pipe), which is written in place.
Result<void> write_file(const std::string& path, std::string_view content);

// A file that is being made for `path` by somebody else, for instance a linker. It is written at
// temporary_path(), and takes the place of `path` by commit(); without it, it is removed, with all
// that was left beside it: lld has a temporary file of its own there, which stays when lld is ended
// at the wrong moment. A process that is killed cannot do that: DeferredSignals must outlive it.
class PendingFile {
 public:
  static Result<PendingFile> create(const std::string& path);

  PendingFile(PendingFile&& other) noexcept;
  PendingFile& operator=(PendingFile&&) = delete;
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();

  // In a directory that is empty but for what is written there.
  std::string temporary_path() const { return directory_ + "/new"; }
  Result<void> commit();

 private:
  PendingFile(std::string path, std::string directory);

  std::string path_;
  std::string directory_;  // empty once moved from
};

}  // namespace bpftracec::base
