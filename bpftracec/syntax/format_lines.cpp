#include "bpftracec/syntax/format_lines.h"

#include <algorithm>
#include <cstddef>

namespace bpftracec::syntax {
namespace {

constexpr size_t kColumns = 100;
constexpr uint32_t kContinuationIndent = 4;

// In characters, if it is UTF-8.
size_t width_of(const FormatPiece& piece) {
  const auto continues_character = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
  };
  const auto continuations = std::count_if(piece.text.begin(), piece.text.end(),
                                           continues_character);
  return piece.text.size() - static_cast<size_t>(continuations) + piece.spaces;
}

class LineBreaker {
 public:
  LineBreaker(const std::vector<FormatPiece>& pieces, uint32_t indent)
      : pieces_(pieces), indent_(indent), breaks_(pieces.size(), false) {}

  void run(std::string& text) && {
    choose_breaks();
    write(text);
  }

 private:
  void choose_breaks() {
    size_t line_begin = 0;
    size_t width = indent_;
    for (size_t i = 0; i < pieces_.size(); ++i) {
      const bool must_break = i > 0 && (pieces_[i].begins_line || pieces_[i - 1].ends_line);
      if (must_break) {
        line_begin = i;
        width = indent_at(i);
        breaks_[i] = true;
      }
      width += width_of(pieces_[i]);
      if (width <= kColumns || pieces_[i].is_comment) continue;
      const size_t at = best_break(line_begin, i);
      if (at == line_begin) continue;
      breaks_[at] = true;
      line_begin = at;
      width = indent_at(at);
      for (size_t k = at; k <= i; ++k) width += width_of(pieces_[k]);
    }
  }

  // The last of the best places up to `last`; `line_begin` where there is none.
  size_t best_break(size_t line_begin, size_t last) const {
    size_t best = line_begin;
    for (size_t i = line_begin + 1; i <= last; ++i) {
      if (pieces_[i].penalty == FormatPiece::kNoBreak) continue;
      if (best == line_begin || pieces_[i].penalty <= pieces_[best].penalty) best = i;
    }
    return best;
  }

  uint32_t indent_at(size_t i) const {
    return i == 0 || !pieces_[i].is_continuation ? indent_ : indent_ + kContinuationIndent;
  }

  void write(std::string& text) const {
    for (size_t i = 0; i < pieces_.size(); ++i) {
      const bool begins_line = i == 0 || breaks_[i];
      if (i > 0 && begins_line) text += '\n';
      if (begins_line) {
        text.append(indent_at(i), ' ');
      } else {
        text.append(pieces_[i].spaces, ' ');
      }
      text += pieces_[i].text;
    }
    text += '\n';
  }

  const std::vector<FormatPiece>& pieces_;
  uint32_t indent_;
  std::vector<bool> breaks_;  // before a piece
};

}  // namespace

void append_lines(const std::vector<FormatPiece>& pieces, uint32_t indent, std::string& text) {
  if (!pieces.empty()) LineBreaker(pieces, indent).run(text);
}

}  // namespace bpftracec::syntax
