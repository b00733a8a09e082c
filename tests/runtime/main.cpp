// The run-time tests as one GoogleTest program. Beside GoogleTest's options it takes
//
//   --compile-all     compiles the tools of the cases that run in virtual machines, and runs
//   nothing
//   --in-vm           takes the tools as they are, leaves out cases that say `vm: no`, and has more
//   patience
#include <algorithm>
#include <atomic>
#include <cstring>
#include <dirent.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/runtime/case_file.h"
#include "tests/runtime/run_case.h"

namespace bpftracec::runtime_tests {
namespace {

class CaseTest : public testing::Test {
 public:
  CaseTest(const Case& test, const RunOptions& options) : test_(test), options_(options) {}

  void TestBody() override {
    const Outcome outcome = run_case(test_, options_);
    if (!outcome.skipped.empty()) GTEST_SKIP() << outcome.skipped;
    EXPECT_TRUE(outcome.failure.empty()) << outcome.failure;
  }

 private:
  const Case& test_;
  const RunOptions& options_;
};

std::vector<std::string> case_files(const std::string& directory) {
  std::vector<std::string> names;
  if (DIR* const open = opendir(directory.c_str())) {
    while (const dirent* const entry = readdir(open)) {
      const std::string name = entry->d_name;
      if (name.ends_with(".cases")) names.push_back(name);
    }
    closedir(open);
  }
  std::sort(names.begin(), names.end());
  return names;
}

// All cases of all files; false after an error in one.
bool read_cases(const std::string& directory, std::vector<Case>& cases) {
  bool is_good = true;
  for (const std::string& name : case_files(directory)) {
    const std::string path = directory + "/" + name;
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    CaseFile read = parse_case_file(text.str(), name.substr(0, name.find('.')), path);
    for (const std::string& error : read.errors) {
      std::cerr << error << "\n";
      is_good = false;
    }
    std::move(read.cases.begin(), read.cases.end(), std::back_inserter(cases));
  }
  return is_good;
}

bool compile_all(const std::vector<Case>& cases, const ToolStore& store) {
  std::atomic<size_t> next = 0;
  std::atomic<bool> is_good = true;
  const auto work = [&] {
    for (size_t i = next++; i < cases.size(); i = next++) {
      if (!cases[i].runs_in_vm) continue;
      if (const Tool tool = get_tool(store, cases[i]); !tool.error.empty()) {
        std::cerr << cases[i].suite + "." + cases[i].name + ": " + tool.error + "\n";
        is_good = false;
      }
    }
  };
  std::thread second(work);
  work();
  second.join();
  return is_good;
}

int main_with(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  RunOptions options = {
      .store = {.directory = BPFTRACEC_TEST_TOOLS,
                .compiler = BPFTRACEC_TEST_COMPILER,
                .also_from = {BPFTRACEC_TEST_STUB},
                .programs = BPFTRACEC_TEST_PROGRAMS},
      .source_directory = BPFTRACEC_TEST_SOURCES,
  };
  bool only_compiles = false;
  bool only_lists = false;
  bool is_in_vm = false;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--compile-all") == 0) {
      only_compiles = true;
    } else if (std::strcmp(argv[i], "--list-tools") == 0) {
      only_lists = true;
    } else if (std::strcmp(argv[i], "--in-vm") == 0) {
      is_in_vm = options.store.is_complete = true;
      options.slowness = 4;
    } else {
      std::cerr << "unknown argument " << argv[i] << "\n";
      return 2;
    }
  }
  std::vector<Case> cases;
  if (!read_cases(options.source_directory, cases)) return 1;
  for (const Case& test : cases) {
    if (only_lists && test.runs_in_vm) std::cout << tool_path(options.store, test) << "\n";
  }
  if (only_lists) return 0;
  if (only_compiles) return compile_all(cases, options.store) ? 0 : 1;
  for (const Case& test : cases) {
    if (is_in_vm && !test.runs_in_vm) continue;
    testing::RegisterTest(test.suite.c_str(), test.name.c_str(), nullptr, nullptr,
                          test.file.c_str(), test.line,
                          [&]() -> testing::Test* { return new CaseTest(test, options); });
  }
  return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace bpftracec::runtime_tests

int main(int argc, char** argv) { return bpftracec::runtime_tests::main_with(argc, argv); }
