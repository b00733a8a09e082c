#include "bpftracec/rt/format.h"
#include "bpftracec/rt/tracer.h"

namespace bpftracec::rt {

void handle_exit(Tracer& tracer, const Record& record, const void* details) {
  const Field& code = static_cast<const ExitDetails*>(details)->code;
  bool has_code = code.type != nullptr;
  tracer.request_exit(
      has_code ? static_cast<int64_t>(load_integer(value_in(code, record), *code.type)) : 0);
}

}  // namespace bpftracec::rt
