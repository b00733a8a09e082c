// Words to lines of at most 100 columns. Only the formatter includes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bpftracec::syntax {

// A word or a comment of a line, which views the source.
struct FormatPiece {
  static constexpr int kNoBreak = 1000;

  std::string_view text;
  uint8_t spaces = 0;           // before it, unless it begins a line
  int penalty = kNoBreak;       // of a line end before it: the less, the better
  bool begins_line = false;     // must
  bool ends_line = false;       // must: a comment that reaches to the end of its line
  bool is_comment = false;      // may be as long as it is
  bool is_continuation = true;  // if it begins a line, that line is indented more than the first
};

// Adds the pieces as one line, or as several where they need it. `indent` is in columns.
void append_lines(const std::vector<FormatPiece>& pieces, uint32_t indent, std::string& text);

}  // namespace bpftracec::syntax
