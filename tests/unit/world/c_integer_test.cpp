#include "bpftracec/world/c_integer.h"

#include <gtest/gtest.h>

namespace bpftracec::world {
namespace {

TEST(CInteger, KnowsBasicTypesAndUsualNames) {
  EXPECT_EQ(c_integer("unsigned long"), (CInteger{8, false}));
  EXPECT_EQ(c_integer("char"), (CInteger{1, true}));
  EXPECT_EQ(c_integer("pid_t"), (CInteger{4, true}));
  EXPECT_EQ(c_integer("umode_t"), (CInteger{2, false}));
  EXPECT_EQ(c_integer("dev_t"), (CInteger{4, false}));
  EXPECT_EQ(c_integer("loff_t"), (CInteger{8, true}));
  EXPECT_EQ(c_integer("__be32"), (CInteger{4, false}));
  EXPECT_EQ(c_integer("vm_flags_t"), (CInteger{8, false}));
}

TEST(CInteger, SaysNothingOfOthers) {
  EXPECT_EQ(c_integer(""), std::nullopt);
  EXPECT_EQ(c_integer("xfs_ino_t"), std::nullopt);
  EXPECT_EQ(c_integer("unsigned  long"), std::nullopt);
  EXPECT_EQ(c_integer("struct page"), std::nullopt);
}

}  // namespace
}  // namespace bpftracec::world
