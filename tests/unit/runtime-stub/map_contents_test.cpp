// Reading, clearing and zeroing of real maps; needs the right to make them.
#include "bpftracec/rt/map_contents.h"

#include <cerrno>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include "bpftracec/rt/aggregation.h"
#include "tests/unit/runtime-stub/stub_fixture.h"

namespace bpftracec::rt {
namespace {

const Field kKey[] = {{&kUnsignedType, 0, 8}};

MapDescription count_map(bool is_scalar) {
  MapDescription map = {};
  map.name = "@c";
  map.is_scalar = is_scalar;
  map.is_per_cpu = true;
  if (!is_scalar) map.key = kKey;
  map.key_size = is_scalar ? 4 : 8;
  map.value_size = is_scalar ? 16 : 8;
  map.aggregation = &kCount;
  return map;
}

MapDescription plain_map() {
  MapDescription map = count_map(false);
  map.is_per_cpu = false;
  map.aggregation = nullptr;
  map.value = {&kUnsignedType, 0, 8};
  return map;
}

// One map in the kernel, with a tracer that knows it.
class KernelMap {
 public:
  KernelMap(const MapDescription& map, uint32_t max_entries)
      : cpus_(static_cast<uint32_t>(libbpf_num_possible_cpus())), maps_{map} {
    const bpf_map_type type = map.is_per_cpu ? map.is_scalar ? BPF_MAP_TYPE_PERCPU_ARRAY
                                                             : BPF_MAP_TYPE_PERCPU_HASH
                                             : BPF_MAP_TYPE_HASH;
    ToolDescription tool = empty_tool();
    tool.maps = maps_;
    fd_ = bpf_map_create(type, "test", map.key_size, map.value_size, max_entries, nullptr);
    tool_.emplace(OutputMode::Text, tool);
    tool_->bindings.possible_cpus = cpus_;
    tool_->maps[0] = {fd_, max_entries};
  }
  KernelMap(const KernelMap&) = delete;
  KernelMap& operator=(const KernelMap&) = delete;
  ~KernelMap() {
    if (fd_ >= 0) close(fd_);
  }

  bool exists() const { return fd_ >= 0; }
  uint32_t cpus() const { return maps_[0].is_per_cpu ? cpus_ : 1; }
  Tracer& tracer() { return tool_->tracer; }
  TestTool& tool() { return *tool_; }

  // `words` are put on every CPU.
  void set(uint64_t key, const std::vector<uint64_t>& words) {
    std::vector<uint64_t> values;
    for (uint32_t cpu = 0; cpu < cpus(); ++cpu)
      values.insert(values.end(), words.begin(), words.end());
    ASSERT_EQ(bpf_map_update_elem(fd_, &key, values.data(), BPF_ANY), 0);
  }

  std::map<uint64_t, uint64_t> read() {
    MapContents contents(maps_[0]);
    EXPECT_TRUE(contents.read(tracer(), 0)) << strerror(errno);
    std::map<uint64_t, uint64_t> all;
    for (size_t index = 0; index < contents.count(); ++index) {
      const uint64_t key = load_integer({contents.key(index), maps_[0].key_size}, false);
      EXPECT_TRUE(all.emplace(key, load_integer({contents.value(index), 8}, false)).second);
    }
    return all;
  }

