// What libbpf says: shown with -v, and else kept to explain a failure.
#pragma once

#include <cstddef>

namespace bpftracec::rt {

class Stream;

// From here on. Messages go to `shown_on` unless it is null, long ones (the verifier's log) cut to
// their last `max_size` bytes.
void capture_libbpf_messages(Stream* shown_on, size_t max_size);

// The text between `before` and `after` in the first kept message that has both; false when there
// is none. Long messages are kept with their beginning and their end.
struct Excerpt {
  const char* data;
  size_t size;
};
bool find_in_libbpf_messages(const char* before, const char* after, Excerpt& excerpt);

// The last lines of the verifier's log, without its statistics; empty when there is none.
Excerpt verifier_verdict();

}  // namespace bpftracec::rt
