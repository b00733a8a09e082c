// The command line of a tool: what needs no kernel.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run_tool.h"

namespace bpftracec::rt {
namespace {

using testing::HasSubstr;

TEST(ToolOptions, HelpTellsOfParameters) {
  const ToolResult result = run_tool("life", {"--help"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("Usage: life [OPTIONS] [--] [PARAMETERS]"));
  EXPECT_THAT(result.out, HasSubstr("life.bt"));
  EXPECT_THAT(result.out, testing::ContainsRegex("\\$1 +a number"));
  EXPECT_EQ(result.err, "");
}

TEST(ToolOptions, Version) {
  EXPECT_EQ(run_tool("life", {"-V"}).out, "life (life.bt, compiled by bpftracec 0)\n");
}

void expect_wrong(const std::vector<std::string>& arguments, const std::string& message,
                  const RunningTool::Environment& environment = {}) {
  const ToolResult result = run_tool("life", arguments, environment);
  EXPECT_EQ(result.status, 2) << message;
  EXPECT_THAT(result.err, HasSubstr("ERROR: " + message + "\n"));
  EXPECT_EQ(result.out, "");
}

TEST(ToolOptions, WrongUsage) {
  expect_wrong({"-x"}, "unknown option -x");
  expect_wrong({"--colour"}, "unknown option --colour");
  expect_wrong({"-p"}, "-p wants an argument");
  expect_wrong({"-p", "me"}, "-p: 'me' is not a number");
  expect_wrong({"-p", "0"}, "-p: 0 is no process id");
  expect_wrong({"-p", "99999999"}, "-p: 99999999 is no process id");
  expect_wrong({"-p", "1", "-c", "true"}, "-p and -c exclude each other");
  expect_wrong({"-f", "xml"}, "-f: 'xml' is no output format, which are text and json");
  expect_wrong({"-B", "much"}, "-B: 'much' is no buffering, which are line, full and none");
}

TEST(ToolOptions, ParametersMixWithOptions) {
  expect_wrong({"1", "-q", "two", "3"}, "parameter $2: 'two' is not a number");
  expect_wrong({"--", "1", "-q"}, "parameter $2: '-q' is not a number");
}

TEST(ToolOptions, WrongEnvironment) {
  expect_wrong({}, "BPFTRACE_MAX_MAP_KEYS: 'many' is not a number",
               {{"BPFTRACE_MAX_MAP_KEYS", "many"}});
  expect_wrong({}, "BPFTRACE_MAX_MAP_KEYS: 0 is not between 1 and 4294967295",
               {{"BPFTRACE_MAX_MAP_KEYS", "0"}});
  expect_wrong({}, "BPFTRACE_PERF_RB_PAGES: 9999999 is not between 0 and 524288",
               {{"BPFTRACE_PERF_RB_PAGES", "9999999"}});
  expect_wrong({}, "BPFTRACE_LOG_SIZE: '' is not a number", {{"BPFTRACE_LOG_SIZE", ""}});
  expect_wrong({}, "BPFTRACE_MISSING_PROBES: 'maybe' is none of error, warn and ignore",
               {{"BPFTRACE_MISSING_PROBES", "maybe"}});
  expect_wrong({}, "BPFTRACE_PRINT_MAPS_ON_EXIT: 'maybe' is neither 1 nor 0",
               {{"BPFTRACE_PRINT_MAPS_ON_EXIT", "maybe"}});
}

}  // namespace
}  // namespace bpftracec::rt
