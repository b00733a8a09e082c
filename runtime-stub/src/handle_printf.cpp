#include "bpftracec/rt/format.h"
#include "bpftracec/rt/output.h"
#include "bpftracec/rt/tracer.h"

namespace bpftracec::rt {

namespace {

void append_pieces(const Tracer& tracer, const PrintfDetails& details, const Record& record,
                   Buffer& to) {
  for (const FormatPiece& piece : details.pieces) {
    if (piece.conversion == 0) {
      to.append(piece.text);
    } else {
      format_piece(tracer, piece, value_in(piece.field, record), to);
    }
  }
}

}  // namespace

void handle_printf(Tracer& tracer, const Record& record, const void* details) {
  const auto& printf_details = *static_cast<const PrintfDetails*>(details);
  Output& output = tracer.output();
  if (!output.is_json()) {
    // The case that must be fast: no copy between.
    append_pieces(tracer, printf_details, record, output.buffer());
    output.end_message();
    return;
  }
  Buffer text;
  append_pieces(tracer, printf_details, record, text);
  output.message("printf", text.text());
}

}  // namespace bpftracec::rt
