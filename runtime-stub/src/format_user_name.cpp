// `username`: from /etc/passwd, since a static executable has no other source of names.
#include <string.h>

#include "bpftracec/rt/format.h"
#include "bpftracec/rt/json.h"
#include "small_file.h"

namespace bpftracec::rt {

namespace {

// The name in "root:x:0:0:..." if the number after the second colon is the user's.
bool find_in_line(Text line, uint64_t user, Buffer& to) {
  const auto* end = line.data + line.size;
  const auto* name_end = static_cast<const char*>(memchr(line.data, ':', line.size));
  if (name_end == nullptr) return false;
  const auto* password_end = static_cast<const char*>(
      memchr(name_end + 1, ':', static_cast<size_t>(end - name_end - 1)));
  if (password_end == nullptr) return false;
  uint64_t number = 0;
  const char* at = password_end + 1;
  for (; at < end && *at >= '0' && *at <= '9'; ++at)
    number = number * 10 + static_cast<uint64_t>(*at - '0');
  if (at == password_end + 1 || at == end || *at != ':' || number != user) return false;
  to.append(line.data, static_cast<size_t>(name_end - line.data));
  return true;
}

bool find_name(uint64_t user, Buffer& to) {
  Buffer users;
  if (!read_file("/etc/passwd", users)) return false;
  const char* at = users.data();
  const char* end = at + users.size();
  while (at < end) {
    const auto* found = static_cast<const char*>(memchr(at, '\n', static_cast<size_t>(end - at)));
    const char* line_end = found != nullptr ? found : end;
    if (find_in_line({at, static_cast<uint32_t>(line_end - at)}, user, to)) return true;
    at = line_end + 1;
  }
  return false;
}

// Names that have been looked up, by the user's number: a map of a thousand keys reads the file as
// often as it has users.
struct KnownName {
  uint64_t user;
  char text[40];
  bool is_known;
};
constinit KnownName known_names[64] = {};

void user_name_text(const Tracer&, const Value& value, Buffer& to) {
  const uint64_t user = load_integer(value, false);
  KnownName& known = known_names[user % (sizeof known_names / sizeof known_names[0])];
  if (known.is_known && known.user == user) {
    to.append_text(known.text);
    return;
  }
  // Without a name: no text.
  const size_t start = to.size();
  find_name(user, to);
  const size_t length = to.size() - start;
  if (length >= sizeof known.text) return;
  memcpy(known.text, to.data() + start, length);
  known.text[length] = '\0';
  known.user = user;
  known.is_known = true;
}

void user_name_json(const Tracer& tracer, const Value& value, Buffer& to) {
  Buffer text;
  user_name_text(tracer, value, text);
  append_json_string(to, text.text());
}

int compare_users(const Value& a, const Value& b) { return kUnsignedType.compare(a, b); }

}  // namespace

constinit const ValueType kUserNameType = {user_name_text, user_name_json, compare_users, false,
                                           false};

}  // namespace bpftracec::rt
