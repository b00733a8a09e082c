#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "small_file.h"

namespace bpftracec::rt {

namespace {

bool is_pipe_or_terminal(int fd) {
  struct stat file = {};
  return (fstat(fd, &file) == 0 && S_ISFIFO(file.st_mode)) || isatty(fd) != 0;
}

bool is_socket(int fd) {
  struct stat file = {};
  return fstat(fd, &file) == 0 && S_ISSOCK(file.st_mode);
}

}  // namespace

// The file description that we were given belongs to others, too: non-blocking writes would be
// theirs as well. A pipe or a terminal can be opened once more.
Stream::Stream(int fd) : fd_(fd) {
  if (is_pipe_or_terminal(fd)) {
    own_ = UniqueFd(
        open(Path("/proc/self/fd/%d", fd).text, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (own_) fd_ = own_.get();
    may_block_ = !own_;
  } else {
    may_block_ = is_socket(fd);
  }
}

bool Stream::wait_until_writable() const {
  pollfd sources[] = {{fd_, POLLOUT, 0}, {signals_, POLLIN, 0}};
  while (poll(sources, 2, -1) < 0 && errno == EINTR) {
  }
  return sources[0].revents != 0 || poll(sources, 1, kPatienceMs) > 0;
}

int Stream::write(Text text) {
  size_t left = has_failed_ ? 0 : text.size;
  for (bool is_ready = !may_block_; left != 0;) {
    if (!is_ready && !wait_until_writable()) return fail(ETIMEDOUT);
    // When poll() says that a blocking pipe or socket is writable, so much does not block.
    const size_t size = may_block_ && left > PIPE_BUF ? PIPE_BUF : left;
    const ssize_t written = ::write(fd_, text.data + (text.size - left), size);
    if (written < 0 && errno != EAGAIN && errno != EINTR) return fail(errno);
    if (written > 0) left -= static_cast<size_t>(written);
    is_ready = written >= 0 && !may_block_;
  }
  return 0;
}

int Stream::fail(int error) {
  has_failed_ = true;
  return error;
}

}  // namespace bpftracec::rt
