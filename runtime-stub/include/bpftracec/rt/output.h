// Where a tool's output goes, as text or as one JSON object a line.
#pragma once

#include <cstdint>

#include "bpftracec/rt/buffer.h"
#include "bpftracec/rt/tool.h"

namespace bpftracec::rt {

class Stream;  // where bytes go

enum class OutputMode : uint8_t { Text, Json };

// None: each message is written at once. Line: whole lines are written when flush_lines() is
// called, that is, when all records that were there have been handled. Full: when much has come
// together. The user sees lines appear one by one, and the tool makes few system calls.
enum class Buffering : uint8_t { None, Line, Full };

class Output {
 public:
  // `errors` is standard error.
  Output(Stream& out, Stream& errors, OutputMode mode, Buffering buffering)
      : out_(out), errors_(errors), is_json_(mode == OutputMode::Json), buffering_(buffering) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  bool is_json() const { return is_json_; }

  // The text that printf() and its like made: as it is, or {"type": "printf", "data": "..."}.
  void message(const char* type, Text text);

  // For everything else: the caller appends one message (in JSON mode with its newline) to
  // buffer() and then calls end_message().
  Buffer& buffer() { return buffer_; }
  void end_message();

  void attached_probes(uint64_t count);
  void lost_events(uint64_t count);        // since the last call
  void total_lost_events(uint64_t count);  // at the end

  // To standard error, after what has been written before it. `text` ends with a newline.
  void error_message(Text text);

  void flush_lines();  // to be called when there are no more records, before waiting for some
  void flush();        // at the end, and before other processes write

  // Nothing more can be written, which has been reported on standard error: the tool should end
  // with status 1.
  bool has_failed() const;

 private:
  void write_front(size_t size);

  Stream& out_;
  Stream& errors_;
  bool is_json_;
  Buffering buffering_;
  Buffer buffer_;
};

}  // namespace bpftracec::rt
