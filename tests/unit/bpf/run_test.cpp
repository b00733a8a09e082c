// What compiled programs do in the running kernel.
#include <climits>
#include <cstring>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "bpftracec/rt/event_abi.h"
#include "tests/unit/bpf/loaded_object.h"
#include "tests/unit/bpf/program_builder.h"

namespace bpftracec::bpf::testing {
namespace {

using sema::AddressSpace;
using sema::Builtin;
using LateKind = sema::LateConstant::Kind;

uint64_t address_of(const void* memory) { return reinterpret_cast<uint64_t>(memory); }

// The integer of a scalar map, and whether it is set.
std::pair<int64_t, bool> scalar(LoadedObject& object, const std::string& map) {
  std::string value = object.value(map, scalar_key()).value_or(padded("", 16));
  return {static_cast<int64_t>(word_at(value, 0)), word_at(value, value.size() - 8) != 0};
}

// ---- aggregations ----

TEST(Run, CountsByComm) {
  REQUIRE_ROOT();
  ProgramBuilder b;
  auto map = b.map("calls", {text_type(16)}, aggregation_type(TypeKind::Count));
  b.probe(block(aggregate(map, list(comm()), nullptr, b.site())));
  LoadedObject object(b.program);
  ASSERT_TRUE(object.load());
  prctl(PR_SET_NAME, "counter");
  for (int i = 0; i < 3; ++i) object.run();
  ASSERT_EQ(object.keys("map_calls"), std::vector<std::string>{padded("counter", 16)});
  EXPECT_EQ(object.merged("map_calls", padded("counter", 16)), std::vector<uint64_t>{3});
  EXPECT_EQ(object.counter("site_counts"), 0U);
}

class KeyedAggregation : public ::testing::TestWithParam<bool> {};

TEST_P(KeyedAggregation, AccumulatesAllKinds) {
  REQUIRE_ROOT();
  ProgramBuilder b;
  bool is_keyed = GetParam();
  std::vector<Type> key;
  if (is_keyed) key.push_back(int_type());
  auto update = [&](const std::string& name, const Type& type) {
    auto map = b.map(name, key, type);
    std::vector<ExprPtr> keys;
    if (is_keyed) keys.push_back(number(7));
    return aggregate(map, std::move(keys), argument(0), b.site());
  };
  b.probe(block(update("sum", aggregation_type(TypeKind::Sum)),
                update("min", aggregation_type(TypeKind::Min)),
                update("max", aggregation_type(TypeKind::Max)),
                update("umin", aggregation_type(TypeKind::Min, false)),
                update("umax", aggregation_type(TypeKind::Max, false)),
                update("avg", aggregation_type(TypeKind::Avg)),
                update("stats", aggregation_type(TypeKind::Stats))));
  LoadedObject object(b.program);
  ASSERT_TRUE(object.load());
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  for (int64_t value : {5, -3, 12, 4}) object.run({static_cast<uint64_t>(value)});
  std::string k = is_keyed ? bytes_of(7) : scalar_key();
  auto words = [&](const char* map) {
    std::vector<uint64_t> result = object.merged(map, k);
    if (!is_keyed && !result.empty()) {
      EXPECT_EQ(result.back(), 1U) << map << " is not marked as set";
      result.pop_back();
    }
    return result;
  };
  EXPECT_EQ(words("map_sum"), (std::vector<uint64_t>{18}));
  EXPECT_EQ(words("map_min"), (std::vector<uint64_t>{static_cast<uint64_t>(-3), 1}));
  EXPECT_EQ(words("map_max"), (std::vector<uint64_t>{12, 1}));
  EXPECT_EQ(words("map_umin"), (std::vector<uint64_t>{4, 1}));
  EXPECT_EQ(words("map_umax"), (std::vector<uint64_t>{static_cast<uint64_t>(-3), 1}));
  EXPECT_EQ(words("map_avg"), (std::vector<uint64_t>{18, 4}));
  EXPECT_EQ(words("map_stats"), (std::vector<uint64_t>{18, 4}));
}

INSTANTIATE_TEST_SUITE_P(Run, KeyedAggregation, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Keyed" : "Scalar"; });

// The buckets that one value made grow, by one each.
std::vector<size_t> grown(std::vector<uint64_t>& before, const std::vector<uint64_t>& after) {
  std::vector<size_t> buckets;
  before.resize(after.size());
  for (size_t i = 0; i < after.size(); ++i) {
    if (after[i] != before[i]) buckets.push_back(i);
  }
  before = after;
  return buckets;
}

TEST(Run, HistBucketsAreThoseOfTheAbi) {
  REQUIRE_ROOT();
  std::vector<int64_t> values = {0, -1, INT64_MIN, INT64_MAX, 5, 6, 7, 100, 1000, 123456789};
  for (int bit = 0; bit < 63; ++bit) {
    int64_t power = int64_t{1} << bit;
    for (int64_t value : {power - 1, power, power + 1, power + power / 2}) values.push_back(value);
  }
  for (uint32_t bits = 0; bits <= 5; ++bits) {
    ProgramBuilder b;
    auto map = b.map("h", {int_type()}, aggregation_type(TypeKind::Hist));
    sema::MapPlan& plan = b.program.maps[map];
    plan.hist_bits = bits;
    plan.bucket_count = rt::hist_bucket_count(bits);
    plan.value.size = plan.value_size = plan.bucket_count * 8;
    b.probe(block(aggregate(map, list(number(1)), argument(0), b.site())));
    LoadedObject object(b.program);
    ASSERT_TRUE(object.load());
    std::vector<uint64_t> before;
    for (int64_t value : values) {
      object.run({static_cast<uint64_t>(value)});
      EXPECT_EQ(grown(before, object.merged("map_h", bytes_of(1))),
                std::vector<size_t>{rt::hist_bucket(value, bits)})
          << value << " with " << bits << " bits";
    }
    EXPECT_EQ(object.counter("site_counts"), 0U);
  }
}

size_t lhist_bucket(int64_t value, int64_t min, int64_t max, int64_t step) {
  if (value < min) return 0;
  int64_t last = 1 + (max - min) / step;
  return static_cast<size_t>(std::min(1 + (value - min) / step, last));
}

TEST(Run, LhistBucketsAreThoseOfTheAbi) {
  REQUIRE_ROOT();
  for (bool is_late : {false, true}) {
    ProgramBuilder b;
    auto map = b.map("h", {}, aggregation_type(TypeKind::Lhist));
    sema::MapPlan& plan = b.program.maps[map];
    plan.lhist_min = int64_t{10};
    plan.lhist_max = int64_t{105};
    plan.lhist_step = int64_t{10};
    plan.bucket_count = rt::lhist_bucket_count(10, 105, 10);
    if (is_late) {
      plan.lhist_min = b.late_constant(LateKind::ParameterInteger, "param_1", 8, 1);
      plan.lhist_max = b.late_constant(LateKind::ParameterInteger, "param_2", 8, 2);
      plan.lhist_step = b.late_constant(LateKind::ParameterInteger, "param_3", 8, 3);
      plan.bucket_count = rt::kMaxLhistBuckets + 2;
    }
    plan.value.size = plan.bucket_count * 8;
    plan.value_size = plan.value.size + 8;
    b.probe(block(aggregate(map, {}, argument(0), b.site())));
    LoadedObject object(b.program);
    if (is_late) {
      object.set_late("param_1", 10);
      object.set_late("param_2", 105);
      object.set_late("param_3", 10);
    }
    ASSERT_TRUE(object.load());
    std::vector<uint64_t> before;
    for (int64_t value :
         {int64_t{-5}, INT64_MIN, int64_t{0}, int64_t{9}, int64_t{10}, int64_t{19}, int64_t{20},
          int64_t{99}, int64_t{100}, int64_t{104}, int64_t{105}, int64_t{5000}, INT64_MAX}) {
      object.run({static_cast<uint64_t>(value)});
      auto after = object.merged("map_h", scalar_key());
      after.pop_back();  // is_set
      EXPECT_EQ(grown(before, after), std::vector<size_t>{lhist_bucket(value, 10, 105, 10)})
          << value;
    }
  }
}

TEST(Run, ReadsAnAggregationOverAllCpus) {
  REQUIRE_ROOT();
  if (libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_FUNC_map_lookup_percpu_elem,
                              nullptr) != 1) {
    GTEST_SKIP() << "this kernel has no bpf_map_lookup_percpu_elem (Linux 5.19)";
  }
  ProgramBuilder b;
  auto count = b.map("count", {int_type()}, aggregation_type(TypeKind::Count));
  auto avg = b.map("avg", {int_type()}, aggregation_type(TypeKind::Avg));
  auto min = b.map("min", {int_type()}, aggregation_type(TypeKind::Min));
  auto max = b.map("max", {}, aggregation_type(TypeKind::Max));
  auto sum = b.map("sum", {}, aggregation_type(TypeKind::Sum));
  auto out = b.map("z_out", {int_type()}, int_type());
  b.probe(block(aggregate(count, list(number(1)), nullptr, b.site()),
                aggregate(avg, list(number(1)), argument(0), b.site()),
                aggregate(min, list(number(1)), argument(0), b.site()),
                aggregate(max, {}, argument(0), b.site()),
                aggregate(sum, {}, argument(0), b.site())));
  auto keep = [&](int64_t key, ExprPtr value) {
    return assign_map(out, list(number(key)), std::move(value), b.site());
  };
  b.probe(block(keep(0, map_read(count, int_type(), list(number(1)))),
                keep(1, map_read(avg, int_type(), list(number(1)))),
                keep(2, map_read(min, int_type(), list(number(1)))),
                keep(3, map_read(max, int_type())), keep(4, map_read(sum, int_type())),
                keep(5, map_read(count, int_type(), list(number(99))))));
  sema::DeleteElement remove;
  remove.map = sum;
  b.probe(block(keep(0, convert(make_expr(bool_type(), std::move(remove)), int_type())),
                keep(1, map_read(sum, int_type()))));
  LoadedObject object(b.program);
  object.set_late("possible_cpus", static_cast<uint64_t>(libbpf_num_possible_cpus()));
  ASSERT_TRUE(object.load());
  int64_t values[] = {-20, -7, 4};
  for (int i = 0; i < 3; ++i) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(i % 2, &one);
    sched_setaffinity(0, sizeof(one), &one);  // with one CPU all go there, which is as good
    object.run({static_cast<uint64_t>(values[i])});
  }
  object.run({}, "probe_1");
  auto result = [&](uint64_t key) {
    return static_cast<int64_t>(
        word_at(object.value("map_z_out", bytes_of(key)).value_or("none...."), 0));
  };
  EXPECT_EQ(result(0), 3);
  EXPECT_EQ(result(1), -7);  // -23 / 3
  EXPECT_EQ(result(2), -20);
  EXPECT_EQ(result(3), 4);
  EXPECT_EQ(result(4), -23);
  EXPECT_EQ(result(5), 0);
  object.run({}, "probe_2");
  EXPECT_EQ(result(0), 1);
  EXPECT_EQ(result(1), 0);
}

// ---- integers ----

struct DivisionCase {
  BinaryOp op;
  int64_t lhs, rhs;
  bool is_signed;
  int64_t expected;
};

TEST(Run, DividesAsCDoes) {
  REQUIRE_ROOT();
  const DivisionCase cases[] = {
      {BinaryOp::Divide, -7, 2, true, -3},
      {BinaryOp::Divide, 7, -2, true, -3},
      {BinaryOp::Divide, -7, -2, true, 3},
      {BinaryOp::Modulo, -7, 2, true, -1},
      {BinaryOp::Modulo, 7, -2, true, 1},
      {BinaryOp::Divide, INT64_MIN, -1, true, INT64_MIN},
      {BinaryOp::Modulo, INT64_MIN, -1, true, 0},
      {BinaryOp::Divide, -7, 2, false, static_cast<int64_t>((UINT64_MAX - 6) / 2)},
      {BinaryOp::Modulo, 100, 7, false, 2},
      {BinaryOp::Divide, 5, 0, true, 1},
      {BinaryOp::Modulo, 5, 0, false, 1},
  };
  for (const DivisionCase& c : cases) {
    ProgramBuilder b;
    auto out = b.map("out", {}, int_type());
    auto division = b.site(sema::Site::Kind::DivideByZero);
    Type type = int_type(8, c.is_signed);
    ExprPtr lhs = convert(argument(0), type);
    ExprPtr rhs = convert(argument(1), type);
    b.probe(block(assign_map(out, {}, divide(c.op, std::move(lhs), std::move(rhs), division, type),
                             b.site())));
    LoadedObject object(b.program);
    ASSERT_TRUE(object.load());
    object.run({static_cast<uint64_t>(c.lhs), static_cast<uint64_t>(c.rhs)});
    EXPECT_EQ(scalar(object, "map_out"), std::make_pair(c.expected, true))
        << c.lhs << " by " << c.rhs;
    EXPECT_EQ(object.counter("site_counts"), c.rhs == 0 ? 1U : 0U);
  }
}

TEST(Run, KeepsIntegersInTheirWidth) {
  REQUIRE_ROOT();
  ProgramBuilder b;
  auto out = b.map("out", {int_type()}, int_type());
  auto keep = [&](int64_t key, ExprPtr value) {
    return assign_map(out, list(number(key)), std::move(value), b.site());
  };
  b.probe(block(
      keep(0, convert(convert(argument(0), int_type(1)), int_type())),
      keep(1, convert(convert(argument(0), uint_type(1)), int_type())),
      keep(2, convert(convert(argument(0), int_type(4)), int_type())),
      keep(3, binary(BinaryOp::ShiftRight, convert(argument(1), int_type()), number(1))),
      keep(4, binary(BinaryOp::ShiftRight, argument(1), number(1), uint_type())),
      keep(5, binary(BinaryOp::ShiftLeft, number(1), convert(argument(2), int_type()))),
      keep(6, convert(compare(BinaryOp::Less, convert(argument(1), int_type()), number(1)),
                      int_type())),
      keep(7, convert(compare(BinaryOp::Less, argument(1), number(1, uint_type())), int_type()))));
  LoadedObject object(b.program);
  ASSERT_TRUE(object.load());
  object.run({0xfffffff080, static_cast<uint64_t>(-7), 65});
  auto result = [&](uint64_t key) {
    return static_cast<int64_t>(word_at(*object.value("map_out", bytes_of(key)), 0));
  };
  EXPECT_EQ(result(0), -128);
  EXPECT_EQ(result(1), 128);
  EXPECT_EQ(result(2), static_cast<int32_t>(0xfffff080));
  EXPECT_EQ(result(3), -4);
  EXPECT_EQ(result(4), 9223372036854775804);
  EXPECT_EQ(result(5), 2);
  EXPECT_EQ(result(6), 1);
  EXPECT_EQ(result(7), 0);
}

// ---- maps ----

TEST(Run, IncrementsAndDeletes) {
  REQUIRE_ROOT();
  ProgramBuilder b;
  auto keyed = b.map("keyed", {int_type(), text_type(16)}, int_type());
  auto plain = b.map("plain", {}, int_type());
  auto key = [&] { return list(convert(argument(0), int_type()), comm()); };
  b.probe(
      block(evaluate(increment(keyed, key(), b.site())), evaluate(increment(plain, {}, b.site()))));
  sema::DeleteElement from_keyed;
  from_keyed.map = keyed;
  from_keyed.key = key_of(key());
  sema::DeleteElement from_plain;
  from_plain.map = plain;
  sema::Return both;
  both.value = binary(
      BinaryOp::Add, convert(make_expr(bool_type(), std::move(from_keyed)), int_type()),
      binary(BinaryOp::Multiply, convert(make_expr(bool_type(), std::move(from_plain)), int_type()),
             number(10)));
  b.probe(block(make_statement(std::move(both))));
  LoadedObject object(b.program);
  ASSERT_TRUE(object.load());
  prctl(PR_SET_NAME, "inc");
  EXPECT_EQ(object.run({5}, "probe_1"), 0U) << "nothing to delete yet";
  for (int i = 0; i < 4; ++i) object.run({5});
  std::string k = bytes_of(5) + padded("inc", 16);
  EXPECT_EQ(object.value("map_keyed", k), bytes_of(4));
  EXPECT_EQ(scalar(object, "map_plain"), std::make_pair(int64_t{4}, true));
  EXPECT_EQ(object.run({5}, "probe_1"), 11U);
  EXPECT_EQ(object.value("map_keyed", k), std::nullopt);
  EXPECT_EQ(scalar(object, "map_plain"), std::make_pair(int64_t{0}, false));
}

TEST(Run, CountsUpdatesOfAFullMap) {
  REQUIRE_ROOT();
  ProgramBuilder b;
  auto map = b.map("m", {uint_type()}, int_type());
  auto hist = b.map("n", {uint_type()}, aggregation_type(TypeKind::Hist));
  auto first = b.site();
  auto second = b.site();
  b.probe(block(assign_map(map, list(argument(0)), number(1), first),
                aggregate(hist, list(argument(0)), number(1), second)));
  LoadedObject object(b.program);
  object.set_max_entries("map_m", 1);
  object.set_max_entries("map_n", 1);
  ASSERT_TRUE(object.load());
  for (uint64_t key : {1, 1, 2, 3}) object.run({key});
  for (uint32_t site : {first, second}) {
    EXPECT_EQ(object.counter("site_counts", site), 2U);
    EXPECT_EQ(static_cast<int64_t>(object.counter("site_codes", site)), -E2BIG);
  }
}

// ---- texts ----

// Keys were limited to the size of the stack before Linux 5.11.
bool has_large_keys() {
  int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "large_key", 520, 8, 1, nullptr);
  if (fd >= 0) close(fd);
  return fd >= 0;
}

