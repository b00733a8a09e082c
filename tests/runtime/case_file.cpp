#include "tests/runtime/case_file.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>
#include <utility>

namespace bpftracec::runtime_tests {
namespace {

struct Entry {
  std::string key;
  std::vector<std::string> lines;
  int line;
};

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

// A bar keeps the blanks after it, and stands for an empty line when nothing follows.
std::string line_value(std::string_view text) {
  text = trim(text);
  return std::string(text.starts_with('|') ? text.substr(1) : text);
}

std::string join(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) {
    all += (all.empty() ? "" : "\n") + line;
  }
  return all;
}

std::string identifier(std::string_view text) {
  std::string name;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      name += c;
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
  }
  while (!name.empty() && name.back() == '_') {
    name.pop_back();
  }
  return name;
}

bool parse_number(std::string_view text, int& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

class Parser {
 public:
  Parser(std::string suite, std::string file, Expectations expectations)
      : suite_(std::move(suite)), file_(std::move(file)), expectations_(expectations) {}

  CaseFile parse(std::string_view text) {
    int number = 0;
    while (!text.empty()) {
      const size_t end = text.find('\n');
      add_line(text.substr(0, end), ++number);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    finish_case();
    if (result_.cases.empty()) fail(number, "no cases");
    return std::move(result_);
  }

 private:
  void fail(int line, const std::string& what) {
    result_.errors.push_back(file_ + ":" + std::to_string(line) + ": " + what);
  }

  void add_line(std::string_view line, int number) {
    if (trim(line).empty()) {
      finish_case();
    } else if (line.front() == '#') {
      return;
    } else if (line.front() == ' ' || line.front() == '\t') {
      if (entries_.empty()) return fail(number, "continues nothing");
      entries_.back().lines.push_back(line_value(line));
    } else if (const size_t colon = line.find(':'); colon != std::string_view::npos) {
      entries_.push_back({std::string(line.substr(0, colon)), {}, number});
      // A value may begin on the next line.
      const std::string_view rest = line.substr(colon + 1);
      if (!trim(rest).empty()) entries_.back().lines.push_back(line_value(rest));
    } else {
      fail(number, "not a 'key: value' line");
    }
  }

  void finish_case() {
    if (entries_.empty()) return;
    Case made;
    made.suite = suite_;
    made.file = file_;
    made.line = entries_.front().line;
    bool has_stop = false;
    for (const Entry& entry : entries_) {
      has_stop = has_stop || entry.key == "stop";
      set(made, entry);
    }
    if (!has_stop && !made.during.empty()) made.stop = StopBy::Interrupt;
    if (made.name.empty()) fail(made.line, "a case without a name");
    if (made.script.empty() == made.script_file.empty())
      fail(made.line, "a case has a script or names a file");
    if (!names_.insert(made.name).second) fail(made.line, "a second case '" + made.name + "'");
    const bool checks = made.is_exact || made.has_error || !made.expect.empty() ||
                        !made.expect_not.empty() || !made.after.empty() || made.status != 0;
    if (!checks && expectations_ == Expectations::Required) {
      fail(made.line, "a case that expects nothing");
    }
    if (made.is_exact && !made.expect.empty()) fail(made.line, "both expect and expect-exact");
    result_.cases.push_back(std::move(made));
    entries_.clear();
  }

  void set(Case& made, const Entry& entry) {
    const std::string text = join(entry.lines);
    const std::pair<const char*, std::string*> texts[] = {
        {"script", &made.script}, {"compile", &made.compile},       {"args", &made.args},
        {"env", &made.env},       {"setup", &made.setup},           {"after", &made.after},
        {"during", &made.during}, {"background", &made.background}, {"file", &made.script_file},
    };
    for (const auto& [key, target] : texts) {
      if (entry.key == key) {
        *target = text;
        return;
      }
    }
    const std::pair<const char*, std::vector<std::string>*> lists[] = {
        {"expect", &made.expect},
        {"expect-exact", &made.expect_exact},
        {"stderr", &made.error},
        {"expect-not", &made.expect_not},
    };
    for (const auto& [key, target] : lists) {
      if (entry.key == key) {
        target->insert(target->end(), entry.lines.begin(), entry.lines.end());
        made.is_exact = made.is_exact || entry.key == "expect-exact";
        made.has_error = made.has_error || entry.key == "stderr";
        return;
      }
    }
    set_word(made, entry, text);
  }

  void set_word(Case& made, const Entry& entry, const std::string& text) {
    if (entry.key == "name") {
      made.name = identifier(text);
    } else if (entry.key == "needs") {
      set_needs(made, text);
    } else if (entry.key == "status" || entry.key == "timeout") {
      int& number = entry.key == "status" ? made.status : made.timeout_s;
      if (!parse_number(text, number)) fail(entry.line, "not a number: " + text);
    } else if (entry.key == "stop") {
      if (text == "INT") {
        made.stop = StopBy::Interrupt;
      } else if (text == "TERM") {
        made.stop = StopBy::Terminate;
      } else if (text == "itself") {
        made.stop = StopBy::Itself;
      } else {
        fail(entry.line, "stop is INT, TERM or itself");
      }
    } else if (entry.key == "alone") {
      made.runs_alone = text == "yes";
    } else if (entry.key == "vm") {
      // A reason may follow the word.
      made.runs_in_vm = !text.starts_with("no");
    } else {
      fail(entry.line, "unknown key '" + entry.key + "'");
    }
  }

  // Needs are divided by commas: "tracefs, kernel 5.15".
  static void set_needs(Case& made, std::string_view text) {
    while (!text.empty()) {
      const size_t comma = std::min(text.find(','), text.size());
      if (const std::string_view need = trim(text.substr(0, comma)); !need.empty()) {
        made.needs.emplace_back(need);
      }
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
  }

  std::string suite_;
  std::string file_;
  Expectations expectations_;
  std::vector<Entry> entries_;
  std::set<std::string> names_;
  CaseFile result_;
};

}  // namespace

CaseFile parse_case_file(std::string_view text, const std::string& suite, const std::string& file,
                         Expectations expectations) {
  return Parser(suite, file, expectations).parse(text);
}

}  // namespace bpftracec::runtime_tests
