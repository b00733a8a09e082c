// What the C spelling of an integer type says on the targets that we compile for (both LP64): the
// basic types and the kernel's and POSIX's usual names for them. Enough for event formats and
// casts; other typedefs need BTF.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bpftracec::world {

struct CInteger {
  uint32_t size;  // bytes
  bool is_signed;

  friend bool operator==(const CInteger&, const CInteger&) = default;
};

// `spelling` without qualifiers, with single blanks: "unsigned long", "pid_t". Nothing for names
// that are not known.
std::optional<CInteger> c_integer(std::string_view spelling);

}  // namespace bpftracec::world
