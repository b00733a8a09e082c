// Runs the programs of tests/conformance/*.cases, each paragraph of which is one feature of the
// language, and keeps docs/language-support.md, which is made of the same files. Lines of a
// paragraph:
//
//   section: Lexical structure      begins a part of the page; stands alone
//   feature: line comments          what the page calls it
//   state: works                    or `read`: the parser knows it, and no later stage does yet;
//                                   `waits: WHAT` is the same and names the work it waits for
//   difference: ...                 from bpftrace, with its reason; may be left out
//   accept: BEGIN { } // text       a program that must compile (up to the typed program, if the
//                                   state is `works`); lines that begin with two blanks go on
//   ast: text                       what --emit=ast of the program before must hold
//   typed: text                     what --emit=typed-ast of it must hold
//   warning: ValueUnused            what is said of it; without, nothing may be said
//   reject: BEGIN { 1x; }           a program that must not
//   message: InvalidIntegerSuffix   what is said then: a diagnostic's name or a piece of the text
//   runtime: values.comparisons     a case of tests/runtime that shows what it does when it runs
//
// `conformance_test --update` (the target update-language-support) writes the page.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "bpftracec/base/file_io.h"
#include "bpftracec/driver/driver.h"
#include "tests/runtime/case_file.h"
#include "tests/support/world/fixture_world.h"

namespace bpftracec::conformance {
namespace {

namespace fs = std::filesystem;

struct Program {
  bool is_accepted = false;
  std::string text;
  int line = 0;
  std::vector<std::string> tree;      // pieces of --emit=ast
  std::vector<std::string> typed;     // pieces of --emit=typed-ast
  std::vector<std::string> messages;  // pieces of what is said
};

struct RuntimeCase {
  std::string name;  // suite.case
  std::string file;
  int line;
};

struct Feature {
  std::string section;
  std::string name;
  int line = 0;
  bool works = true;
  std::string waits_for;
  std::string difference;
  std::vector<Program> programs;
  std::vector<RuntimeCase> runtime;
};

[[noreturn]] void fail(const std::string& file, int line, const std::string& what) {
  std::cerr << file << ":" << line << ": " << what << "\n";
  std::exit(2);
}

// ---- reading ------------------------------------------------------------------------------------

class CaseReader {
 public:
  CaseReader(std::string path, std::string_view text) : path_(std::move(path)), text_(text) {}

  std::vector<Feature> read() && {
    std::istringstream lines(text_);
    std::string line;
    while (std::getline(lines, line)) {
      ++line_;
      if (line.empty() || line.front() == '#') continue;
      if (line.starts_with("  ")) {
        continue_value(line.substr(2));
        continue;
      }
      const size_t colon = line.find(": ");
      if (colon == std::string::npos) fail(path_, line_, "expected 'key: value'");
      take(line.substr(0, colon), line.substr(colon + 2));
    }
    for (const Feature& feature : features_) check(feature);
    return std::move(features_);
  }

 private:
  void take(const std::string& key, const std::string& value) {
    continued_ = nullptr;
    if (key == "section") {
      section_ = value;
    } else if (key == "feature") {
      Feature& feature = features_.emplace_back();
      feature.section = section_;
      feature.name = value;
      feature.line = line_;
    } else if (features_.empty()) {
      fail(path_, line_, "'" + key + "' stands before the first feature");
    } else if (key == "state") {
      take_state(value);
    } else if (key == "difference") {
      features_.back().difference = value;
    } else if (key == "accept" || key == "reject") {
      Program& program = features_.back().programs.emplace_back();
      program.is_accepted = key == "accept";
      program.text = value;
      program.line = line_;
      continued_ = &program.text;
    } else if (key == "ast" || key == "typed" || key == "warning") {
      take_expected(key, value, true);
    } else if (key == "message") {
      take_expected(key, value, false);
    } else if (key == "runtime") {
      features_.back().runtime.push_back({value, path_, line_});
    } else {
      fail(path_, line_, "unknown key '" + key + "'");
    }
  }

  void take_state(const std::string& value) {
    constexpr std::string_view kWaits = "waits: ";
    Feature& feature = features_.back();
    if (value.starts_with(kWaits)) {
      feature.waits_for = value.substr(kWaits.size());
    } else if (value != "works" && value != "read") {
      fail(path_, line_, "no such state");
    }
    feature.works = value == "works";
  }

