// ntop(): 127.0.0.1, ::1
#include <arpa/inet.h>
#include <string.h>

#include "bpftracec/rt/format.h"
#include "bpftracec/rt/json.h"

namespace bpftracec::rt {

namespace {

inet_value load(const Value& value) {
  inet_value inet = {};
  if (value.size >= sizeof inet) memcpy(&inet, value.data, sizeof inet);
  return inet;
}

// A family that is none has no text, as the value of a key that is not there.
void inet_text(const Tracer&, const Value& value, Buffer& to) {
  const inet_value inet = load(value);
  char text[INET6_ADDRSTRLEN] = "";
  if (inet.family != AF_INET && inet.family != AF_INET6) return;
  if (inet_ntop(static_cast<int>(inet.family), inet.address, text, sizeof text) == nullptr) return;
  to.append_text(text);
}

void inet_json(const Tracer& tracer, const Value& value, Buffer& to) {
  Buffer text;
  inet_text(tracer, value, text);
  append_json_string(to, text.text());
}

int compare_inets(const Value& a, const Value& b) {
  const inet_value left = load(a);
  const inet_value right = load(b);
  if (left.family != right.family) return left.family < right.family ? -1 : 1;
  return memcmp(left.address, right.address, sizeof left.address);
}

}  // namespace

constinit const ValueType kInetType = {inet_text, inet_json, compare_inets, false, false};

}  // namespace bpftracec::rt
