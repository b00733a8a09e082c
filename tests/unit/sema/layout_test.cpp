// Where the parts of records, keys and values lie.
#include <gtest/gtest.h>

#include "bpftracec/rt/event_abi.h"
#include "tests/unit/sema/analyzed.h"

namespace bpftracec::sema {
namespace {

const RecordPlan& first_record(const Analyzed& script) {
  static const RecordPlan kNone{};
  const auto& records = script.program().records;
  return records.empty() ? kNone : records[0];
}

TEST(RecordLayout, AlignsFieldsNaturallyAfterTheId) {
  const Analyzed script(
      "BEGIN { printf(\"%d %d %d %d %s\", (uint8)pid, (uint16)pid, nsecs, pid, pid == 1); }");
  const RecordPlan& record = first_record(script);
  ASSERT_EQ(record.fields.size(), 5U);
  EXPECT_EQ(record.fields[0].offset, 4U);
  EXPECT_EQ(record.fields[0].size, 1U);
  EXPECT_EQ(record.fields[1].offset, 6U);
  EXPECT_EQ(record.fields[2].offset, 8U);
  EXPECT_EQ(record.fields[2].size, 8U);
  EXPECT_EQ(record.fields[3].offset, 16U);
  EXPECT_EQ(record.fields[4].offset, 20U);
  EXPECT_EQ(record.fields[4].size, 1U);
  EXPECT_EQ(record.fixed_size, 24U);
  EXPECT_EQ(record.max_tail_size, 0U);
}

TEST(RecordLayout, KeepsShortTextsInline) {
  const Analyzed script("BEGIN { printf(\"%s %s\", str(pid, 64), str(pid, 65)); }");
  const RecordPlan& record = first_record(script);
  ASSERT_EQ(record.fields.size(), 2U);
  EXPECT_FALSE(record.fields[0].is_tail);
  EXPECT_EQ(record.fields[0].size, 64U);
  EXPECT_TRUE(record.fields[1].is_tail);
  EXPECT_EQ(record.fields[1].size, sizeof(rt::text_ref));
  EXPECT_EQ(record.fixed_size, 80U);
  EXPECT_EQ(record.max_tail_size, 72U);
}

TEST(RecordLayout, OfMapsHasTopAndDiv) {
  const Analyzed script("BEGIN { @m[1] = 1; print(@m, 5); }");
  const RecordPlan& record = first_record(script);
  EXPECT_EQ(record.kind, RecordKind::PrintMap);
  ASSERT_EQ(record.fields.size(), 2U);
  EXPECT_EQ(record.fields[0].offset, 8U);
  EXPECT_EQ(record.fields[1].offset, 16U);
}

TEST(MapLayout, TakesWholeWords) {
  const Analyzed script("BEGIN { @m[pid, comm, \"abc\", true] = \"abcdefgh\"; }");
  const MapPlan& map = script.map_plan("@m");
  const std::vector<Slot> key = key_slots(map);
  ASSERT_EQ(key.size(), 4U);
  EXPECT_EQ(key[0].offset, 0U);
  EXPECT_EQ(key[0].size, 8U);
  EXPECT_EQ(key[1].offset, 8U);
  EXPECT_EQ(key[1].size, 16U);
  EXPECT_EQ(key[2].offset, 24U);
  EXPECT_EQ(key[2].size, 8U);
  EXPECT_EQ(key[3].offset, 32U);
  EXPECT_EQ(map.key_size, 40U);
  EXPECT_EQ(map.value.size, 16U);
  EXPECT_EQ(map.value_size, 16U);
  EXPECT_FALSE(map.is_scalar);
  EXPECT_EQ(map.max_entries, 4096U);
}

TEST(MapLayout, OfScalarMapsHasAWordThatTellsWhetherTheyAreSet) {
  const Analyzed script("BEGIN { @a = 1; @b = count(); @c = min(1); @d = avg(1); }");
  EXPECT_TRUE(script.map_plan("@a").is_scalar);
  EXPECT_EQ(script.map_plan("@a").key_size, 4U);
  EXPECT_EQ(script.map_plan("@a").value_size, 16U);
  EXPECT_EQ(script.map_plan("@a").max_entries, 1U);
  EXPECT_FALSE(script.map_plan("@a").is_per_cpu);
  EXPECT_TRUE(script.map_plan("@b").is_per_cpu);
  EXPECT_EQ(script.map_plan("@b").value_size, sizeof(rt::count_value) + 8);
  EXPECT_EQ(script.map_plan("@c").value_size, sizeof(rt::extreme_value) + 8);
  EXPECT_EQ(script.map_plan("@d").value_size, sizeof(rt::average_value) + 8);
}

TEST(MapLayout, OfHistogramsHasACounterABucket) {
  const Analyzed script(
      "BEGIN { @h[1] = hist(pid); @f[1] = hist(pid, 3); @l[1] = lhist(pid, 0, 100, 7); "
      "@late[1] = lhist(pid, 0, $1, 7); }");
  EXPECT_EQ(script.map_plan("@h").bucket_count, rt::hist_bucket_count(0));
  EXPECT_EQ(script.map_plan("@h").value_size, rt::hist_bucket_count(0) * 8);
  EXPECT_EQ(script.map_plan("@f").bucket_count, rt::hist_bucket_count(3));
  EXPECT_EQ(script.map_plan("@l").bucket_count, rt::lhist_bucket_count(0, 100, 7));
  EXPECT_EQ(script.map_plan("@late").bucket_count, rt::kMaxLhistBuckets + 2);
}

}  // namespace
}  // namespace bpftracec::sema