  void take_expected(const std::string& key, const std::string& value, bool of_accepted) {
    std::vector<Program>& programs = features_.back().programs;
    if (programs.empty() || programs.back().is_accepted != of_accepted)
      fail(path_, line_, "'" + key + "' does not follow its program");
    Program& program = programs.back();
    std::vector<std::string>& list = key == "ast"     ? program.tree
                                     : key == "typed" ? program.typed
                                                      : program.messages;
    list.push_back(value);
  }

  void continue_value(const std::string& more) {
    if (continued_ == nullptr) fail(path_, line_, "nothing to go on with");
    *continued_ += "\n" + more;
  }

  void check(const Feature& feature) const {
    bool has_accepted = false;
    for (const Program& program : feature.programs) {
      has_accepted |= program.is_accepted;
      if (!program.is_accepted && program.messages.empty())
        fail(path_, program.line, "what is said is missing");
    }
    if (!has_accepted) fail(path_, feature.line, "no program is accepted");
  }

  std::string path_;
  std::string text_;
  std::string section_;
  std::vector<Feature> features_;
  std::string* continued_ = nullptr;
  int line_ = 0;
};

// ---- running ------------------------------------------------------------------------------------

struct CompilerRun {
  int status = 0;
  std::string out;
  std::string err;
};

CompilerRun compile(const std::string& program, const std::string& stage) {
  std::istringstream in(program);
  std::ostringstream out;
  std::ostringstream err;
  driver::DriverEnv env{
      in, out, err, testing_support::open_fixture_world, false, "", [](std::string_view) {
        return std::nullopt;
      }};
  const std::vector<std::string> arguments = {"--emit=" + stage, "-"};
  const int status = driver::run(env, arguments);
  return {status, out.str(), err.str()};
}

class ConformanceTest : public testing::Test {
 public:
  ConformanceTest(Program program, bool works) : program_(std::move(program)), works_(works) {}

  void TestBody() override {
    if (!program_.is_accepted) return expect_rejected();
    const CompilerRun tree = compile(program_.text, "ast");
    ASSERT_EQ(tree.status, 0) << program_.text << "\n" << tree.err;
    expect_pieces(tree.out, program_.tree);
    const CompilerRun typed = compile(program_.text, "typed-ast");
    if (!works_) {
      EXPECT_NE(typed.status, 0) << program_.text << "\nworks now: change its state";
      EXPECT_NE(typed.err.find("supported"), std::string::npos) << typed.err;
      return;
    }
    EXPECT_EQ(typed.status, 0) << program_.text << "\n" << typed.err;
    expect_pieces(typed.out, program_.typed);
    expect_pieces(typed.err, program_.messages);
    if (program_.messages.empty()) {
      EXPECT_EQ(typed.err, "") << program_.text;
    }
  }

 private:
  void expect_rejected() {
    const CompilerRun run = compile(program_.text, "typed-ast");
    EXPECT_EQ(run.status, 1) << program_.text << "\n" << run.err;
    expect_pieces(run.err, program_.messages);
  }

  void expect_pieces(const std::string& text, const std::vector<std::string>& pieces) {
    for (const std::string& piece : pieces) {
      EXPECT_NE(text.find(piece), std::string::npos)
          << program_.text << "\nlacks: " << piece << "\nhas:\n"
          << text;
    }
  }

  Program program_;
  bool works_;
};

// Whether the run-time cases that a feature names are there.
class RuntimeCasesExist : public testing::Test {
 public:
  explicit RuntimeCasesExist(std::vector<RuntimeCase> named) : named_(std::move(named)) {}

  void TestBody() override {
    std::set<std::string> present;
    for (const fs::directory_entry& entry : fs::directory_iterator(BPFTRACEC_RUNTIME_DIR)) {
      if (entry.path().extension() != ".cases") continue;
      auto text = base::read_file(entry.path().string());
      ASSERT_TRUE(text) << text.error().message;
      const runtime_tests::CaseFile file = runtime_tests::parse_case_file(
          *text, entry.path().stem(), entry.path());
      EXPECT_TRUE(file.errors.empty())
          << entry.path() << " has " << file.errors.size() << " errors";
      for (const runtime_tests::Case& test : file.cases) {
        present.insert(test.suite + "." + test.name);
      }
    }
    for (const RuntimeCase& named : named_) {
      EXPECT_TRUE(present.contains(named.name))
          << named.file << ":" << named.line << ": there is no run-time case " << named.name;
    }
  }

