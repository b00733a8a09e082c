// The same script, run by Debian 12's bpftrace and as our tool, must print the same: stdout is
// compared line by line, up to what normalise.h lists. The cases are in scripts.cases, in the form
// of tests/runtime; both sides get the case's `args`.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/differential/normalise.h"
#include "tests/runtime/case_file.h"
#include "tests/runtime/child.h"
#include "tests/runtime/needs.h"
#include "tests/runtime/text_pattern.h"
#include "tests/runtime/tool_store.h"

namespace bpftracec::differential_tests {
namespace {

using runtime_tests::Case;
using runtime_tests::Child;
using runtime_tests::Clock;
using runtime_tests::split_lines;
using runtime_tests::substitute;
using runtime_tests::Tool;
using runtime_tests::ToolStore;

constexpr auto kTimeout = std::chrono::seconds(60);

struct Finished {
  std::string out;
  std::string error;
};

// Empty, with a failure noted, if the command does not end in time.
Finished run(const std::string& command) {
  Child child("exec " + command, std::filesystem::temp_directory_path());
  const bool ended = child.wait_for_end(Clock::now() + kTimeout);
  EXPECT_TRUE(ended) << command << "\ndoes not end\n" << child.out() << child.error();
  return {child.out(), child.error()};
}

class DifferentialTest : public testing::Test {
 public:
  DifferentialTest(const Case& test, const ToolStore& store) : test_(test), store_(store) {}

  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "tracing needs root";
    if (const std::string missing = runtime_tests::missing_need("command bpftrace");
        !missing.empty()) {
      GTEST_SKIP() << missing;
    }
    const std::string version = run("bpftrace --version").out;
    if (version.find(" v0.17") == std::string::npos) {
      GTEST_SKIP() << "compares with bpftrace 0.17, this is " << version;
    }
    for (const std::string& need : test_.needs) {
      if (const std::string missing = runtime_tests::missing_need(need); !missing.empty()) {
        GTEST_SKIP() << missing;
      }
    }
  }

  void TestBody() override {
    const Tool tool = runtime_tests::get_tool(store_, test_);
    ASSERT_EQ(tool.error, "");
    const auto programs = runtime_tests::lock_programs(store_, test_);
    const std::string args = substitute(test_.args, "programs", store_.programs);
    const Finished ours = run("'" + tool.path + "' " + args);
    // Options before the script, parameters after it: both come before here, so cases have either.
    const bool has_options = args.starts_with('-');
    const std::string script = " '" + tool.path + ".bt' ";
    const Finished theirs = run("bpftrace " + (has_options ? args + script : script + args));
    EXPECT_THAT(split_lines(ours.out),
                testing::ElementsAreArray(normalise(split_lines(theirs.out))))
        << test_.file << ":" << test_.line << "\n--- bpftracec ---\n"
        << ours.out << ours.error << "--- bpftrace ---\n"
        << theirs.out << theirs.error;
    EXPECT_NE(ours.out, "") << "a case that compares nothing";
  }

 private:
  const Case& test_;
  const ToolStore& store_;
};

int main_with(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const ToolStore store = {.directory = BPFTRACEC_TEST_TOOLS,
                           .compiler = BPFTRACEC_TEST_COMPILER,
                           .also_from = {BPFTRACEC_TEST_STUB},
                           .programs = BPFTRACEC_TEST_PROGRAMS};
  const std::string path = std::string(BPFTRACEC_TEST_SOURCES) + "/scripts.cases";
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  const runtime_tests::CaseFile read = runtime_tests::parse_case_file(
      text.str(), "differential", path, runtime_tests::Expectations::Elsewhere);
  for (const std::string& error : read.errors) {
    std::cerr << error << "\n";
  }
  if (!read.errors.empty()) return 1;
  for (const Case& test : read.cases) {
    testing::RegisterTest(test.suite.c_str(), test.name.c_str(), nullptr, nullptr,
                          test.file.c_str(), test.line,
                          [&]() -> testing::Test* { return new DifferentialTest(test, store); });
  }
  return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace bpftracec::differential_tests

int main(int argc, char** argv) { return bpftracec::differential_tests::main_with(argc, argv); }
