// cat(): what a file holds.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "bpftracec/rt/format.h"
#include "bpftracec/rt/output.h"
#include "bpftracec/rt/tracer.h"
#include "unique_fd.h"

namespace bpftracec::rt {

namespace {

// Files of /proc do not tell their size, and give what they have in pieces.
bool read_part(int fd, uint64_t most, Buffer& to) {
  constexpr size_t kStep = size_t{64} * 1024;
  while (most > 0) {
    const size_t wanted = most < kStep ? most : kStep;
    const ssize_t count = read(fd, to.extend(wanted), wanted);
    to.truncate(to.size() - wanted + (count > 0 ? static_cast<size_t>(count) : 0));
    if (count <= 0) return count == 0;
    most -= static_cast<uint64_t>(count);
  }
  return true;
}

void report(Tracer& tracer, const char* action, Text path, int error) {
  Buffer message;
  message.append("ERROR: failed to ");
  message.append_text(action);
  message.append(" file '");
  message.append(path);
  message.append("' (");
  message.append_text(strerror(error));
  message.append(")\n");
  tracer.output().error_message(message.text());
}

}  // namespace

void handle_cat(Tracer& tracer, const Record& record, const void* details) {
  Buffer path;
  format_pieces(tracer, static_cast<const PrintfDetails*>(details)->pieces, record, path);
  const auto length = static_cast<uint32_t>(path.size());
  path.append('\0');
  const UniqueFd fd(open(path.data(), O_RDONLY | O_CLOEXEC));
  if (!fd) return report(tracer, "open", {path.data(), length}, errno);
  Buffer content;
  if (!read_part(fd.get(), tracer.tool().max_cat_bytes, content)) {
    return report(tracer, "read", {path.data(), length}, errno);
  }
  tracer.output().message("cat", content.text());
}

}  // namespace bpftracec::rt
