#include "tests/runtime/text_pattern.h"

#include <algorithm>
#include <regex.h>

namespace bpftracec::runtime_tests {
namespace {

std::string to_expression(std::string_view pattern) {
  std::string expression = "^";
  while (!pattern.empty()) {
    const size_t open = std::min(pattern.find("{{"), pattern.size());
    for (const char c : pattern.substr(0, open)) {
      if (std::string_view("\\^$.[]|()*+?{}").find(c) != std::string_view::npos) {
        expression += '\\';
      }
      expression += c;
    }
    pattern.remove_prefix(open);
    if (pattern.empty()) break;
    // The last braces of a run close: "{{[0-9]{2}}}" has its own.
    size_t close = std::min(pattern.find("}}"), pattern.size());
    while (close + 2 < pattern.size() && pattern[close + 2] == '}') {
      ++close;
    }
    expression.append("(").append(pattern.substr(2, close - 2)).append(")");
    pattern.remove_prefix(std::min(close + 2, pattern.size()));
  }
  return expression + "$";
}

}  // namespace

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool matches(const std::string& pattern, const std::string& line) {
  if (pattern.find("{{") == std::string::npos) return pattern == line;
  regex_t expression;
  if (regcomp(&expression, to_expression(pattern).c_str(), REG_EXTENDED | REG_NOSUB) != 0) {
    return false;
  }
  const bool found = regexec(&expression, line.c_str(), 0, nullptr, 0) == 0;
  regfree(&expression);
  return found;
}

std::string check_in_order(const std::vector<std::string>& patterns,
                           const std::vector<std::string>& lines) {
  size_t at = 0;
  for (const std::string& pattern : patterns) {
    while (at < lines.size() && !matches(pattern, lines[at])) {
      ++at;
    }
    if (at == lines.size()) return "no line (in this order) is: " + pattern;
    ++at;
  }
  return "";
}

std::string check_exactly(const std::vector<std::string>& patterns,
                          const std::vector<std::string>& lines) {
  for (size_t i = 0; i < std::max(patterns.size(), lines.size()); ++i) {
    const std::string number = std::to_string(i + 1);
    if (i == lines.size()) return "line " + number + " is missing: " + patterns[i];
    if (i == patterns.size()) return "line " + number + " is too many: " + lines[i];
    if (!matches(patterns[i], lines[i])) {
      return "line " + number + "\n  wanted: " + patterns[i] + "\n  got:    " + lines[i];
    }
  }
  return "";
}

}  // namespace bpftracec::runtime_tests
