// The runner of the run-time tests, tested without a tool: what it reads, what it accepts, and that
// it notices what is wrong.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/case_file.h"
#include "tests/runtime/run_case.h"
#include "tests/runtime/text_pattern.h"

namespace bpftracec::runtime_tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(TextPattern, LiteralTextMatchesItselfOnly) {
  EXPECT_TRUE(matches("[4, 8)  1 |@@|", "[4, 8)  1 |@@|"));
  EXPECT_FALSE(matches("a", "ab"));
  EXPECT_FALSE(matches("a", "ba"));
  EXPECT_FALSE(matches("a.c", "abc"));
}

TEST(TextPattern, BracesHoldARegularExpression) {
  EXPECT_TRUE(matches("@[cat]: {{[1-9][0-9]*}}", "@[cat]: 12"));
  EXPECT_FALSE(matches("@[cat]: {{[1-9][0-9]*}}", "@[cat]: 0"));
  EXPECT_FALSE(matches("a.{{b+}}", "axb"));
  EXPECT_TRUE(matches("{{a|b}}c", "bc"));
}

TEST(TextPattern, AnExpressionMayEndInABrace) {
  EXPECT_TRUE(matches("{{[0-9]{2}}}:", "17:"));
  EXPECT_FALSE(matches("{{[0-9]{2}}}:", "7:"));
}

TEST(TextPattern, ABrokenExpressionMatchesNothing) { EXPECT_FALSE(matches("{{(}}", "(")); }

TEST(CheckInOrder, AllowsLinesBetween) {
  EXPECT_EQ(check_in_order({"a", "c"}, {"a", "b", "c"}), "");
}

TEST(CheckInOrder, NoticesTheWrongOrder) {
  EXPECT_THAT(check_in_order({"b", "a"}, {"a", "b"}), HasSubstr("is: a"));
}

TEST(CheckInOrder, UsesEachLineOnce) { EXPECT_NE(check_in_order({"a", "a"}, {"a"}), ""); }

TEST(CheckExactly, NoticesMissingAndAdditionalLines) {
  EXPECT_EQ(check_exactly({"a", "{{.}}"}, {"a", "b"}), "");
  EXPECT_THAT(check_exactly({"a", "b"}, {"a"}), HasSubstr("missing: b"));
  EXPECT_THAT(check_exactly({"a"}, {"a", "b"}), HasSubstr("too many: b"));
}

TEST(CaseFile, ReadsParagraphs) {
  const CaseFile file = parse_case_file(
      "# a comment\n"
      "name:    counts opens, by name\n"
      "script:  BEGIN {\n"
      "           exit();\n"
      "         }\n"
      "needs:   tracefs, kernel 5.8\n"
      "status:  3\n"
      "\n"
      "name:    second\n"
      "script:  BEGIN { }\n"
      "during:  true\n"
      "expect-exact:\n"
      "  |\n"
      "  |  two blanks\n",
      "opens", "opens.cases");
  EXPECT_THAT(file.errors, IsEmpty());
  ASSERT_EQ(file.cases.size(), 2U);
  EXPECT_EQ(file.cases[0].suite, "opens");
  EXPECT_EQ(file.cases[0].name, "counts_opens_by_name");
  EXPECT_EQ(file.cases[0].line, 2);
  EXPECT_EQ(file.cases[0].script, "BEGIN {\nexit();\n}");
  EXPECT_THAT(file.cases[0].needs, ElementsAre("tracefs", "kernel 5.8"));
  EXPECT_EQ(file.cases[0].status, 3);
  EXPECT_EQ(file.cases[0].stop, StopBy::Itself);
  EXPECT_EQ(file.cases[1].stop, StopBy::Interrupt);
  EXPECT_THAT(file.cases[1].expect_exact, ElementsAre("", "  two blanks"));
}

TEST(CaseFile, RefusesWhatCannotFail) {
  const CaseFile file = parse_case_file("name: a\nscript: BEGIN { }\n", "s", "s.cases");
  EXPECT_THAT(file.errors, ElementsAre("s.cases:1: a case that expects nothing"));
}

TEST(CaseFile, NamesTheLineOfAnUnknownKey) {
  const CaseFile file = parse_case_file("name: a\nscript: x\nexpect: y\nexpct: z\n", "s",
                                        "s.cases");
  EXPECT_THAT(file.errors, ElementsAre("s.cases:4: unknown key 'expct'"));
}

