// Fields of tracepoint records: CO-RE relocations against a struct whose offsets the target
// decides. A raw tracepoint's context stands for the record here, since that is what
// BPF_PROG_TEST_RUN can fill.
#include <cstring>
#include <fstream>
#include <memory>
#include <unistd.h>

#include <bpf/btf.h>
#include <gtest/gtest.h>

#include "bpftracec/base/free_with.h"
#include "bpftracec/bpf/compile.h"
#include "tests/unit/bpf/loaded_object.h"
#include "tests/unit/bpf/program_builder.h"

namespace bpftracec::bpf::testing {
namespace {

using Field = sema::TracepointField;

// The record as the build host has it; the members are not in the order of their offsets.
sema::TracepointRecord sample_record() {
  sema::TracepointRecord record{.category = "test", .event = "sample", .struct_name = "tp_sample"};
  record.fields = {
      {"wide", Field::Kind::Scalar, int_type(8), 24, 8, 0},
      {"narrow", Field::Kind::Scalar, int_type(4), 8, 4, 0},
      {"slot", Field::Kind::Scalar, int_type(4), 16, 8,
       0},  // an int in 8 bytes, as system calls have
      {"name", Field::Kind::CharArray, text_type(8), 32, 8, 0},
      {"numbers", Field::Kind::Array, {.kind = TypeKind::Array, .size = 8, .count = 4}, 40, 8, 2},
      {"location", Field::Kind::DataLoc, text_type(64), 12, 4, 0},
  };
  return record;
}

enum FieldIndex : uint8_t { kWide, kNarrow, kSlot, kName, kNumbers, kLocation };

// Where the target has the fields.
struct TargetLayout {
  uint32_t wide, wide_size, narrow, slot, name, numbers, location;
};

constexpr TargetLayout kSame = {24, 8, 8, 16, 32, 40, 12};
constexpr TargetLayout kMoved = {8, 4, 20, 24, 64, 32, 16};  // `wide` has shrunk to 4 bytes, too

class TargetBtf {
 public:
  explicit TargetBtf(const TargetLayout& layout) {
    std::unique_ptr<btf, base::FreeWith<btf__free>> types(btf__new_empty());
    int u64 = btf__add_int(types.get(), "unsigned long long", 8, 0);
    int u32 = btf__add_int(types.get(), "unsigned int", 4, 0);
    int u16 = btf__add_int(types.get(), "unsigned short", 2, 0);
    int character = btf__add_int(types.get(), "char", 1, BTF_INT_SIGNED);
    int name = btf__add_array(types.get(), u32, character, 8);
    int numbers = btf__add_array(types.get(), u32, u16, 4);
    btf__add_struct(types.get(), "tp_sample", 96);
    auto add = [&](const char* field, int type, uint32_t offset) {
      EXPECT_EQ(btf__add_field(types.get(), field, type, offset * 8, 0), 0);
    };
    add("wide", layout.wide_size == 8 ? u64 : u32, layout.wide);
    add("narrow", u32, layout.narrow);
    add("slot", u64, layout.slot);
    add("name", name, layout.name);
    add("numbers", numbers, layout.numbers);
    add("location", u32, layout.location);
    uint32_t size = 0;
    const void* data = btf__raw_data(types.get(), &size);
    std::ofstream(path_, std::ios::binary).write(static_cast<const char*>(data), size);
  }
  ~TargetBtf() { unlink(path_.c_str()); }
  TargetBtf(const TargetBtf&) = delete;
  TargetBtf& operator=(const TargetBtf&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_ = ::testing::TempDir() + "target_btf." + std::to_string(getpid());
};

struct RecordBytes {
  std::vector<uint64_t> words = std::vector<uint64_t>(12);

