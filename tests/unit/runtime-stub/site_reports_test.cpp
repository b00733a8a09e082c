#include "bpftracec/rt/site_reports.h"

#include <cerrno>
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/runtime-stub/stub_fixture.h"

namespace bpftracec::rt {
namespace {

MapDescription named_map() {
  MapDescription map = {};
  map.name = "@a";
  return map;
}

using Kind = SiteDescription::Kind;

class SiteReportsTest : public testing::Test {
 protected:
  SiteReportsTest() {
    tool_.maps = maps_;
    tool_.sites = sites_;
  }

  Counters counters() { return {nullptr, counts_, codes_}; }

  const MapDescription maps_[1] = {named_map()};
  const SiteDescription sites_[4] = {
      {Kind::MapUpdate, 4, 2, 11, "\t@a[3] = 1;", 0},
      {Kind::DivideByZero, 1, 9, 14, "BEGIN { 1 / $x }", 0},
      {Kind::MapUpdate, 2, 3, 0, "  @a[1,", 0},
      {Kind::LoopLimit, 1, 9, 12, "BEGIN { for ($i : 0..$n) { } }", 0},
  };
  ToolDescription tool_ = empty_tool();
  uint64_t counts_[4] = {};
  int64_t codes_[4] = {};
};

constexpr const char* kFull =
    "prog.bt:4:2-11: WARNING: Map full; can't update element of @a. Try a larger max_map_keys in "
    "the script's config, or start the tool with BPFTRACE_MAX_MAP_KEYS set.\n"
    "Additional Info - helper: map_update_elem, retcode: -7\n"
    "    @a[3] = 1;\n"
    "    ~~~~~~~~~\n";

TEST_F(SiteReportsTest, TellsTheFirstTimeWithItsPlaceAndTheTotalAtTheEnd) {
  TestTool tool(OutputMode::Text, tool_);
  SiteReports reports(tool.tracer, counters());
  reports.poll();
  EXPECT_EQ(tool.take_messages(), "");
  counts_[0] = 3;
  codes_[0] = -E2BIG;
  reports.poll();
  EXPECT_EQ(tool.take_messages(), kFull);
  counts_[0] = 1234;
  reports.poll();
  EXPECT_EQ(tool.take_messages(), "");
  reports.finish();
  EXPECT_EQ(tool.take_messages(), "prog.bt:4:2-11: WARNING: this happened 1234 times\n");
}

TEST_F(SiteReportsTest, WhatHappenedOnceNeedsNoTotal) {
  TestTool tool(OutputMode::Text, tool_);
  SiteReports reports(tool.tracer, counters());
  counts_[1] = 1;
  reports.finish();
  EXPECT_EQ(tool.take_messages(),
            "prog.bt:1:9-14: WARNING: Divide or modulo by 0 detected. This can lead to unexpected "
            "results. 1 is being used as the result.\n"
            "BEGIN { 1 / $x }\n"
            "        ~~~~~\n");
}

TEST_F(SiteReportsTest, OtherErrorsAreNamedAndRangesOverLinesHaveNoMarks) {
  TestTool tool(OutputMode::Text, tool_);
  SiteReports reports(tool.tracer, counters());
  counts_[2] = 1;
  codes_[2] = -ENOMEM;
  reports.poll();
  EXPECT_EQ(tool.take_messages(),
            "prog.bt:2:3: WARNING: Can't update element of @a: Cannot allocate memory\n"
            "Additional Info - helper: map_update_elem, retcode: -12\n"
            "  @a[1,\n");
}

TEST_F(SiteReportsTest, TellsWhereALoopWasStopped) {
  TestTool tool(OutputMode::Text, tool_);
  SiteReports reports(tool.tracer, counters());
  counts_[3] = 1;
  codes_[3] = 1024;
  reports.poll();
  EXPECT_EQ(tool.take_messages(),
            "prog.bt:1:9-12: WARNING: This loop was stopped after 1024 turns, which is all that "
            "this kernel lets it do. Linux 5.17 and later do more.\n"
            "BEGIN { for ($i : 0..$n) { } }\n"
            "        ~~~\n");
}

TEST_F(SiteReportsTest, JsonHasObjectsOnTheOutput) {
  TestTool tool(OutputMode::Json, tool_);
  SiteReports reports(tool.tracer, counters());
  counts_[0] = counts_[1] = 1;
  codes_[0] = -E2BIG;
  reports.poll();
  EXPECT_EQ(tool.written(),
            "{\"type\": \"helper_error\", \"msg\": \"Argument list too long\", \"helper\": "
            "\"map_update_elem\", \"retcode\": -7, \"filename\": \"prog.bt\", \"line\": 4, "
            "\"col\": 2}\n"
            "{\"type\": \"runtime_error\", \"msg\": \"Divide or modulo by 0 detected. This can "
            "lead to unexpected results. 1 is being used as the result.\", \"filename\": "
            "\"prog.bt\", \"line\": 1, \"col\": 9}\n");
}

}  // namespace
}  // namespace bpftracec::rt