// What the tool and the map see of a text of this length with a capacity of 16.
TEST(Run, PadsTextsAndMarksCutOnes) {
  REQUIRE_ROOT();
  for (uint32_t capacity : {16U, 20U, 64U, 200U, 1024U}) {
    if (capacity > 500 && !has_large_keys()) {
      GTEST_SKIP() << "this kernel has no keys of more than 512 bytes (Linux 5.11)";
    }
    ProgramBuilder b;
    Type type = text_type(capacity);
    auto value = b.map("value", {}, type);
    auto key = b.map("key", {int_type(), type}, int_type());
    auto by_variable = b.map("variable", {type}, int_type());
    auto read = [&] { return read_text(argument(0), capacity, AddressSpace::User); };
    b.probe(block(assign_map(value, {}, read(), b.site()),
                  assign_map(key, list(number(1), read()), number(2), b.site()), assign(0, read()),
                  assign_map(by_variable, list(variable(0, type)), number(3), b.site())))
        .variables = {{"s", type}};
    LoadedObject object(b.program);
    ASSERT_TRUE(object.load());
    size_t room = (capacity + 7) / 8 * 8;
    for (size_t length :
         {size_t{0}, size_t{5}, size_t{capacity} - 1, size_t{capacity}, size_t{capacity} + 9}) {
      std::string text(length, 'x');
      if (length > 3) text[2] = 'y';
      object.run({address_of(text.c_str())});
      std::string expected = padded(text.substr(0, capacity), room);
      EXPECT_EQ(object.value("map_value", scalar_key()), expected + bytes_of(1));
      EXPECT_EQ(object.value("map_key", bytes_of(1) + expected), bytes_of(2)) << length;
      EXPECT_EQ(object.value("map_variable", expected), bytes_of(3)) << length;
    }
    object.run({0});
    EXPECT_EQ(object.value("map_value", scalar_key()), padded("", room) + bytes_of(1))
        << "an address that cannot be read gives no text";
  }
}

