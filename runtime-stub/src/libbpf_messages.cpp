#include "libbpf_messages.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "stream.h"

namespace bpftracec::rt {

namespace {

// libbpf's callback has no context argument, so that this is one of the few things that are global.
struct Messages {
  Stream* shown_on;
  size_t max_size;
  size_t size;
  char text[8192];
};
Messages messages;

constexpr const char* kLogStart = "-- BEGIN PROG LOAD LOG --\n";
constexpr const char* kLogEnd = "-- END PROG LOAD LOG --";

// Adds to what is kept; the oldest messages tell most, so that later ones are dropped when all is
// full.
void keep(const char* text, size_t size) {
  const size_t room = sizeof messages.text - 1 - messages.size;
  if (size > room) size = room;
  memcpy(messages.text + messages.size, text, size);
  messages.size += size;
  messages.text[messages.size] = '\0';
}

// Of a log, the verdict is at the end.
void keep_ends(const char* text, size_t size) {
  constexpr size_t kEnd = 1024;
  if (size <= 2 * kEnd) {
    keep(text, size);
  } else {
    keep(text, kEnd);
    keep("\n", 1);
    keep(text + size - kEnd, kEnd);
  }
}

void show(const char* text, size_t size) {
  const size_t cut = size > messages.max_size ? size - messages.max_size : 0;
  messages.shown_on->write({text + cut, static_cast<uint32_t>(size - cut)});
}

int on_message(libbpf_print_level level, const char* format, va_list arguments) {
  if (level == LIBBPF_DEBUG) return 0;
  char* text = nullptr;
  const int size = vasprintf(&text, format, arguments);
  if (size < 0) return 0;
  if (messages.shown_on != nullptr) show(text, static_cast<size_t>(size));
  keep_ends(text, static_cast<size_t>(size));
  free(text);
  return 0;
}

}  // namespace

void capture_libbpf_messages(Stream* shown_on, size_t max_size) {
  messages.shown_on = shown_on;
  messages.max_size = max_size;
  libbpf_set_print(on_message);
}

bool find_in_libbpf_messages(const char* before, const char* after, Excerpt& excerpt) {
  const char* start = strstr(messages.text, before);
  if (start == nullptr) return false;
  start += strlen(before);
  const char* end = strstr(start, after);
  if (end == nullptr) return false;
  excerpt = {start, static_cast<size_t>(end - start)};
  return true;
}

Excerpt verifier_verdict() {
  Excerpt log = {"", 0};
  if (!find_in_libbpf_messages(kLogStart, kLogEnd, log)) return log;
  // "processed 7 insns (limit 1000000) max_states_per_insn 0 ..."
  const char* end = log.data + log.size;
  for (const char* at = log.data; at < end; ++at) {
    if (strncmp(at, "processed ", 10) == 0 && (at == log.data || at[-1] == '\n')) end = at;
  }
  while (end > log.data && end[-1] == '\n') {
    --end;
  }
  const char* start = end;
  while (start > log.data && start[-1] != '\n') {
    --start;
  }
  return {start, static_cast<size_t>(end - start)};
}

}  // namespace bpftracec::rt
