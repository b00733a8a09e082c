#include "bpftracec/rt/format.h"
#include "bpftracec/rt/output.h"
#include "bpftracec/rt/tracer.h"

namespace bpftracec::rt {

void handle_print_value(Tracer& tracer, const Record& record, const void* details) {
  const Field& field = static_cast<const PrintValueDetails*>(details)->field;
  Value value = value_in(field, record);
  Output& output = tracer.output();
  Buffer& to = output.buffer();
  if (output.is_json()) {
    to.append("{\"type\": \"value\", \"data\": ");
    field.type->json(tracer, value, to);
    to.append('}');
  } else {
    field.type->text(tracer, value, to);
  }
  to.append('\n');
  output.end_message();
}

}  // namespace bpftracec::rt
