// Runs the compiler on tests/golden/<topic>/<case>.bt and compares what each stage makes of it with
// the files beside it:
//
//   <case>.tokens .ast .typed-ast .host-cpp    what --emit=STAGE prints, whole
//   <case>.llvm-ir .bpf-asm                    CHECK lines for FileCheck: the property that the
//   case is about <case>.stderr                              what is reported; a case called
//   fail_... must be rejected
//
// Each of them is a test of its own. `golden_test --update` (the target update-golden) rewrites
// those that are compared whole; an empty file is enough to begin with.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "bpftracec/base/file_io.h"
#include "bpftracec/base/subprocess.h"
#include "bpftracec/base/temporary_directory.h"
#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/driver/driver.h"
#include "tests/support/world/fixture_world.h"

namespace bpftracec::golden {
namespace {

namespace fs = std::filesystem;

enum class Comparison { Whole, FileCheck, Messages };

struct Expectation {
  std::string_view extension;
  Comparison comparison;
};

constexpr std::array kExpectations = {
    Expectation{".tokens", Comparison::Whole},      Expectation{".ast", Comparison::Whole},
    Expectation{".typed-ast", Comparison::Whole},   Expectation{".llvm-ir", Comparison::FileCheck},
    Expectation{".bpf-asm", Comparison::FileCheck}, Expectation{".host-cpp", Comparison::Whole},
    Expectation{".stderr", Comparison::Messages},
};

struct CompilerRun {
  int status = 0;
  std::string out;
  std::string err;
};

// In the script's folder, so that messages name the script alone.
CompilerRun compile(const fs::path& script, std::string_view stage) {
  fs::current_path(script.parent_path());
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  driver::DriverEnv env{
      in, out, err, testing_support::open_fixture_world, false, "", [](std::string_view) {
        return std::nullopt;
      }};
  std::vector<std::string> arguments = {"--emit=" + std::string(stage), script.filename().string()};
  int status = driver::run(env, arguments);
  return {status, out.str(), err.str()};
}

bool must_fail(const fs::path& script) { return script.filename().string().starts_with("fail_"); }

// A script may be wrong for any stage up to the typed program, so that is how far the messages of a
// case go.
CompilerRun run_for(const fs::path& script, const Expectation& expectation) {
  bool is_messages = expectation.comparison == Comparison::Messages;
  return compile(script, is_messages ? "typed-ast" : expectation.extension.substr(1));
}

const std::string& compared_text(const CompilerRun& run, const Expectation& expectation) {
  return expectation.comparison == Comparison::Messages ? run.err : run.out;
}

std::string run_tool(const std::vector<std::string>& arguments) {
  auto output = base::run_process(arguments);
  if (!output) return output.error().message;
  return output->standard_output + output->standard_error;
}

class GoldenTest : public testing::Test {
 public:
  GoldenTest(fs::path script, Expectation expectation)
      : script_(std::move(script)), expectation_(expectation) {}

  void TestBody() override {
    CompilerRun run = run_for(script_, expectation_);
    EXPECT_EQ(run.status, must_fail(script_) ? 1 : 0) << run.err;
    bool may_speak = fs::exists(fs::path(script_).replace_extension(".stderr"));
    if (!may_speak) {
      EXPECT_EQ(run.err, "") << "a case without a .stderr file must have nothing to report";
    }
    if (testing::Test::HasFailure()) return;

    fs::path expected_path = fs::path(script_).replace_extension(expectation_.extension);
    auto directory = base::TemporaryDirectory::create(fs::temp_directory_path());
    ASSERT_TRUE(directory) << directory.error().message;
    std::string actual_path = directory->file("actual");
    const std::string& actual = compared_text(run, expectation_);
    ASSERT_TRUE(base::write_file(actual_path, actual));
    if (expectation_.comparison == Comparison::FileCheck) {
      auto output = base::run_process(
          std::vector<std::string>{BPFTRACEC_FILECHECK, expected_path.string(), "--input-file",
                                   actual_path, "--dump-input=fail"});
      ASSERT_TRUE(output) << output.error().message;
      EXPECT_TRUE(output->succeeded()) << output->standard_error;
      return;
    }
    auto expected = base::read_file(expected_path);
    ASSERT_TRUE(expected) << expected.error().message;
    if (*expected == actual) return;
    ADD_FAILURE() << run_tool({"diff", "-u", "--label", expected_path.filename(), "--label", "now",
                               expected_path, actual_path})
                  << "to accept what it is now: cmake --build --preset dev --target update-golden";
  }

