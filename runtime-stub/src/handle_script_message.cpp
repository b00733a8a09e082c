// errorf() and warnf()
#include "bpftracec/rt/format.h"
#include "bpftracec/rt/json.h"
#include "bpftracec/rt/output.h"
#include "bpftracec/rt/tracer.h"
#include "source_place.h"

namespace bpftracec::rt {

void handle_script_message(Tracer& tracer, const Record& record, const void* details) {
  const auto& message = *static_cast<const ScriptMessageDetails*>(details);
  const SourcePlace place{message.line, message.column, message.end_column};
  Output& output = tracer.output();
  Buffer text;
  if (!output.is_json())
    append_place(tracer.tool(), place, message.is_error ? "ERROR" : "WARNING", text);
  format_pieces(tracer, message.pieces, record, text);
  if (!output.is_json()) {
    if (text.data()[text.size() - 1] != '\n') text.append('\n');
    output.error_message(text.text());
    return;
  }
  Buffer& to = output.buffer();
  to.append("{\"type\": \"");
  to.append(message.is_error ? Text("errorf") : Text("warnf"));
  to.append("\", \"msg\": ");
  append_json_string(to, text.text());
  append_json_place(tracer.tool(), place, to);
  output.end_message();
}

}  // namespace bpftracec::rt
