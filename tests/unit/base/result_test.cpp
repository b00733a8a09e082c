#include "bpftracec/base/result.h"

#include <memory>

#include <gtest/gtest.h>

namespace bpftracec::base {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error{"odd"};
  return number / 2;
}

TEST(Result, HoldsAValueOrAnError) {
  EXPECT_EQ(*half(4), 2);
  EXPECT_EQ(half(3).error().message, "odd");
}

TEST(Result, ContextGoesBeforeTheMessage) {
  EXPECT_EQ(half(3).with_context("halving 3").error().message, "halving 3: odd");
  EXPECT_EQ(*half(4).with_context("halving 4"), 2);
}

TEST(Result, MovesWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  std::unique_ptr<int> value = *std::move(result);
  EXPECT_EQ(*value, 7);
}

TEST(Result, VoidSucceedsOrFails) {
  EXPECT_TRUE(Result<void>());
  Result<void> failed = Error{"no"};
  EXPECT_FALSE(failed);
  EXPECT_EQ(std::move(failed).with_context("trying").error().message, "trying: no");
}

TEST(Result, ErrnoIsToldInWords) {
  EXPECT_EQ(errno_error("open 'x'", ENOENT).message, "cannot open 'x': No such file or directory");
}

TEST(ResultDeathTest, AValueThatIsNotThereIsOurFault) {
  EXPECT_DEATH((void)half(3).value(), "internal error: value\\(\\) of a failed Result");
}

}  // namespace
}  // namespace bpftracec::base
