#include "bpftracec/base/file_io.h"

#include <array>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <random>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "bpftracec/base/deferred_signals.h"
#include "bpftracec/base/free_with.h"
#include "bpftracec/base/unique_fd.h"

namespace bpftracec::base {
namespace {

// Script-supplied names may hold anything; what a message shows of them is the renderer's care.
std::string in_quotes(const std::string& path) { return "'" + path + "'"; }

UniqueFd open_file(const std::string& path, int flags, mode_t mode = 0) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  return UniqueFd(fd);
}

Result<void> write_all(const UniqueFd& fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    ssize_t written = ::write(fd.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno_error("write " + in_quotes(path));
    content.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

// Some file systems (NFS, quotas) tell only at close that the data found no place.
Result<void> close_checked(UniqueFd fd, const std::string& path) {
  if (::close(fd.release()) != 0 && errno != EINTR) return errno_error("write " + in_quotes(path));
  return {};
}

// A link stays a link: what is replaced is the file that it leads to.
std::string resolve_links(const std::string& path) {
  std::unique_ptr<char, FreeWith<std::free>> resolved(::realpath(path.c_str(), nullptr));
  return resolved ? resolved.get() : path;
}

std::string temporary_name_beside(const std::string& path) {
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  std::string suffix = ".tmp-";
  for (int i = 0; i < 10; ++i) suffix += kLetters[random() % kLetters.size()];
  size_t slash = path.rfind('/');
  size_t name_begin = slash == std::string::npos ? 0 : slash + 1;
  // Hidden, and short enough however long the final name is.
  return path.substr(0, name_begin) + "." + path.substr(name_begin, NAME_MAX - suffix.size() - 1) +
         suffix;
}

bool is_special_file(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  UniqueFd fd = open_file(path, O_RDONLY);
  if (!fd) return errno_error("open " + in_quotes(path));
  std::string content;
  auto buffer = std::make_unique_for_overwrite<std::array<char, size_t{64} * 1024>>();
  while (true) {
    ssize_t count = ::read(fd.get(), buffer->data(), buffer->size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_error("read " + in_quotes(path));
    if (count == 0) return content;
    content.append(buffer->data(), static_cast<size_t>(count));
  }
}

Result<void> write_file(const std::string& path, std::string_view content) {
  if (is_special_file(path)) {
    UniqueFd fd = open_file(path, O_WRONLY);
    if (!fd) return errno_error("open " + in_quotes(path));
    if (auto written = write_all(fd, content, path); !written) return written;
    return close_checked(std::move(fd), path);
  }
  DeferredSignals signals;
  auto pending = PendingFile::create(path);
  if (!pending) return std::move(pending).error();
  // The umask decides the rest of the mode, as for any file that a tool writes.
  UniqueFd fd = open_file(pending->temporary_path(), O_WRONLY | O_CREAT | O_EXCL, 0666);
  if (!fd) return errno_error("open " + in_quotes(pending->temporary_path()));
  if (auto written = write_all(fd, content, path); !written) return written;
  if (auto closed = close_checked(std::move(fd), path); !closed) return closed;
  return pending->commit();
}

PendingFile::PendingFile(std::string path, std::string directory)
    : path_(std::move(path)), directory_(std::move(directory)) {}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : path_(std::move(other.path_)), directory_(std::exchange(other.directory_, {})) {}

PendingFile::~PendingFile() {
  if (directory_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

Result<PendingFile> PendingFile::create(const std::string& path) {
  if (is_special_file(path))
    return Error{"cannot replace " + in_quotes(path) + ": it is no ordinary file"};
  std::string final_path = resolve_links(path);
  while (true) {
    std::string directory = temporary_name_beside(final_path);
    // What is in it belongs to the user until it is complete.
    if (::mkdir(directory.c_str(), 0700) == 0)
      return PendingFile(std::move(final_path), std::move(directory));
    if (errno != EEXIST) return errno_error("write " + in_quotes(path));
  }
}

Result<void> PendingFile::commit() {
  if (::rename(temporary_path().c_str(), path_.c_str()) != 0)
    return errno_error("write " + in_quotes(path_));
  return {};
}

}  // namespace bpftracec::base
