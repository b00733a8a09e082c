#include "bpftracec/base/nearest_name.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

namespace bpftracec::base {
namespace {

// A third of the letters may be wrong; names of one or two letters would match nearly anything.
size_t sensible_limit(std::string_view name) {
  return name.size() <= 2 ? 0 : std::max<size_t>(1, name.size() / 3);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_but_for_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

size_t edit_distance(std::string_view from, std::string_view to, size_t limit) {
  size_t difference = from.size() > to.size() ? from.size() - to.size() : to.size() - from.size();
  if (difference > limit) return limit + 1;
  // Three rows of the usual table: a swap of neighbours looks two rows back.
  std::vector<size_t> before_last(to.size() + 1);
  std::vector<size_t> last(to.size() + 1);
  std::vector<size_t> row(to.size() + 1);
  for (size_t j = 0; j <= to.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= from.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (size_t j = 1; j <= to.size(); ++j) {
      size_t replaced = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    if (*std::min_element(row.begin(), row.end()) > limit) return limit + 1;
  }
  return row.back();
}

NearestName::NearestName(std::string_view wanted)
    : wanted_(wanted), limit_(sensible_limit(wanted)), penalty_(2 * (limit_ + 1)) {}

void NearestName::consider(std::string_view candidate) {
  size_t penalty = 0;
  if (!equal_but_for_case(wanted_, candidate)) {
    size_t distance = edit_distance(wanted_, candidate, limit_);
    if (distance > limit_) return;
    penalty = 2 * distance + (candidate.size() == wanted_.size() ? 0 : 1);
  }
  if (penalty >= penalty_) return;
  best_ = candidate;
  penalty_ = penalty;
}

}  // namespace bpftracec::base
