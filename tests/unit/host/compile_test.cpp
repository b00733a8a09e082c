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

// The symbols of a tool linked from `program`, as nm shows them.
void link_symbols(const sema::Program& program, std::string& symbols) {
  auto directory = base::TemporaryDirectory::create(testing::TempDir());
  ASSERT_TRUE(directory);
  const std::string source = directory->file("tool.cpp");
  const std::string tool = directory->file("tool");
  ASSERT_TRUE(base::write_file(source, generate_cpp(program, {"tool", "1.0"})));
  const std::array<std::string, 17> link = {"g++",
                                            "-std=c++20",
                                            "-O1",
                                            "-fno-exceptions",
                                            "-fno-rtti",
                                            "-I" BPFTRACEC_STUB_INCLUDE,
                                            "-I" BPFTRACEC_TEST_SKELETON,
                                            source,
                                            BPFTRACEC_STUB_LIBRARY,
                                            "-static",
                                            "-Wl,--gc-sections",
                                            "-lbpf",
                                            "-lelf",
                                            "-lz",
                                            "-o",
                                            tool,
                                            "-pipe"};
  auto linked = base::run_process(link);
  ASSERT_TRUE(linked) << linked.error().message;
  ASSERT_TRUE(linked->succeeded()) << linked->standard_error;
  const std::array<std::string, 3> list = {"nm", "--demangle", tool};
  auto listed = base::run_process(list);
  ASSERT_TRUE(listed) << listed.error().message;
  symbols = listed->standard_output;
}

// Something of each feature that a tool may do without.
const char* const kFeatures[] = {
    "rt::handle_printf(",
    "rt::format_piece(",
    "rt::handle_print_value(",
    "rt::handle_print_map(",
    "rt::handle_clear(",
    "rt::clear_map(",
    "rt::handle_zero(",
    "rt::zero_map(",
    "rt::handle_time(",
    "rt::handle_exit(",
    "rt::histogram_text(",
    "rt::kHist",
    "rt::kLhist",
    "rt::kStats",
    "rt::kMax",
    "rt::merge_averages(",
    "rt::kSignedType",
    "rt::kBoolType",
    "rt::copy_text_parameter(",
    "rt::kUprobe",
    "rt::kProfileProbe",
};

TEST(Link, ACountingToolHoldsNoOtherFeature) {
  std::string symbols;
  ASSERT_NO_FATAL_FAILURE(link_symbols(counting_program(), symbols));
  EXPECT_NE(symbols.find("rt::kCount"), std::string::npos);
  EXPECT_NE(symbols.find("rt::print_maps("), std::string::npos);
  for (const char* feature : kFeatures)
    EXPECT_EQ(symbols.find(feature), std::string::npos) << feature;
}

TEST(Link, AToolWithoutMapsHoldsNoPrinter) {
  sema::Program program = counting_program();
  program.maps.clear();
  std::string symbols;
  ASSERT_NO_FATAL_FAILURE(link_symbols(program, symbols));
  EXPECT_NE(symbols.find("rt::run("), std::string::npos);
  for (const char* feature : {"rt::print_map(", "rt::MapContents", "rt::kCount", "rt::kTextType"})
    EXPECT_EQ(symbols.find(feature), std::string::npos) << feature;
}

// Else the names above would prove nothing.
TEST(Link, AProgramWithEverythingHoldsAllFeatures) {
  std::string symbols;
  ASSERT_NO_FATAL_FAILURE(link_symbols(sample_program("x"), symbols));
  for (const char* feature : kFeatures)
    EXPECT_NE(symbols.find(feature), std::string::npos) << feature;
}

}  // namespace
}  // namespace bpftracec::host