TEST(Run, LimitsTextsByMaxLength) {
  REQUIRE_ROOT();
  ProgramBuilder b;
  Type type = text_type(32);
  auto value = b.map("value", {}, type);
  auto any = [&] { return read_text(argument(0), 32, AddressSpace::Unknown, argument(1)); };
  b.probe(block(assign_map(value, {}, any(), b.site())));
  LoadedObject object(b.program);
  ASSERT_TRUE(object.load());
  const char* text = "the quick brown fox jumps over the lazy dog";
  struct {
    uint64_t limit;
    std::string expected;
  } cases[] = {{0, ""},
               {1, ""},
               {5, "the "},
               {32, std::string(text, 31)},
               {33, std::string(text, 32)},
               {UINT64_MAX, std::string(text, 32)}};
  for (const auto& c : cases) {
    object.run({address_of(text), c.limit});
    EXPECT_EQ(object.value("map_value", scalar_key()), padded(c.expected, 32) + bytes_of(1))
        << c.limit;
  }
}

// What a run that is under way on a CPU has left in the first word of its region.
void set_claims(LoadedObject& object, uint32_t region, uint64_t claims) {
  std::vector<uint64_t> values;
  const size_t words = bpf_map__value_size(bpf_object__find_map_by_name(object.get(), "scratch")) /
                       8;
  const int cpus = libbpf_num_possible_cpus();
  values.resize(words * static_cast<size_t>(cpus));
  for (int cpu = 0; cpu < cpus; ++cpu) values[static_cast<size_t>(cpu) * words] = claims;
  ASSERT_EQ(bpf_map_update_elem(object.map_fd("scratch"), &region, values.data(), BPF_ANY), 0);
}

