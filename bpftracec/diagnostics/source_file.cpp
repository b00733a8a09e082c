#include "bpftracec/diagnostics/source_file.h"

#include <algorithm>
#include <utility>

#include "bpftracec/base/internal_error.h"

namespace bpftracec::diagnostics {

SourceFile::SourceFile(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)) {
  if (text_.size() > kMaxSize)
    base::internal_error("a script that is too large reached SourceFile");
  line_begins_.push_back(0);
  for (size_t newline = text_.find('\n'); newline != std::string::npos;
       newline = text_.find('\n', newline + 1)) {
    line_begins_.push_back(static_cast<uint32_t>(newline + 1));
  }
}

std::string_view SourceFile::text(SourceRange range) const {
  return std::string_view(text_).substr(range.begin, range.end - range.begin);
}

size_t SourceFile::line_index(uint32_t offset) const {
  auto after = std::upper_bound(line_begins_.begin(), line_begins_.end(), offset);
  return static_cast<size_t>(after - line_begins_.begin()) - 1;
}

SourcePosition SourceFile::position(uint32_t offset) const {
  size_t index = line_index(offset);
  return {static_cast<uint32_t>(index + 1), offset - line_begins_[index] + 1};
}

SourceRange SourceFile::line_around(uint32_t offset) const {
  size_t index = line_index(offset);
  uint32_t begin = line_begins_[index];
  bool is_last = index + 1 == line_begins_.size();
  uint32_t end = is_last ? static_cast<uint32_t>(text_.size()) : line_begins_[index + 1] - 1;
  if (end > begin && text_[end - 1] == '\r') --end;
  return {begin, end};
}

}  // namespace bpftracec::diagnostics
