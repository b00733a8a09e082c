// What a case expects of a line: literal text with POSIX extended regular expressions in {{ }}.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bpftracec::runtime_tests {

std::vector<std::string> split_lines(std::string_view text);

// True if `pattern` describes the whole of `line`.
bool matches(const std::string& pattern, const std::string& line);

// An empty text if the patterns are found among the lines in this order, with others between; else
// what is wrong.
std::string check_in_order(const std::vector<std::string>& patterns,
                           const std::vector<std::string>& lines);

// The same, for patterns that describe all lines.
std::string check_exactly(const std::vector<std::string>& patterns,
                          const std::vector<std::string>& lines);

}  // namespace bpftracec::runtime_tests