TEST(Run, ARunThatMeetsAnotherTakesOtherMemory) {
  REQUIRE_ROOT();
  ProgramBuilder b;
  auto record = b.record(sema::RecordKind::Printf, {text_type(200)});
  b.probe(block(emit(record, list(read_text(argument(0), 200, AddressSpace::User)))));
  LoadedObject object(b.program);
  ASSERT_TRUE(object.load());
  const char* text = "a text";
  for (uint32_t busy = 0; busy < 4; ++busy) {
    object.run({address_of(text)});
    EXPECT_EQ(object.records().size(), 1U) << busy << " others under way";
    set_claims(object, busy, 1);
  }
  object.run({address_of(text)});
  EXPECT_TRUE(object.records().empty());
  EXPECT_EQ(object.counter("lost_events"), 1U) << "all memory is taken";
  set_claims(object, 2, 0);
  for (int i = 0; i < 3; ++i) object.run({address_of(text)});
  EXPECT_EQ(object.records().size(), 3U) << "what was taken is given back";
}

TEST(Run, ComparesTexts) {
  REQUIRE_ROOT();
  for (uint32_t capacity : {16U, 60U, 100U, 1024U}) {
    ProgramBuilder b;
    Type type = text_type(capacity);
    auto parameter = b.late_constant(LateKind::ParameterText, "param_text_1", 20, 1);
    auto stored = b.map("stored", {int_type()}, type);
    auto read = [&](uint32_t index) {
      return read_text(argument(index), capacity, AddressSpace::User);
    };
    auto bit = [&](ExprPtr condition, int64_t weight) {
      return binary(BinaryOp::Multiply, convert(std::move(condition), int_type()), number(weight));
    };
    auto sum = [&](ExprPtr lhs, ExprPtr rhs) {
      return binary(BinaryOp::Add, std::move(lhs), std::move(rhs));
    };
    sema::Return result;
    result.value = sum(
        sum(bit(same_text(read(0), text("cat")), 1), bit(same_text(read(0), read(1)), 2)),
        sum(bit(same_text(read(0), late(parameter, text_type(20))), 4),
            sum(bit(same_text(map_read(stored, type, list(number(1))), read(1)), 8),
                bit(same_text(map_read(stored, type, list(number(2))), text("")), 16))));
    b.probe(block(assign_map(stored, list(number(1)), read(0), b.site()),
                  make_statement(std::move(result))));
    LoadedObject object(b.program);
    object.set_late("param_text_1", "dog\0\0\0\0\0", 8);
    ASSERT_TRUE(object.load());
    auto run = [&](const std::string& lhs, const std::string& rhs) {
      return object.run({address_of(lhs.c_str()), address_of(rhs.c_str())});
    };
    EXPECT_EQ(run("cat", "cat"), 1U + 2 + 8 + 16);
    EXPECT_EQ(run("cat", "dog"), 1U + 16);
    EXPECT_EQ(run("cats", "cat"), 16U);
    EXPECT_EQ(run("ca", "ca"), 2U + 8 + 16);
    EXPECT_EQ(run("dog", "x"), 4U + 16);
    EXPECT_EQ(run("", ""), 2U + 8 + 16);
    std::string longest(capacity - 1, 'l');
    std::string other = longest;
    other.back() = 'm';
    EXPECT_EQ(run(longest, longest), 2U + 8 + 16);
    EXPECT_EQ(run(longest, other), 16U);
  }
}

