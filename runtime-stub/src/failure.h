// Why a step failed, in the user's words: carried up to run(), which prints it once.
#pragma once

#include <cstddef>

namespace bpftracec::rt {

class Stream;

class Failure {
 public:
  // Sets the message, replacing an earlier one and its hint. Always false, so that a step can
  // `return failure.set(...)`.
  [[gnu::format(printf, 2, 3)]] bool set(const char* format, ...);
  // What the user can do about it.
  [[gnu::format(printf, 2, 3)]] bool hint(const char* format, ...);
  // Puts the message behind another text: which probe, which file.
  [[gnu::format(printf, 2, 3)]] bool prefix(const char* format, ...);
  void clear() { message_[0] = hint_[0] = '\0'; }

  bool has_message() const { return message_[0] != '\0'; }
  const char* message() const { return message_; }
  const char* hint_text() const { return hint_; }
  void print(Stream& to, const char* severity = "ERROR") const;

 private:
  char message_[1024] = "";
  char hint_[1024] = "";
};

// What is wrong, for an errno value that needs no explanation of its own: "Permission denied".
const char* error_text(int error);

}  // namespace bpftracec::rt