 private:
  std::vector<RuntimeCase> named_;
};

// ---- the page -----------------------------------------------------------------------------------

// A '|' would end a cell.
std::string cell(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

std::string state_of(const Feature& feature) {
  if (feature.works) return "works";
  return feature.waits_for.empty() ? "read" : "waits for " + feature.waits_for;
}

std::string make_page(const std::vector<Feature>& features) {
  std::string page =
      "# What of the language works\n"
      "\n"
      "Made from `tests/conformance/*.cases`, which have a program for each row (target\n"
      "`update-language-support`): do not edit. *Works* is compiled; *read* is known to the "
      "parser,\n"
      "and told as not supported yet; so is what *waits* for something else.\n";
  std::string section;
  for (const Feature& feature : features) {
    if (feature.section != section) {
      section = feature.section;
      page += "\n## " + section +
              "\n\n| feature | state | difference from bpftrace |\n| --- | --- | --- |\n";
    }
    page += "| " + cell(feature.name) + " | " + state_of(feature) + " | " +
            cell(feature.difference) + " |\n";
  }
  return page;
}

class PageIsUpToDate : public testing::Test {
 public:
  explicit PageIsUpToDate(std::string page) : page_(std::move(page)) {}

  void TestBody() override {
    auto written = base::read_file(BPFTRACEC_LANGUAGE_PAGE);
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(*written, page_) << "cmake --build --preset dev --target update-language-support";
  }

 private:
  std::string page_;
};

// ---- all cases ----------------------------------------------------------------------------------

std::vector<Feature> read_all() {
  std::vector<std::string> paths;
  for (const fs::directory_entry& entry : fs::directory_iterator(BPFTRACEC_CONFORMANCE_DIR)) {
    if (entry.path().extension() == ".cases") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Feature> features;
  for (const std::string& path : paths) {
    auto text = base::read_file(path);
    if (!text) fail(path, 0, text.error().message);
    for (Feature& feature : CaseReader(path, *text).read()) features.push_back(std::move(feature));
  }
  return features;
}

// "line comments" -> "line_comments".
std::string identifier(const std::string& name) {
  std::string result;
  for (const char c : name) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9');
    if (is_plain) {
      result += c;
    } else if (!result.empty() && result.back() != '_') {
      result += '_';
    }
  }
  return result;
}

void register_tests(const std::vector<Feature>& features) {
  for (const Feature& feature : features) {
    for (const Program& program : feature.programs) {
      const std::string name = identifier(feature.name) + "." +
                               (program.is_accepted ? "accepts_line_" : "rejects_line_") +
                               std::to_string(program.line);
      testing::RegisterTest(
          identifier(feature.section).c_str(), name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
          [=]() -> testing::Test* { return new ConformanceTest(program, feature.works); });
    }
  }
  std::vector<RuntimeCase> named;
  for (const Feature& feature : features) {
    named.insert(named.end(), feature.runtime.begin(), feature.runtime.end());
  }
  testing::RegisterTest("runtime", "cases_exist", nullptr, nullptr, __FILE__, __LINE__,
                        [=]() -> testing::Test* { return new RuntimeCasesExist(named); });
  testing::RegisterTest(
      "page", "is_up_to_date", nullptr, nullptr, __FILE__, __LINE__,
      [=]() -> testing::Test* { return new PageIsUpToDate(make_page(features)); });
}

int update(const std::vector<Feature>& features) {
  auto written = base::write_file(BPFTRACEC_LANGUAGE_PAGE, make_page(features));
  if (!written) std::cerr << written.error().message << "\n";
  return written ? 0 : 1;
}

}  // namespace
}  // namespace bpftracec::conformance

int main(int argc, char** argv) {
  const auto features = bpftracec::conformance::read_all();
  if (argc == 2 && std::string_view(argv[1]) == "--update")
    return bpftracec::conformance::update(features);
  testing::InitGoogleTest(&argc, argv);
  bpftracec::conformance::register_tests(features);
  return RUN_ALL_TESTS();
}