TEST(Run, ChoosesConvertsAndIndexesTexts) {
  REQUIRE_ROOT();
  ProgramBuilder b;
  auto value = b.map("value", {}, text_type(32));
  auto index = [&](ExprPtr of, ExprPtr at) {
    return make_expr(int_type(1), sema::StringIndex{std::move(of), std::move(at)});
  };
  sema::Return result;
  result.value = binary(
      BinaryOp::Add,
      binary(BinaryOp::Multiply,
             convert(index(variable(0, text_type(24)), argument(1)), int_type()), number(1000)),
      convert(index(read_text(argument(2), 1024, AddressSpace::User), number(2)), int_type()));
  b.probe(block(assign(0, convert(choose(convert(argument(0), bool_type()),
                                         convert(text("yes"), text_type(8)),
                                         convert(text("nothing"), text_type(8))),
                                  text_type(24))),
                assign_map(value, {}, convert(variable(0, text_type(24)), text_type(32)), b.site()),
                make_statement(std::move(result))))
      .variables = {{"s", text_type(24)}};
  LoadedObject object(b.program);
  ASSERT_TRUE(object.load());
  const char* other = "abc";
  EXPECT_EQ(object.run({1, 1, address_of(other)}), uint32_t{'e'} * 1000 + 'c');
  EXPECT_EQ(object.value("map_value", scalar_key()), padded("yes", 32) + bytes_of(1));
  EXPECT_EQ(object.run({0, 6, address_of(other)}), uint32_t{'g'} * 1000 + 'c');
  EXPECT_EQ(object.value("map_value", scalar_key()), padded("nothing", 32) + bytes_of(1));
  EXPECT_EQ(object.run({0, 24, address_of(other)}), uint32_t{'c'}) << "out of range gives 0";
}