  void put(uint32_t offset, const void* data, size_t size) {
    std::memcpy(reinterpret_cast<char*>(words.data()) + offset, data, size);
  }
  template <typename T>
  void put(uint32_t offset, T value) {
    put(offset, &value, sizeof(value));
  }
};

class Fields : public ::testing::TestWithParam<TargetLayout> {};

TEST_P(Fields, AreReadWhereTheTargetHasThem) {
  REQUIRE_ROOT();
  const TargetLayout& layout = GetParam();
  ProgramBuilder b;
  b.program.tracepoint_records.push_back(sample_record());
  auto numbers = b.map("numbers", {int_type()}, int_type());
  auto texts = b.map("texts", {int_type()}, text_type(64));
  auto keep = [&](int64_t key, ExprPtr value) {
    return assign_map(numbers, list(number(key)), convert(std::move(value), int_type()), b.site());
  };
  auto element = [&](ExprPtr index) { return field(0, kNumbers, uint_type(2), std::move(index)); };
  auto keep_text = [&](int64_t key, ExprPtr value) {
    return assign_map(texts, list(number(key)), convert(std::move(value), text_type(64)), b.site());
  };
  // Loads in branches are what LLVM likes to merge into one through a computed pointer, which the
  // kernel refuses.
  ExprPtr either = choose(compare(BinaryOp::Greater, field(0, kNarrow, int_type(4)), number(0)),
                          convert(field(0, kWide, int_type()), int_type()),
                          convert(field(0, kSlot, int_type(4)), int_type()));
  sema::While loop;  // and in loops it likes to advance pointers
  loop.condition = compare(BinaryOp::Less, variable(0, int_type()), number(3));
  loop.body = block(
      assign(0, binary(BinaryOp::Add, variable(0, int_type()), number(1))),
      assign(1, binary(BinaryOp::Add, variable(1, int_type()),
                       choose(compare(BinaryOp::Equal, variable(0, int_type()), number(2)),
                              convert(element(number(2)), int_type()),
                              convert(element(number(3)), int_type())))));
  b.probe(block(keep(0, field(0, kWide, int_type())), keep(1, field(0, kNarrow, int_type(4))),
                keep(2, field(0, kSlot, int_type(4))), keep(3, element(number(2))),
                keep(4, element(convert(field(0, kNarrow, int_type(4)), int_type()))),
                keep(5, element(number(4))), keep(6, std::move(either)),
                keep_text(0, field(0, kName, text_type(8))),
                keep_text(1, field(0, kLocation, text_type(64))), make_statement(std::move(loop)),
                keep(7, variable(1, int_type())),
                keep(8, same_text(field(0, kName, text_type(8)), text("abc")))))
      .variables = {{"i", int_type()}, {"sum", int_type()}};
  TargetBtf target(layout);
  LoadedObject object(b.program, target.path());
  ASSERT_TRUE(object.load());

  auto run = [&](int32_t narrow, const std::string& name, const std::string& located) {
    RecordBytes record;
    if (layout.wide_size == 8) {
      record.put(layout.wide, int64_t{-5000000000});
    } else {
      record.put(layout.wide, int32_t{-5});
    }
    record.put(layout.narrow, narrow);
    record.put(layout.slot, uint64_t{0xfffffffe});
    record.put(layout.name, padded(name, 8).data(), 8);
    for (uint32_t i = 0; i < 4; ++i) {
      record.put(layout.numbers + i * 2, static_cast<uint16_t>(0xff00 + i));
    }
    uint32_t at = 72;
    record.put(at, located.data(), located.size());
    record.put(layout.location, at | static_cast<uint32_t>(located.size()) << 16U);
    object.run(record.words);
  };
  auto number_at = [&](uint64_t key) {
    return static_cast<int64_t>(word_at(object.value("map_numbers", bytes_of(key)).value(), 0));
  };
  int64_t wide = layout.wide_size == 8 ? -5000000000 : -5;
  run(1, "abc", std::string("located\0", 8));
  EXPECT_EQ(number_at(0), wide);
  EXPECT_EQ(number_at(1), 1);
  EXPECT_EQ(number_at(2), -2);
  EXPECT_EQ(number_at(3), 0xff02);
  EXPECT_EQ(number_at(4), 0xff01);
  EXPECT_EQ(number_at(5), 0) << "an index that is out of range";
  EXPECT_EQ(number_at(6), wide);
  EXPECT_EQ(number_at(7), 0xff03 + 0xff02 + 0xff03);
  EXPECT_EQ(number_at(8), 1);
  EXPECT_EQ(object.value("map_texts", bytes_of(0)), padded("abc", 64));
  EXPECT_EQ(object.value("map_texts", bytes_of(1)), padded("located", 64));

  run(-1, "fullname", "no NUL");
  EXPECT_EQ(number_at(1), -1);
  EXPECT_EQ(number_at(4), 0) << "a negative index";
  EXPECT_EQ(number_at(6), -2);
  EXPECT_EQ(number_at(8), 0);
  EXPECT_EQ(object.value("map_texts", bytes_of(0)), padded("fullname", 64));
  EXPECT_EQ(object.value("map_texts", bytes_of(1)), padded("no NUL", 64));
}

INSTANTIATE_TEST_SUITE_P(Run, Fields, ::testing::Values(kSame, kMoved),
                         [](const auto& info) { return info.index == 0 ? "Same" : "Moved"; });

}  // namespace
}  // namespace bpftracec::bpf::testing
