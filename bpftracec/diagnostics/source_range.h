// A stretch of the script's text, as byte offsets. Line and column are worked out only when a
// message is rendered (source_file.h), so that tokens and nodes stay small.
#pragma once

#include <cstdint>

namespace bpftracec::diagnostics {

// Half-open: [begin, end). An empty range (begin == end) names a position, for example where a
// token is missing.
struct SourceRange {
  uint32_t begin = 0;
  uint32_t end = 0;

  friend bool operator==(const SourceRange&, const SourceRange&) = default;
};

// The smallest range that holds both.
constexpr SourceRange cover(SourceRange first, SourceRange last) {
  return {first.begin < last.begin ? first.begin : last.begin,
          first.end > last.end ? first.end : last.end};
}

}  // namespace bpftracec::diagnostics