// ---- records ----

TEST(Run, SendsRecordsWithTextsAtTheirLength) {
  REQUIRE_ROOT();
  ProgramBuilder b;
  Type inline_text = text_type(16);
  Type tail_text = text_type(1024);
  b.record(sema::RecordKind::PrintValue, {int_type()});
  auto record = b.record(sema::RecordKind::Printf,
                         {int_type(1), inline_text, tail_text, int_type(), tail_text, int_type(4)});
  auto read = [&](uint32_t index) { return read_text(argument(index), 1024, AddressSpace::User); };
  b.probe(block(emit(record, list(number(-2, int_type(1)), comm(), read(0), number(77), read(1),
                                  number(9, int_type(4))))));
  LoadedObject object(b.program);
  ASSERT_TRUE(object.load());
  prctl(PR_SET_NAME, "sender");
  std::string fits = "hello, tail";
  std::string cut(1500, 'z');
  object.run({address_of(fits.c_str()), address_of(cut.c_str())});
  object.run({0, address_of(fits.c_str())});
  auto records = object.records();
  ASSERT_EQ(records.size(), 2U);

  const sema::RecordPlan& plan = b.program.records[record];
  auto number_at = [](const std::string& bytes, size_t offset, size_t size) {
    uint64_t number = 0;
    std::memcpy(&number, bytes.data() + offset, size);
    return number;
  };
  auto tail = [&](const std::string& bytes, size_t field) {
    size_t at = plan.fields[field].offset;
    size_t offset = number_at(bytes, at, 4);
    size_t size = number_at(bytes, at + 4, 4);
    return offset + size <= bytes.size() ? bytes.substr(offset, size) : "out of the record";
  };
  EXPECT_EQ(number_at(records[0], 0, 4), record);
  EXPECT_EQ(number_at(records[0], plan.fields[0].offset, 1), 0xfeU);
  EXPECT_EQ(records[0].substr(plan.fields[1].offset, 16), padded("sender", 16));
  EXPECT_EQ(tail(records[0], 2), fits);
  EXPECT_EQ(number_at(records[0], plan.fields[3].offset, 8), 77U);
  EXPECT_EQ(tail(records[0], 4), std::string(1024, 'z')) << "as long as the capacity: cut";
  EXPECT_EQ(number_at(records[0], plan.fields[5].offset, 4), 9U);
  EXPECT_EQ(records[0].size(), plan.fixed_size + fits.size() + 1024);
  EXPECT_EQ(tail(records[1], 2), "");
  EXPECT_EQ(tail(records[1], 4), fits);
  EXPECT_EQ(records[1].size(), plan.fixed_size + fits.size());
}

TEST(Run, FillsGapsWithZeroes) {
  REQUIRE_ROOT();
  ProgramBuilder b;
  auto record = b.record(sema::RecordKind::Printf, {int_type(1), int_type(8), int_type(2)});
  b.probe(block(emit(record, list(number(-1, int_type(1)), number(-1), number(-1, int_type(2))))));
  LoadedObject object(b.program);
  ASSERT_TRUE(object.load());
  object.run();
  auto records = object.records();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0],
            padded("", 4) + padded("\xff", 4) + std::string(8, '\xff') + padded("\xff\xff", 8));
}

TEST(Run, CountsLostRecords) {
  REQUIRE_ROOT();
  ProgramBuilder b;
  auto record = b.record(sema::RecordKind::Printf, {text_type(64)});
  b.probe(block(emit(record, list(convert(comm(), text_type(64))))));
  LoadedObject object(b.program);
  object.set_max_entries("events", 4096);
  ASSERT_TRUE(object.load());
  for (int i = 0; i < 100; ++i) object.run();
  size_t arrived = object.records().size();
  EXPECT_GT(arrived, 0U);
  EXPECT_EQ(object.counter("lost_events"), 100 - arrived);
}

// ---- control flow ----

