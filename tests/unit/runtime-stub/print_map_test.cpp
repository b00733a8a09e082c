#include "bpftracec/rt/print_map.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "bpftracec/rt/aggregation.h"
#include "tests/unit/runtime-stub/stub_fixture.h"

namespace bpftracec::rt {
namespace {

// A map of plain values with one integer key.
const Field kIntegerKey[] = {{&kSignedType, 0, 8}};
const Field kTextKey[] = {{&kTextType, 0, 16, 16}};
const Field kPairKey[] = {{&kTextType, 0, 16, 16}, {&kUnsignedType, 16, 8}};

MapDescription keyed_map(const ValueType& type) {
  MapDescription map = {};
  map.name = "@v";
  map.symbol = "map_v";
  map.key = kIntegerKey;
  map.key_size = 8;
  map.value = {&type, 0, 8, 8};
  map.value_size = 8;
  return map;
}

MapDescription keyed_map(const Aggregation& aggregation, uint32_t value_size, bool is_signed) {
  MapDescription map = keyed_map(kSignedType);
  map.value.type = nullptr;
  map.aggregation = &aggregation;
  map.value_size = value_size;
  map.is_signed = is_signed;
  map.is_per_cpu = true;
  return map;
}

MapDescription scalar_map(MapDescription map) {
  map.is_scalar = true;
  map.key = {};
  map.key_size = 4;
  map.value_size += 8;
  return map;
}

struct Print {
  uint64_t top = 0;
  uint64_t divisor = 0;
  bool is_json = false;
};

std::string render(const MapDescription& map, MapContents& contents, Print print = {}) {
  TestTool tool;
  Buffer buffer;
  render_map(tool.tracer, map, contents, print.top, print.divisor, print.is_json, buffer);
  return to_string(buffer);
}

// Entries {key, value} of 8 bytes each.
struct Entry {
  int64_t key;
  int64_t value;
};

std::string render(const MapDescription& map, const std::vector<Entry>& entries, Print print = {}) {
  MapContents contents(map);
  for (const Entry& entry : entries) {
    const Bytes key = Bytes().add(entry.key);
    const Bytes value = Bytes().add(entry.value);
    contents.add(key.data(), value.data(), 1);
  }
  return render(map, contents, print);
}

TEST(PrintMap, IntegersAscendByValueOfTheirOwnSign) {
  const std::vector<Entry> entries = {{1, 5}, {2, -3}, {3, 0}};
  EXPECT_EQ(render(keyed_map(kSignedType), entries), "@v[2]: -3\n@v[3]: 0\n@v[1]: 5\n");
  EXPECT_EQ(render(keyed_map(kUnsignedType), entries),
            "@v[3]: 0\n@v[1]: 5\n@v[2]: 18446744073709551613\n");
}

TEST(PrintMap, EqualValuesAscendByKey) {
  EXPECT_EQ(render(keyed_map(kSignedType), {{30, 7}, {-1, 7}, {4, 7}, {9, 1}}),
            "@v[9]: 1\n@v[-1]: 7\n@v[4]: 7\n@v[30]: 7\n");
}

TEST(PrintMap, OtherValuesAscendByKey) {
  EXPECT_EQ(render(keyed_map(kBoolType), {{10, 0}, {9, 1}, {-2, 1}}),
            "@v[-2]: true\n@v[9]: true\n@v[10]: false\n");
  EXPECT_EQ(render(keyed_map(kPointerType), {{2, 16}, {1, 255}}), "@v[1]: 0xff\n@v[2]: 0x10\n");
}

TEST(PrintMap, TopTakesTheLast) {
  const std::vector<Entry> entries = {{1, 10}, {2, 20}, {3, 30}};
  EXPECT_EQ(render(keyed_map(kSignedType), entries, {.top = 2}), "@v[2]: 20\n@v[3]: 30\n");
  EXPECT_EQ(render(keyed_map(kSignedType), entries, {.top = 3}),
            render(keyed_map(kSignedType), entries));
  EXPECT_EQ(render(keyed_map(kSignedType), entries, {.top = UINT64_MAX}),
            render(keyed_map(kSignedType), entries));
  EXPECT_EQ(render(keyed_map(kSignedType), entries, {.top = 1, .is_json = true}),
            "{\"type\": \"map\", \"data\": {\"@v\": {\"3\": 30}}}\n");
}

TEST(PrintMap, DivisorsTruncate) {
  EXPECT_EQ(render(keyed_map(kSignedType), {{1, -7}, {2, 7}}, {.divisor = 2}),
            "@v[1]: -3\n@v[2]: 3\n");
  EXPECT_EQ(render(keyed_map(kUnsignedType), {{1, -1}}, {.divisor = 2}),
            "@v[1]: 9223372036854775807\n");
  EXPECT_EQ(render(keyed_map(kSignedType), {{1, INT64_MIN}}, {.divisor = 1ULL << 63}),
            "@v[1]: -1\n");
  EXPECT_EQ(render(keyed_map(kSignedType), {{1, INT64_MAX}}, {.divisor = UINT64_MAX}),
            "@v[1]: 0\n");
  EXPECT_EQ(render(keyed_map(kSignedType), {{1, 9}}, {.divisor = 1}), "@v[1]: 9\n");
  // Only of numbers.
  EXPECT_EQ(render(keyed_map(kPointerType), {{1, 16}}, {.divisor = 2}), "@v[1]: 0x10\n");
}

TEST(PrintMap, ScalarsHaveNoKey) {
  const MapDescription map = scalar_map(keyed_map(kSignedType));
  MapContents contents(map);
  const Bytes key = Bytes().add(uint32_t{0});
  const Bytes value = Bytes().add(int64_t{77}).add(uint64_t{1});
  contents.add(key.data(), value.data(), 1);
  EXPECT_EQ(render(map, contents), "@v: 77\n");
  EXPECT_EQ(render(map, contents, {.divisor = 7}), "@v: 11\n");
  EXPECT_EQ(render(map, contents, {.is_json = true}),
            "{\"type\": \"map\", \"data\": {\"@v\": 77}}\n");
}

TEST(PrintMap, AnUnassignedScalarIsZeroAndAnEmptyKeyedMapNothing) {
  const MapDescription scalar = scalar_map(keyed_map(kSignedType));
  MapContents none(scalar);
  EXPECT_EQ(render(scalar, none), "@v: 0\n");
  EXPECT_EQ(render(keyed_map(kSignedType), {}), "");
  EXPECT_EQ(render(keyed_map(kSignedType), {}, {.is_json = true}), "");
  const MapDescription counter = scalar_map(keyed_map(kCount, 8, false));
  MapContents no_counts(counter);
  EXPECT_EQ(render(counter, no_counts), "@v: 0\n");
  const MapDescription histogram = scalar_map(keyed_map(kHist, 65 * 8, false));
  MapContents no_rows(histogram);
  EXPECT_EQ(render(histogram, no_rows), "");
  EXPECT_EQ(render(histogram, no_rows, {.is_json = true}), "");
}

// @v["name", number] = value
void add_pair(MapContents& contents, const char* name, uint64_t number, int64_t value) {
  const Bytes key = Bytes().text(name, 16).add(number);
  contents.add(key.data(), Bytes().add(value).data(), 1);
}

TEST(PrintMap, SeveralKeysAreSeparated) {
  MapDescription map = keyed_map(kSignedType);
  map.key = kPairKey;
  map.key_size = 24;
  MapContents contents(map);
  add_pair(contents, "nginx", 80, 12);
  add_pair(contents, "a b", 443, 13);
  EXPECT_EQ(render(map, contents), "@v[nginx, 80]: 12\n@v[a b, 443]: 13\n");
  EXPECT_EQ(render(map, contents, {.is_json = true}),
            "{\"type\": \"map\", \"data\": {\"@v\": {\"nginx,80\": 12, \"a b,443\": 13}}}\n");
}

TEST(PrintMap, KeysAreComparedPartByPart) {
  MapDescription map = keyed_map(kBoolType);
  map.key = kPairKey;
  map.key_size = 24;
  MapContents contents(map);
  add_pair(contents, "b", 1, 0);
  add_pair(contents, "ab", 2, 0);
  add_pair(contents, "a", UINT64_MAX, 0);
  add_pair(contents, "a", 10, 0);
  add_pair(contents, "a", 9, 0);
  EXPECT_EQ(render(map, contents),
            "@v[a, 9]: false\n@v[a, 10]: false\n@v[a, 18446744073709551615]: false\n"
            "@v[ab, 2]: false\n@v[b, 1]: false\n");
}

TEST(PrintMap, TextsAreRawInTextAndEscapedInJson) {
  MapDescription map = keyed_map(kTextType);
  map.key = kTextKey;
  map.key_size = 16;
  map.value = {&kTextType, 0, 16, 4};
  map.value_size = 16;
  MapContents contents(map);
  contents.add(Bytes().text("k\"\n", 16).data(),
               Bytes()
                   .text("\xff"
                         "x",
                         16)
                   .data(),
               1);
  contents.add(Bytes().text(std::string(16, 'K'), 16).data(), Bytes().text("cut!", 16).data(), 1);
  EXPECT_EQ(render(map, contents),
            "@v[KKKKKKKKKKKKKKKK..]: cut!..\n@v[k\"\n]: \xff"
            "x\n");
  EXPECT_EQ(render(map, contents, {.is_json = true}),
            "{\"type\": \"map\", \"data\": {\"@v\": {\"KKKKKKKKKKKKKKKK..\": \"cut!..\", "
            "\"k\\\"\\n\": \"\xef\xbf\xbdx\"}}}\n");
}

TEST(PrintMap, OrdersManyEntries) {
  std::vector<Entry> entries;
  std::string expected;
  for (int64_t i = 0; i < 5000; ++i) {
    entries.push_back({i * 7919 % 5000, i * 7919 % 5000 - 2500});
    expected += "@v[" + std::to_string(i) + "]: " + std::to_string(i - 2500) + "\n";
  }
  EXPECT_EQ(render(keyed_map(kSignedType), entries), expected);
}

// ---- aggregations: two CPUs each ----------------------------------------------------------------

template <typename T>
void add_per_cpu(MapContents& contents, int64_t key, T first_cpu, T second_cpu) {
  contents.add(Bytes().add(key).data(), Bytes().add(first_cpu).add(second_cpu).data(), 2);
}

TEST(Aggregations, CountsAndSumsAddUp) {
  const MapDescription count = keyed_map(kCount, 8, false);
  MapContents counts(count);
  add_per_cpu(counts, 1, count_value{3}, count_value{4});
  add_per_cpu(counts, 2, count_value{0}, count_value{1});
  EXPECT_EQ(render(count, counts), "@v[2]: 1\n@v[1]: 7\n");
  EXPECT_EQ(render(count, counts, {.divisor = 2, .is_json = true}),
            "{\"type\": \"map\", \"data\": {\"@v\": {\"2\": 0, \"1\": 3}}}\n");

  for (bool is_signed : {true, false}) {
    const MapDescription sum = keyed_map(kSum, 8, is_signed);
    MapContents sums(sum);
    add_per_cpu(sums, 1, sum_value{-5}, sum_value{2});
    add_per_cpu(sums, 2, sum_value{1}, sum_value{1});
    EXPECT_EQ(render(sum, sums),
              is_signed ? "@v[1]: -3\n@v[2]: 2\n" : "@v[2]: 2\n@v[1]: 18446744073709551613\n");
  }
}

TEST(Aggregations, MinAndMaxLookOnlyAtCpusThatSawAValue) {
  const MapDescription min = keyed_map(kMin, 16, true);
  MapContents least(min);
  add_per_cpu(least, 1, extreme_value{0, 0}, extreme_value{7, 1});
  add_per_cpu(least, 2, extreme_value{-5, 1}, extreme_value{7, 1});
  EXPECT_EQ(render(min, least), "@v[2]: -5\n@v[1]: 7\n");
  const MapDescription max = keyed_map(kMax, 16, true);
  MapContents greatest(max);
  add_per_cpu(greatest, 1, extreme_value{0, 0}, extreme_value{-7, 1});
  add_per_cpu(greatest, 2, extreme_value{-5, 1}, extreme_value{7, 1});
  add_per_cpu(greatest, 3, extreme_value{0, 0}, extreme_value{0, 0});
  EXPECT_EQ(render(max, greatest), "@v[1]: -7\n@v[3]: 0\n@v[2]: 7\n");
}

TEST(Aggregations, MinAndMaxCompareByTheirSign) {
  const MapDescription min = keyed_map(kMin, 16, false);
  MapContents least(min);
  add_per_cpu(least, 1, extreme_value{-1, 1}, extreme_value{7, 1});
  EXPECT_EQ(render(min, least), "@v[1]: 7\n");
  const MapDescription max = keyed_map(kMax, 16, false);
  MapContents greatest(max);
  add_per_cpu(greatest, 1, extreme_value{-1, 1}, extreme_value{7, 1});
  add_per_cpu(greatest, 2, extreme_value{8, 1}, extreme_value{7, 1});
  EXPECT_EQ(render(max, greatest), "@v[2]: 8\n@v[1]: 18446744073709551615\n");
}

TEST(Aggregations, AveragesTruncateAndOrder) {
  const MapDescription avg = keyed_map(kAvg, 16, true);
  MapContents averages(avg);
  add_per_cpu(averages, 1, average_value{9, 1}, average_value{4, 2});
  add_per_cpu(averages, 2, average_value{-9, 1}, average_value{0, 1});
  add_per_cpu(averages, 3, average_value{0, 0}, average_value{0, 0});
  EXPECT_EQ(render(avg, averages), "@v[2]: -4\n@v[3]: 0\n@v[1]: 4\n");
  EXPECT_EQ(render(avg, averages, {.is_json = true}),
            "{\"type\": \"stats\", \"data\": {\"@v\": {\"2\": -4, \"3\": 0, \"1\": 4}}}\n");
  const MapDescription unsigned_avg = keyed_map(kAvg, 16, false);
  MapContents large(unsigned_avg);
  add_per_cpu(large, 1, average_value{-1, 1}, average_value{0, 0});
  EXPECT_EQ(render(unsigned_avg, large), "@v[1]: 18446744073709551615\n");
}

TEST(Aggregations, StatsDivideOnlyTheirAverage) {
  const MapDescription stats = keyed_map(kStats, 16, true);
  MapContents contents(stats);
  add_per_cpu(contents, 1, average_value{4, 1}, average_value{2, 2});
  EXPECT_EQ(render(stats, contents), "@v[1]: { .count = 3, .average = 2, .total = 6 }\n");
  EXPECT_EQ(render(stats, contents, {.divisor = 2}),
            "@v[1]: { .count = 3, .average = 1, .total = 6 }\n");
  EXPECT_EQ(render(stats, contents, {.is_json = true}),
            "{\"type\": \"stats\", \"data\": {\"@v\": {\"1\": {\"count\": 3, \"average\": 2, "
            "\"total\": 6}}}}\n");
}

}  // namespace
}  // namespace bpftracec::rt