// Its tools are shell scripts that stand for compiled ones.
class RunCase : public testing::Test {
 protected:
  RunCase() {
    std::string path = (std::filesystem::temp_directory_path() / "bpftracec-runner-XXXXXX")
                           .string();
    folder_ = mkdtemp(path.data());
    options_.store.directory = folder_;
    options_.store.is_complete = true;
    test_.suite = "suite";
    test_.name = "case";
    test_.script = "BEGIN { }";
    if (geteuid() != 0) skip_ = true;
  }
  ~RunCase() override { std::filesystem::remove_all(folder_); }

  void SetUp() override {
    if (skip_) GTEST_SKIP() << "cases run as root only";
  }

  std::string failure_with(const std::string& tool) {
    const std::string path = folder_ + "/suite.case";
    std::ofstream(path) << "#!/bin/sh\n" << tool << "\n";
    chmod(path.c_str(), 0755);
    return run_case(test_, options_).failure;
  }

  bool skip_ = false;
  std::string folder_;
  RunOptions options_;
  Case test_;
};

TEST_F(RunCase, ComparesStdout) {
  test_.expect = {"hello"};
  EXPECT_EQ(failure_with("echo hello"), "");
  EXPECT_THAT(failure_with("echo hell"), HasSubstr("stdout: no line (in this order) is: hello"));
}

TEST_F(RunCase, ComparesTheStatus) {
  test_.status = 3;
  EXPECT_EQ(failure_with("exit 3"), "");
  EXPECT_THAT(failure_with("exit 0"), HasSubstr("status 0 instead of 3"));
}

TEST_F(RunCase, AcceptsNothingUnexpectedOnStderr) {
  test_.expect = {"x"};
  EXPECT_EQ(failure_with("echo x; echo Attached 1 probe >&2"), "");
  EXPECT_THAT(failure_with("echo x; echo oops >&2"), HasSubstr("stderr: unexpected: oops"));
  test_.has_error = true;
  test_.error = {"oops"};
  EXPECT_EQ(failure_with("echo x; echo oops >&2"), "");
}

TEST_F(RunCase, NoticesWhatMustNotBeThere) {
  test_.expect_not = {"{{.*bad.*}}"};
  EXPECT_EQ(failure_with("echo good"), "");
  EXPECT_THAT(failure_with("echo so bad"), HasSubstr("must not be there: {{.*bad.*}}"));
}

TEST_F(RunCase, InterruptsTheToolAfterDuring) {
  test_.during = "echo now >%{dir}/seen";
  test_.after = "grep now %{dir}/seen";
  test_.stop = StopBy::Interrupt;
  test_.expect = {"interrupted"};
  EXPECT_EQ(failure_with("trap 'echo interrupted; exit 0' INT\n"
                         "echo Attached 2 probes >&2\n"
                         "sleep 100 & wait"),
            "");
}

TEST_F(RunCase, NoticesAToolThatDoesNotEnd) {
  test_.timeout_s = 1;
  test_.status = 9;
  EXPECT_THAT(failure_with("trap '' INT; exec sleep 100"), HasSubstr("the tool does not end"));
}

TEST_F(RunCase, NoticesAFailedCommand) {
  test_.after = "test -e %{dir}/nothing";
  EXPECT_THAT(failure_with("true"), HasSubstr("after: test -e %{dir}/nothing"));
}

TEST_F(RunCase, LeavesNoProcess) {
  test_.timeout_s = 5;
  test_.expect = {"{{[0-9]+}}"};
  // An own session: not in the tool's process group.
  EXPECT_EQ(
      failure_with("setsid sleep 1000 >/dev/null 2>&1 & echo $! >" + folder_ + "/pid; echo $!"),
      "");
  int pid = 0;
  std::ifstream(folder_ + "/pid") >> pid;
  ASSERT_GT(pid, 0);
  EXPECT_FALSE(std::filesystem::exists("/proc/" + std::to_string(pid)));
}

TEST_F(RunCase, SkipsWhatTheMachineLacks) {
  test_.needs = {"command surely-not-there"};
  test_.expect = {"x"};
  EXPECT_EQ(run_case(test_, options_).skipped, "no command surely-not-there");
  test_.needs = {"moonlight"};
  EXPECT_EQ(run_case(test_, options_).skipped, "unknown need 'moonlight'");
}

}  // namespace
}  // namespace bpftracec::runtime_tests