TEST(Run, Loops) {
  REQUIRE_ROOT();
  ProgramBuilder b;
  Type type = int_type();
  auto var = [&] { return variable(0, type); };
  auto add = [&](sema::VariableId id, ExprPtr amount) {
    return assign(id, binary(BinaryOp::Add, variable(id, type), std::move(amount)));
  };
  // while ($i < 20) { $i++; if ($i == 3) continue; if ($i == arg0) break; $sum += $i; }
  sema::While loop;
  loop.condition = compare(BinaryOp::Less, var(), number(20));
  sema::If skip;
  skip.condition = compare(BinaryOp::Equal, var(), number(3));
  skip.then_block = block(make_statement(sema::Continue{}));
  sema::If stop;
  stop.condition = compare(BinaryOp::Equal, var(), convert(argument(0), type));
  stop.then_block = block(make_statement(sema::Break{}));
  loop.body = block(add(0, number(1)), make_statement(std::move(skip)),
                    make_statement(std::move(stop)), add(1, var()));
  // unroll(5) { $sum += 100; } unroll($1) { $sum += 1000; }
  sema::Unroll literal;
  literal.count = 5;
  literal.body = block(add(1, number(100)));
  sema::Unroll late_unroll;
  late_unroll.late_count = b.late_constant(LateKind::ParameterInteger, "param_1", 8, 1);
  late_unroll.body = block(add(1, number(1000)));
  sema::Return result;
  result.value = variable(1, type);
  b.probe(block(make_statement(std::move(loop)), make_statement(std::move(literal)),
                make_statement(std::move(late_unroll)), make_statement(std::move(result))))
      .variables = {{"i", type}, {"sum", type}};
  LoadedObject object(b.program);
  object.set_late("param_1", 7);
  ASSERT_TRUE(object.load());
  EXPECT_EQ(object.run({6}), 1U + 2 + 4 + 5 + 500 + 7000);
  EXPECT_EQ(object.run({50}), 210U - 3 + 500 + 7000);
}

// The verifier walks each turn, and gives up when too many branches wait for it or after a million
// instructions.
TEST(Run, LoadsLoopsOfManyTurns) {
  REQUIRE_ROOT();
  ProgramBuilder b;
  Type type = int_type();
  auto counts = b.map("counts", {type}, type);
  auto last = b.map("last", {}, type);
  auto record = b.record(sema::RecordKind::Printf, {type});
  auto is_random = [] {
    return compare(BinaryOp::Equal, convert(builtin(Builtin::Rand), int_type()), number(1));
  };
  // while ($i < 6000) { $i++; if (rand == 1) { if (rand == 1) { printf("%d", $i);
  //   if (rand == 1) { @counts[2]++; } } } } @last = $i;
  sema::If third;
  third.condition = is_random();
  third.then_block = block(evaluate(increment(counts, list(number(2)), b.site())));
  sema::If second;
  second.condition = is_random();
  second.then_block = block(emit(record, list(variable(0, type))),
                            make_statement(std::move(third)));
  sema::If first;
  first.condition = is_random();
  first.then_block = block(make_statement(std::move(second)));
  sema::While loop;
  loop.condition = compare(BinaryOp::Less, variable(0, type), number(6000));
  loop.body = block(assign(0, binary(BinaryOp::Add, variable(0, type), number(1))),
                    make_statement(std::move(first)));
  b.probe(block(make_statement(std::move(loop)), assign_map(last, {}, variable(0, type), b.site())))
      .variables = {{"i", type}};
  LoadedObject object(b.program);
  ASSERT_TRUE(object.load());
  object.run();
  EXPECT_EQ(scalar(object, "map_last"), std::make_pair(int64_t{6000}, true));
}

TEST(Run, CountsWhatFailsInLoops) {
  REQUIRE_ROOT();
  ProgramBuilder b;
  Type type = int_type();
  auto i = [&] { return variable(0, type); };
  auto full = b.map("full", {type}, type);
  auto site = b.site();
  auto record = b.record(sema::RecordKind::Printf, {type});
  // while ($i < 200) { $i++; @full[$i] = 1; printf("%d", $i); if ($i == arg0) { return; } }
  sema::If leave;
  leave.condition = compare(BinaryOp::Equal, i(), convert(argument(0), type));
  leave.then_block = block(make_statement(sema::Return{number(7)}));
  sema::While loop;
  loop.condition = compare(BinaryOp::Less, i(), number(200));
  loop.body = block(assign(0, binary(BinaryOp::Add, i(), number(1))),
                    assign_map(full, list(i()), number(1), site), emit(record, list(i())),
                    make_statement(std::move(leave)));
  b.probe(block(make_statement(std::move(loop)))).variables = {{"i", type}};
  for (auto [last, result] : {std::pair{200U, 0U}, std::pair{150U, 7U}}) {
    LoadedObject object(b.program);
    object.set_max_entries("map_full", 3);
    object.set_max_entries("events", 4096);
    ASSERT_TRUE(object.load());
    EXPECT_EQ(object.run({last == 200 ? 0 : last}), result);
    EXPECT_EQ(object.counter("site_counts", site), last - 3);
    EXPECT_EQ(static_cast<int64_t>(object.counter("site_codes", site)), -E2BIG);
    size_t arrived = object.records().size();
    EXPECT_GT(arrived, 0U);
    EXPECT_EQ(object.counter("lost_events"), last - arrived);
  }
}

TEST(Run, PredicateDecides) {
  REQUIRE_ROOT();
  ProgramBuilder b;
  auto out = b.map("out", {}, int_type());
  auto& probe = b.probe(block(evaluate(increment(out, {}, b.site()))));
  probe.predicate = same_text(comm(), text("wanted"));
  probe.default_return = 1;
  LoadedObject object(b.program);
  ASSERT_TRUE(object.load());
  prctl(PR_SET_NAME, "unwanted");
  EXPECT_EQ(object.run(), 1U);
  EXPECT_EQ(scalar(object, "map_out"), std::make_pair(int64_t{0}, false));
  prctl(PR_SET_NAME, "wanted");
  EXPECT_EQ(object.run(), 1U);
  EXPECT_EQ(scalar(object, "map_out"), std::make_pair(int64_t{1}, true));
}

