#include "bpftracec/rt/output.h"

#include <errno.h>
#include <string.h>

#include "bpftracec/rt/json.h"
#include "stream.h"

namespace bpftracec::rt {

namespace {

// More than this is not kept back in any mode.
constexpr size_t kMuch = size_t{32} * 1024;

void append_count_object(Buffer& to, Text type, Text data_name, uint64_t count) {
  to.append("{\"type\": \"");
  to.append(type);
  to.append("\", \"count\": ");
  append_json_unsigned(to, count);
  to.append(", \"data\": {\"");
  to.append(data_name);
  to.append("\": ");
  append_json_unsigned(to, count);
  to.append("}}\n");
}

}  // namespace

void Output::write_front(size_t size) {
  const int error = out_.write({buffer_.data(), static_cast<uint32_t>(size)});
  buffer_.remove_front(size);
  if (error == 0) return;
  Buffer message;
  if (error == ETIMEDOUT) {
    message.append("ERROR: output is lost: nobody has read it for ");
    message.append_unsigned(Stream::kPatienceMs / 1'000);
    message.append(" s since the tool was told to end");
  } else {
    message.append("ERROR: cannot write the output: ");
    message.append_text(strerror(error));
  }
  message.append('\n');
  errors_.write(message.text());
}

bool Output::has_failed() const { return out_.has_failed(); }

void Output::message(const char* type, Text text) {
  if (is_json_) {
    buffer_.append("{\"type\": \"");
    buffer_.append_text(type);
    buffer_.append("\", \"data\": ");
    append_json_string(buffer_, text);
    buffer_.append("}\n");
  } else {
    buffer_.append(text);
  }
  end_message();
}

void Output::end_message() {
  if (buffering_ == Buffering::None || buffer_.size() >= kMuch) flush();
}

void Output::flush_lines() {
  if (buffering_ != Buffering::Line || buffer_.is_empty()) return;
  const void* newline = memrchr(buffer_.data(), '\n', buffer_.size());
  if (newline == nullptr) return;
  write_front(static_cast<size_t>(static_cast<const char*>(newline) - buffer_.data()) + 1);
}

void Output::flush() { write_front(buffer_.size()); }

void Output::error_message(Text text) {
  flush_lines();
  errors_.write(text);
}

void Output::attached_probes(uint64_t count) {
  if (is_json_) {
    append_count_object(buffer_, "attached_probes", "probes", count);
    end_message();
    // Whoever reads this waits for it, before any event.
    flush_lines();
    return;
  }
  Buffer message;
  message.append("Attached ");
  message.append_unsigned(count);
  message.append(count == 1 ? Text(" probe\n") : Text(" probes\n"));
  error_message(message.text());
}

void Output::lost_events(uint64_t count) {
  if (is_json_) {
    append_count_object(buffer_, "lost_events", "events", count);
    end_message();
    return;
  }
  Buffer message;
  message.append("Lost ");
  message.append_unsigned(count);
  message.append(" events\n");
  error_message(message.text());
}

void Output::total_lost_events(uint64_t count) {
  Buffer message;
  message.append("WARNING: Total lost event count: ");
  message.append_unsigned(count);
  message.append('\n');
  error_message(message.text());
}

}  // namespace bpftracec::rt
