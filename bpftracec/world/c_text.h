// The script's C as Clang gets it: each byte where the script has it, blanks in place of all else,
// and the ';' that the language lets one leave out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bpftracec/diagnostics/source_range.h"
#include "bpftracec/world/c_source.h"

namespace bpftracec::world {

class CText {
 public:
  explicit CText(const CSource& source);

  const std::string& text() const { return text_; }

  // The place in the script of a place in the text.
  uint32_t original(uint32_t offset) const;
  // In the script: what stands at a place in the text, a word or one character.
  diagnostics::SourceRange token_at(uint32_t offset) const;
  diagnostics::SourceRange line_at(uint32_t offset) const;

 private:
  std::string text_;
  std::vector<uint32_t> inserted_;  // where the text has a ';' more, ascending
};

}  // namespace bpftracec::world
