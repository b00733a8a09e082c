#include "bpftracec/world/btf_data.h"

#include <gtest/gtest.h>

#include "bpftracec/base/file_io.h"
#include "bpftracec/base/temporary_directory.h"
#include "tests/support/world/fixture_world.h"
#include "tests/unit/world/btf_builder.h"

namespace bpftracec::world {
namespace {

std::string message_of(std::string bytes) {
  const auto data = BtfData::parse(std::move(bytes), nullptr);
  return data ? "" : data.error().message;
}

TEST(BtfData, ReadsTheSectionOfAnElfFileAndRawBytes) {
  BtfBuilder builder;
  builder.add_integer("int", 4, BTF_INT_SIGNED);
  auto directory = base::TemporaryDirectory::create("/tmp");
  ASSERT_TRUE(directory);
  ASSERT_TRUE(base::write_file(directory->file("raw"), builder.bytes()));
  const auto raw = BtfData::open(directory->file("raw"), nullptr);
  ASSERT_TRUE(raw) << raw.error().message;
  EXPECT_EQ((*raw)->end_id(), 2U);
  EXPECT_EQ((*raw)->name(*(*raw)->type(1)), "int");

  const auto elf = BtfData::open(testing_support::FixtureWorld::kernel_btf(), nullptr);
  ASSERT_TRUE(elf) << elf.error().message;
  EXPECT_GT((*elf)->end_id(), 50U);
}

TEST(BtfData, SaysWhatIsWrongWithAFile) {
  EXPECT_EQ(BtfData::open("/nonexistent", nullptr).error().message,
            "cannot open '/nonexistent': No such file or directory");
  const auto program = BtfData::open("/proc/self/exe", nullptr);
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().message, "'/proc/self/exe' has no section .BTF");
}

TEST(BtfData, RejectsDamagedHeaders) {
  BtfBuilder builder;
  builder.add_integer("int", 4);
  const std::string good = builder.bytes();
  EXPECT_EQ(message_of(good), "");
  EXPECT_EQ(message_of(""), "it is too short for BTF");
  EXPECT_EQ(message_of(std::string(64, 'x')), "it is not BTF");

  std::string swapped = good;
  std::swap(swapped[0], swapped[1]);
  EXPECT_EQ(message_of(swapped), "it is BTF of a machine with the other byte order");
  std::string newer = good;
  newer[2] = 2;
  EXPECT_EQ(message_of(newer), "it is BTF of an unknown version");
  // Each field that says where something is, made huge.
  for (size_t field = 4; field < sizeof(btf_header); field += 4) {
    std::string damaged = good;
    damaged.replace(field, 4, "\xff\xff\xff\xff");
    EXPECT_EQ(message_of(damaged), "its header is damaged") << field;
  }
  std::string unfinished = good;
  unfinished.back() = 'x';
  EXPECT_EQ(message_of(unfinished), "its strings are damaged");
}

TEST(BtfData, RejectsTypesThatAreCutOrUnknown) {
  BtfBuilder cut;
  cut.add(BTF_KIND_STRUCT, "s", 1000, 8);
  EXPECT_EQ(message_of(cut.bytes()), "its last type is cut");
  BtfBuilder unknown;
  unknown.add(31, "x", 0, 0);
  EXPECT_EQ(message_of(unknown.bytes()),
            "it has a kind of type that this compiler does not know, number 31");
}

TEST(BtfData, KnowsNothingOutsideOfItself) {
  BtfBuilder builder;
  builder.add_integer("int", 4);
  const auto data = BtfData::parse(builder.bytes(), nullptr);
  ASSERT_TRUE(data);
  EXPECT_EQ((*data)->type(0), nullptr);
  EXPECT_EQ((*data)->type(2), nullptr);
  EXPECT_EQ((*data)->type(UINT32_MAX), nullptr);
  EXPECT_EQ((*data)->string(UINT32_MAX), "");
  EXPECT_TRUE((*data)->is_string(1, "int"));
  EXPECT_FALSE((*data)->is_string(1, "in"));
  EXPECT_FALSE((*data)->is_string(1, std::string("int\0more", 8)));
  EXPECT_FALSE((*data)->is_string(UINT32_MAX, "int"));
}

}  // namespace
}  // namespace bpftracec::world
