// What is generated must please the compilers that users have, with all warnings on.
#include <array>
#include <string>

#include <gtest/gtest.h>

#include "bpftracec/base/file_io.h"
#include "bpftracec/base/subprocess.h"
#include "bpftracec/base/temporary_directory.h"
#include "bpftracec/host/generate_cpp.h"
#include "tests/unit/host/sample_program.h"

namespace bpftracec::host {
namespace {

class Compile : public testing::TestWithParam<const char*> {
 protected:
  void expect_compiles(const std::string& code) {
    auto directory = base::TemporaryDirectory::create(testing::TempDir());
    ASSERT_TRUE(directory);
    const std::string source = directory->file("tool.cpp");
    ASSERT_TRUE(base::write_file(source, code));
    const std::array<std::string, 12> command = {GetParam(),
                                                 "-std=c++20",
                                                 "-Wall",
                                                 "-Wextra",
                                                 "-Werror",
                                                 "-fno-exceptions",
                                                 "-fno-rtti",
                                                 "-fsyntax-only",
                                                 "-I" BPFTRACEC_STUB_INCLUDE,
                                                 "-I" BPFTRACEC_TEST_SKELETON,
                                                 "-O2",
                                                 source};
    auto result = base::run_process(command);
    if (!result) GTEST_SKIP() << result.error().message;
    EXPECT_TRUE(result->succeeded()) << result->standard_error << code;
  }
};

TEST_P(Compile, AProgramWithEverything) {
  expect_compiles(generate_cpp(sample_program("a \"text\"\n"), {"tool", "1.0"}));
}

TEST_P(Compile, AnEmptyProgram) { expect_compiles(generate_cpp(sema::Program(), {"tool", "1.0"})); }

TEST_P(Compile, AProgramWithMapsOnly) {
  sema::Program program = sample_program("x");
  program.records.clear();
  program.late_constants.clear();
  // The map whose bound was a parameter.
  program.maps.erase(program.maps.begin() + 5);
  expect_compiles(generate_cpp(program, {"tool", "1.0"}));
}

INSTANTIATE_TEST_SUITE_P(With, Compile, testing::Values("g++", "clang++-19"), [](const auto& info) {
  return std::string(info.param).starts_with("g") ? "Gcc" : "Clang";
});

}  // namespace
}  // namespace bpftracec::host
