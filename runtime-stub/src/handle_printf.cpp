#include "bpftracec/rt/format.h"
#include "bpftracec/rt/output.h"
#include "bpftracec/rt/tracer.h"

namespace bpftracec::rt {

void handle_printf(Tracer& tracer, const Record& record, const void* details) {
  const auto& printf_details = *static_cast<const PrintfDetails*>(details);
  Output& output = tracer.output();
  if (!output.is_json()) {
    // The case that must be fast: no copy between.
    format_pieces(tracer, printf_details.pieces, record, output.buffer());
    output.end_message();
    return;
  }
  Buffer text;
  format_pieces(tracer, printf_details.pieces, record, text);
  output.message("printf", text.text());
}

}  // namespace bpftracec::rt
