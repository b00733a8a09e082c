#include "tests/differential/normalise.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace bpftracec::differential_tests {
namespace {

// "Attaching 3 probes..." is on stdout; today "Attached 3 probes" is on stderr.
bool is_attaching_line(const std::string& line) {
  return line.starts_with("Attaching ") && line.ends_with("...");
}

bool is_map_line(const std::string& line) { return line.starts_with('@'); }

// "@h: " before the rows of a histogram; today without the blank.
std::string without_blank_after_header(std::string line) {
  if (is_map_line(line) && line.ends_with(": ")) line.pop_back();
  return line;
}

// "count 3, average 2, total 6"; today the text of a record.
std::string with_stats_as_record(const std::string& line) {
  const size_t at = line.find(": count ");
  long long count = 0;
  long long average = 0;
  long long total = 0;
  if (!is_map_line(line) || at == std::string::npos ||
      std::sscanf(line.c_str() + at, ": count %lld, average %lld, total %lld", &count, &average,
                  &total) != 3) {
    return line;
  }
  return line.substr(0, at) + ": { .count = " + std::to_string(count) +
         ", .average = " + std::to_string(average) + ", .total = " + std::to_string(total) + " }";
}

// "[5, 6)" in lhist() with steps of one; today "[5]". The label's column keeps its 16 characters.
std::string with_short_label(const std::string& line) {
  constexpr size_t kLabelWidth = 16;
  long long from = 0;
  long long to = 0;
  char end = 0;  // not K or M
  if (line.size() < kLabelWidth ||
      std::sscanf(line.c_str(), "[%lld, %lld%c", &from, &to, &end) != 3 || end != ')' ||
      to != from + 1 || line.back() != '|') {
    return line;
  }
  std::string label = "[" + std::to_string(from) + "]";
  label.resize(kLabelWidth, ' ');
  return label + line.substr(kLabelWidth);
}

}  // namespace

std::vector<std::string> normalise(const std::vector<std::string>& lines) {
  // Among JSON lines 0.17 puts the empty lines that end a run in text; today there are none.
  const bool is_json = std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.starts_with("{\"type\": ");
  });
  std::vector<std::string> result;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (is_attaching_line(line) || (is_json && line.empty())) continue;
    // Maps of averages and stats are followed by an empty line; today only histograms are, whose
    // last row is no map line. Two empty lines are those before the maps.
    const bool follows_value = !result.empty() && is_map_line(result.back()) &&
                               !result.back().ends_with(':');
    const bool is_single = i + 1 == lines.size() || !lines[i + 1].empty();
    if (line.empty() && follows_value && is_single) continue;
    result.push_back(with_short_label(with_stats_as_record(without_blank_after_header(line))));
  }
  return result;
}

}  // namespace bpftracec::differential_tests
