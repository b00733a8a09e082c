// The text of a script, with its name for messages and an index of its lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bpftracec/diagnostics/source_range.h"

namespace bpftracec::diagnostics {

// Where a byte is, as people count: from 1. The column counts bytes.
struct SourcePosition {
  uint32_t line = 1;
  uint32_t column = 1;

  friend bool operator==(const SourcePosition&, const SourcePosition&) = default;
};

class SourceFile {
 public:
  // Offsets are 32 bits wide, and nobody writes a script of this size.
  static constexpr size_t kMaxSize = size_t{256} * 1024 * 1024;

  // `text` may hold any bytes, at most kMaxSize of them.
  SourceFile(std::string name, std::string text);

  // Views into the text are kept all over the compiler, so the text must not move.
  SourceFile(const SourceFile&) = delete;
  SourceFile& operator=(const SourceFile&) = delete;

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }
  std::string_view text(SourceRange range) const;

  // The end of the text is a position, too.
  SourcePosition position(uint32_t offset) const;

  // The line that holds `offset`, without its line end.
  SourceRange line_around(uint32_t offset) const;

 private:
  size_t line_index(uint32_t offset) const;

  std::string name_;
  std::string text_;
  std::vector<uint32_t> line_begins_;
};

}  // namespace bpftracec::diagnostics