TEST(Run, TargetPidFilters) {
  REQUIRE_ROOT();
  for (uint64_t target : {uint64_t{0}, static_cast<uint64_t>(getpid()), uint64_t{1}}) {
    ProgramBuilder b;
    auto out = b.map("out", {}, int_type());
    b.probe(block(evaluate(increment(out, {}, b.site())))).filters_by_target_pid = true;
    LoadedObject object(b.program);
    object.set_late("target_pid", target);
    ASSERT_TRUE(object.load());
    object.run();
    EXPECT_EQ(scalar(object, "map_out").second, target != 1) << target;
  }
}

// 100 values that live until the end are more than registers and stack hold.
TEST(Run, SurvivesManyVariables) {
  REQUIRE_ROOT();
  constexpr uint32_t kVariables = 100;
  ProgramBuilder b;
  auto out = b.map("out", {}, int_type());
  sema::Block body;
  std::vector<sema::Variable> variables;
  for (uint32_t i = 0; i < kVariables; ++i) {
    variables.push_back({"v", int_type()});
    body.push_back(
        assign(i, binary(BinaryOp::Multiply, convert(argument(i % 12), int_type()), number(i))));
  }
  ExprPtr sum = number(0);
  for (uint32_t i = 0; i < kVariables; ++i) {
    body.push_back(evaluate(builtin(Builtin::Rand)));
    sum = binary(BinaryOp::BitwiseXor, binary(BinaryOp::Multiply, std::move(sum), number(3)),
                 variable(i, int_type()));
  }
  body.push_back(assign_map(out, {}, std::move(sum), b.site()));
  b.probe(std::move(body)).variables = std::move(variables);
  LoadedObject object(b.program);
  ASSERT_TRUE(object.load());
  std::vector<uint64_t> arguments(12);
  for (uint64_t i = 0; i < 12; ++i) arguments[i] = i * 7 + 1;
  object.run(arguments);
  uint64_t expected = 0;
  for (uint64_t i = 0; i < kVariables; ++i) expected = (expected * 3) ^ (arguments[i % 12] * i);
  EXPECT_EQ(scalar(object, "map_out").first, static_cast<int64_t>(expected));
}

// ---- builtins ----

TEST(Run, ReadsBuiltins) {
  REQUIRE_ROOT();
  ProgramBuilder b;
  auto out = b.map("out", {int_type()}, int_type());
  sema::Block body;
  Builtin builtins[] = {Builtin::Pid,    Builtin::Tid,    Builtin::Uid,   Builtin::Gid,
                        Builtin::Cpu,    Builtin::Rand,   Builtin::Nsecs, Builtin::Elapsed,
                        Builtin::Cgroup, Builtin::Curtask};
  int64_t key = 0;
  for (Builtin which : builtins) {
    body.push_back(assign_map(out, list(number(key++)), builtin(which), b.site()));
  }
  sema::MemoryRead memory{argument(0), AddressSpace::User};
  body.push_back(
      assign_map(out, list(number(key)), make_expr(int_type(2), std::move(memory)), b.site()));
  b.probe(std::move(body));

  for (bool has_boot_clock : {true, false}) {
    timespec now = {};
    clock_gettime(has_boot_clock ? CLOCK_BOOTTIME : CLOCK_MONOTONIC, &now);
    uint64_t start = static_cast<uint64_t>(now.tv_sec) * 1000000000 +
                     static_cast<uint64_t>(now.tv_nsec);
    struct stat ns = {};
    ASSERT_EQ(stat("/proc/self/ns/pid", &ns), 0);
    LoadedObject object(b.program);
    object.set_late("has_boot_clock", has_boot_clock ? 1 : 0);
    object.set_late("start_ns", start);
    if (!has_boot_clock) {  // the other way to ask for the pid, too
      object.set_late("pid_ns_dev", ns.st_dev);
      object.set_late("pid_ns_ino", ns.st_ino);
    }
    ASSERT_TRUE(object.load());
    int16_t number = -1234;
    object.run({address_of(&number)});
    auto result = [&](uint64_t at) { return word_at(*object.value("map_out", bytes_of(at)), 0); };
    EXPECT_EQ(result(0), static_cast<uint64_t>(getpid()));
    EXPECT_EQ(result(1), static_cast<uint64_t>(gettid()));
    EXPECT_EQ(result(2), getuid());
    EXPECT_EQ(result(3), getgid());
    EXPECT_LT(result(4), static_cast<uint64_t>(libbpf_num_possible_cpus()));
    EXPECT_LT(result(5), uint64_t{1} << 32);
    EXPECT_GE(result(6), start);
    EXPECT_LT(result(7), 10000000000U);
    EXPECT_NE(result(9), 0U);
    EXPECT_EQ(static_cast<int64_t>(result(10)), -1234);
  }
}

}  // namespace
}  // namespace bpftracec::bpf::testing