 private:
  fs::path script_;
  Expectation expectation_;
};

class UncheckedCase : public testing::Test {
 public:
  void TestBody() override {
    FAIL() << "nothing is expected of this case: put an empty .ast, .stderr ... file beside it and "
              "run update-golden";
  }
};

// One of the ways to see that the suite is whole: whoever adds a diagnostic adds a script that gets
// it.
class EveryDiagnosticHasACase : public testing::Test {
 public:
  explicit EveryDiagnosticHasACase(std::vector<fs::path> scripts) : scripts_(std::move(scripts)) {}

  void TestBody() override {
    std::string messages;
    for (const fs::path& script : scripts_) {
      fs::path path = fs::path(script).replace_extension(".stderr");
      if (auto text = base::read_file(path)) messages += *text;
    }
    for (const diagnostics::DiagnosticInfo& info : diagnostics::kDiagnosticInfos) {
      std::string label = "[" + std::string(info.name) + "]\n";
      EXPECT_NE(messages.find(label), std::string::npos)
          << "no golden case gets the diagnostic " << info.name;
    }
  }

 private:
  std::vector<fs::path> scripts_;
};

std::vector<fs::path> find_scripts() {
  std::vector<fs::path> scripts;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(BPFTRACEC_GOLDEN_DIR)) {
    if (entry.path().extension() == ".bt") scripts.push_back(entry.path());
  }
  std::sort(scripts.begin(), scripts.end());
  return scripts;
}

void register_tests(const std::vector<fs::path>& scripts) {
  for (const fs::path& script : scripts) {
    std::string topic = script.parent_path().filename();
    std::string name = script.stem();
    bool has_expectation = false;
    for (const Expectation& expectation : kExpectations) {
      if (!fs::exists(fs::path(script).replace_extension(expectation.extension))) continue;
      has_expectation = true;
      testing::RegisterTest(topic.c_str(), (name + std::string(expectation.extension)).c_str(),
                            nullptr, nullptr, script.c_str(), 1, [=]() -> testing::Test* {
                              return new GoldenTest(script, expectation);
                            });
    }
    if (has_expectation) continue;
    testing::RegisterTest(topic.c_str(), name.c_str(), nullptr, nullptr, script.c_str(), 1,
                          []() -> testing::Test* { return new UncheckedCase; });
  }
  testing::RegisterTest("coverage", "every_diagnostic_has_a_case", nullptr, nullptr, __FILE__,
                        __LINE__,
                        [=]() -> testing::Test* { return new EveryDiagnosticHasACase(scripts); });
}

int update(const std::vector<fs::path>& scripts) {
  int status = 0;
  for (const fs::path& script : scripts) {
    for (const Expectation& expectation : kExpectations) {
      fs::path path = fs::path(script).replace_extension(expectation.extension);
      bool is_new_failure = must_fail(script) && expectation.comparison == Comparison::Messages;
      if (expectation.comparison == Comparison::FileCheck || (!fs::exists(path) && !is_new_failure))
        continue;
      std::string now = compared_text(run_for(script, expectation), expectation);
      auto before = base::read_file(path);
      if (before && *before == now) continue;
      std::cout << path.string() << "\n";
      if (auto written = base::write_file(path, now); !written) {
        std::cerr << written.error().message << "\n";
        status = 1;
      }
    }
  }
  return status;
}

}  // namespace
}  // namespace bpftracec::golden

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> scripts = bpftracec::golden::find_scripts();
  if (argc == 2 && std::string_view(argv[1]) == "--update")
    return bpftracec::golden::update(scripts);
  testing::InitGoogleTest(&argc, argv);
  bpftracec::golden::register_tests(scripts);
  return RUN_ALL_TESTS();
}
