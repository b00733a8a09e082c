// Reads a printf format.
#pragma once

#include <string_view>
#include <vector>

#include "bpftracec/sema/program.h"

namespace bpftracec::sema {

// As it is written: "rx" for 'R'.
std::string_view conversion_spelling(char conversion);

struct PrintfFormat {
  std::vector<FormatPiece> pieces;
  uint32_t conversion_count = 0;  // the arguments that it takes
  // Conversions of the language that we do not have ("gr", "f"), and widths that are out of range:
  // as written, with their %.
  std::vector<std::string> unsupported;
  std::vector<std::string> too_wide;
};

// A width or precision above this is taken for a mistake: the tool would print that many blanks.
inline constexpr uint32_t kMaxFormatWidth = 4096;

// What printf() and its like get.
struct FormattedArguments {
  PrintfFormat format;
  std::vector<ExprPtr> arguments;  // of all conversions, in their order
};

PrintfFormat parse_printf_format(std::string_view format);

}  // namespace bpftracec::sema
