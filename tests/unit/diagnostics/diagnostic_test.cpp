#include "bpftracec/diagnostics/diagnostic.h"

#include <set>

#include <gtest/gtest.h>

namespace bpftracec::diagnostics {
namespace {

TEST(DiagnosticSink, PutsReportsIntoSourceOrder) {
  DiagnosticSink sink;
  sink.report<DiagnosticKind::UnexpectedToken>({9, 10}, "'x'");
  sink.report<DiagnosticKind::NoProbes>({1, 1});
  sink.report<DiagnosticKind::UnexpectedToken>({1, 2}, "'y'");
  std::vector<const Diagnostic*> ordered = sink.in_source_order();
  ASSERT_EQ(ordered.size(), 3U);
  EXPECT_EQ(ordered[0]->kind, DiagnosticKind::NoProbes);
  EXPECT_EQ(ordered[1]->text, "unexpected 'y'");
  EXPECT_EQ(ordered[2]->text, "unexpected 'x'");
}

TEST(DiagnosticSink, DropsWhatWasReportedBefore) {
  DiagnosticSink sink;
  sink.report<DiagnosticKind::UnexpectedToken>({1, 2}, "'x'").hint("first");
  sink.report<DiagnosticKind::UnexpectedToken>({1, 2}, "'x'").hint("second");
  sink.report<DiagnosticKind::UnexpectedToken>({1, 3}, "'x'");
  EXPECT_EQ(sink.error_count(), 2U);
  ASSERT_EQ(sink.in_source_order().size(), 2U);
  EXPECT_EQ(sink.in_source_order()[0]->hints, std::vector<std::string>{"first"});
}

TEST(DiagnosticSink, AWarningIsNoError) {
  DiagnosticSink sink;
  sink.report<DiagnosticKind::UnterminatedComment>({0, 2});
  EXPECT_FALSE(sink.has_errors());
  sink.report<DiagnosticKind::NoProbes>({0, 0});
  EXPECT_TRUE(sink.has_errors());
}

TEST(DiagnosticSink, KeepsAReadableNumber) {
  DiagnosticSink sink;
  for (uint32_t i = 0; i < DiagnosticSink::kMaxDiagnostics + 5; ++i) {
    sink.report<DiagnosticKind::NoProbes>({i, i}).hint("{}", i).note({i, i}, "here");
  }
  EXPECT_EQ(sink.in_source_order().size(), DiagnosticSink::kMaxDiagnostics);
  EXPECT_EQ(sink.omitted_count(), 5U);
  EXPECT_EQ(sink.error_count(), DiagnosticSink::kMaxDiagnostics + 5);
}

TEST(DiagnosticKinds, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const DiagnosticInfo& row : kDiagnosticInfos)
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
}

// Style: in lower case, without a full stop.
TEST(DiagnosticKinds, ReadAlike) {
  for (const DiagnosticInfo& row : kDiagnosticInfos) {
    EXPECT_FALSE(row.format.ends_with('.')) << row.name;
    EXPECT_FALSE(row.format.starts_with(' ')) << row.name;
  }
}

}  // namespace
}  // namespace bpftracec::diagnostics
