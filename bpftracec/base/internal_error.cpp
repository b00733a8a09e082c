#include "bpftracec/base/internal_error.h"

#include <cstdio>
#include <cstdlib>

namespace bpftracec::base {

void internal_error(std::string_view what, std::source_location where) {
  std::fprintf(stderr, "bpftracec: internal error: %.*s\n  in %s (%s:%u)\n",
               static_cast<int>(what.size()), what.data(), where.function_name(), where.file_name(),
               static_cast<unsigned>(where.line()));
  std::abort();
}

}  // namespace bpftracec::base
