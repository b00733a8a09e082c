// The name that was probably meant, for hints: "did you mean 'printf'?".
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace bpftracec::base {

// How many letters must be inserted, removed, replaced or swapped with their neighbour to turn one
// into the other; when it is more than `limit`, some number above `limit`.
size_t edit_distance(std::string_view from, std::string_view to, size_t limit);

// Looks at one candidate after the other. Of equally near ones, those of the same length are more
// likely, and of these the first, so the order of candidates is a ranking.
class NearestName {
 public:
  explicit NearestName(std::string_view wanted);

  void consider(std::string_view candidate);

  // Nothing if no candidate was close enough to be worth a hint.
  std::optional<std::string_view> found() const { return best_; }

 private:
  std::string_view wanted_;
  size_t limit_;    // a candidate must be at most this many letters off
  size_t penalty_;  // and must have a smaller penalty than the best so far
  std::optional<std::string_view> best_;
};

// `candidates` is any range of things that convert to string_view and outlive the result.
template <typename Range>
std::optional<std::string_view> nearest_name(std::string_view wanted, const Range& candidates) {
  NearestName search(wanted);
  for (const auto& candidate : candidates) search.consider(candidate);
  return search.found();
}

}  // namespace bpftracec::base
