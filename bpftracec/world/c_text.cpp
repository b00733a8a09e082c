#include "bpftracec/world/c_text.h"

#include <algorithm>
#include <string_view>

namespace bpftracec::world {
namespace {

using diagnostics::SourceRange;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Blanks up to `end`, but for the ends of lines.
void append_blank(std::string& text, std::string_view script, size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) text += script[i] == '\n' ? '\n' : ' ';
}

}  // namespace

CText::CText(const CSource& source) {
  size_t done = 0;
  for (const SourceRange part : source.parts) {
    const std::string_view c = source.text.substr(part.begin, part.end - part.begin);
    append_blank(text_, source.text, done, part.begin);
    text_ += c;
    if (!c.starts_with('#') && !c.ends_with(';')) {
      inserted_.push_back(static_cast<uint32_t>(text_.size()));
      text_ += ';';
    }
    done = part.end;
  }
  append_blank(text_, source.text, done, source.text.size());
}

uint32_t CText::original(uint32_t offset) const {
  const auto before = std::lower_bound(inserted_.begin(), inserted_.end(), offset);
  return offset - static_cast<uint32_t>(before - inserted_.begin());
}

SourceRange CText::token_at(uint32_t offset) const {
  const auto size = static_cast<uint32_t>(text_.size());
  const uint32_t begin = std::min(offset, size);
  uint32_t end = std::min(begin + 1, size);
  if (begin < end && is_word(text_[begin])) {
    while (end < size && is_word(text_[end])) ++end;
  }
  return {original(begin), original(end)};
}

SourceRange CText::line_at(uint32_t offset) const {
  const size_t at = std::min<size_t>(offset, text_.size());
  const size_t before = at == 0 ? std::string::npos : text_.rfind('\n', at - 1);
  const size_t begin = before == std::string::npos ? 0 : before + 1;
  const size_t end = std::min(text_.find('\n', at), text_.size());
  return {original(static_cast<uint32_t>(begin)), original(static_cast<uint32_t>(end))};
}

}  // namespace bpftracec::world