 private:
  uint32_t cpus_;
  const MapDescription maps_[1];
  int fd_;
  std::optional<TestTool> tool_;
};

#define REQUIRE_MAP(map)                                                \
  if (!(map).exists()) {                                                \
    GTEST_SKIP() << "cannot create BPF maps here: " << strerror(errno); \
  }

TEST(KernelMaps, AllEntriesAreReadAndMerged) {
  KernelMap map(count_map(false), 5000);
  REQUIRE_MAP(map);
  std::map<uint64_t, uint64_t> expected;
  for (uint64_t key = 0; key < 5000; ++key) {
    map.set(key, {key});
    expected[key] = key * map.cpus();
  }
  EXPECT_EQ(map.read(), expected);
}

TEST(KernelMaps, AnEmptyMapHasNoEntries) {
  KernelMap map(count_map(false), 10);
  REQUIRE_MAP(map);
  EXPECT_TRUE(map.read().empty());
}

TEST(KernelMaps, PlainValuesAreReadAsTheyAre) {
  KernelMap map(plain_map(), 10);
  REQUIRE_MAP(map);
  map.set(7, {70});
  map.set(8, {80});
  EXPECT_EQ(map.read(), (std::map<uint64_t, uint64_t>{{7, 70}, {8, 80}}));
}

TEST(KernelMaps, AScalarHasAValueOnceItWasSet) {
  KernelMap map(count_map(true), 1);
  REQUIRE_MAP(map);
  EXPECT_TRUE(map.read().empty());
  map.set(0, {3, 1});
  EXPECT_EQ(map.read(), (std::map<uint64_t, uint64_t>{{0, 3ULL * map.cpus()}}));
}

TEST(KernelMaps, ClearRemovesAllEntries) {
  KernelMap map(count_map(false), 3000);
  REQUIRE_MAP(map);
  for (uint64_t key = 0; key < 3000; ++key) map.set(key, {1});
  EXPECT_TRUE(clear_map(map.tracer(), 0));
  EXPECT_TRUE(map.read().empty());
  EXPECT_TRUE(clear_map(map.tracer(), 0));
  map.set(5, {2});
  EXPECT_EQ(map.read().size(), 1U);
}

TEST(KernelMaps, ClearMakesAScalarUnset) {
  KernelMap map(count_map(true), 1);
  REQUIRE_MAP(map);
  map.set(0, {3, 1});
  EXPECT_TRUE(clear_map(map.tracer(), 0));
  EXPECT_TRUE(map.read().empty());
}

TEST(KernelMaps, ZeroKeepsTheKeys) {
  KernelMap map(count_map(false), 10);
  REQUIRE_MAP(map);
  map.set(1, {5});
  map.set(2, {6});
  EXPECT_TRUE(zero_map(map.tracer(), 0));
  EXPECT_EQ(map.read(), (std::map<uint64_t, uint64_t>{{1, 0}, {2, 0}}));
}

TEST(KernelMaps, ZeroKeepsAScalarSetOrUnset) {
  KernelMap map(count_map(true), 1);
  REQUIRE_MAP(map);
  EXPECT_TRUE(zero_map(map.tracer(), 0));
  EXPECT_TRUE(map.read().empty());
  map.set(0, {3, 1});
  EXPECT_TRUE(zero_map(map.tracer(), 0));
  EXPECT_EQ(map.read(), (std::map<uint64_t, uint64_t>{{0, 0}}));
}

TEST(KernelMaps, FailuresAreReportedWithTheirMap) {
  KernelMap map(count_map(false), 10);
  REQUIRE_MAP(map);
  map.tool().maps[0].fd = -1;
  const MapDetails details = {0};
  handle_clear(map.tracer(), Bytes().add(uint64_t{0}).record(), &details);
  handle_zero(map.tracer(), Bytes().add(uint64_t{0}).record(), &details);
  EXPECT_EQ(map.tool().take_messages(),
            "WARNING: cannot clear @c: Bad file descriptor\n"
            "WARNING: cannot zero @c: Bad file descriptor\n");
}

TEST(KernelMaps, PrintMapReadsPrintsAndObeysItsRecord) {
  KernelMap map(count_map(false), 10);
  REQUIRE_MAP(map);
  map.set(1, {5});
  map.set(2, {6});
  const PrintMapDetails details = {0, 8, 16};
  handle_print_map(map.tracer(),
                   Bytes().add(uint64_t{0}).add(uint64_t{1}).add(uint64_t{map.cpus()}).record(),
                   &details);
  EXPECT_EQ(map.tool().written(), "@c[2]: 6\n");
}

}  // namespace
}  // namespace bpftracec::rt
