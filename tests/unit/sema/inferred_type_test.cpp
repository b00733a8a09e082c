#include "bpftracec/sema/inferred_type.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace bpftracec::sema {
namespace {

Operand literal(uint64_t value) {
  Operand operand(integer_constant({}, value, literal_type(value)));
  operand.is_literal = true;
  operand.adapts = true;
  return operand;
}

Operand value(Type type) { return Operand(make_expr(std::move(type), {}, VariableRead{0})); }

Operand parameter() {
  Operand operand(make_expr(integer_type(8, true), {}, LateConstantRead{0}));
  operand.parameter = 1;
  return operand;
}

// The type after the values in every order; fails where the order matters.
std::string inferred(const std::vector<Operand (*)()>& values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::string result;
  do {
    InferredType type;
    for (const size_t index : order) type.add(values[index](), {});
    const std::string text = spelling(type.type());
    if (!result.empty()) {
      EXPECT_EQ(text, result) << "depends on the order";
    }
    result = text;
  } while (std::next_permutation(order.begin(), order.end()));
  return result;
}

TEST(InferredType, DoesNotDependOnTheOrderOfValues) {
  const auto one = [] { return literal(1); };
  const auto large = [] { return literal(5'000'000'000); };
  const auto u8 = [] { return value(integer_type(1, false)); };
  const auto u32 = [] { return value(integer_type(4, false)); };
  const auto u64 = [] { return value(integer_type(8, false)); };
  const auto i8 = [] { return value(integer_type(1, true)); };
  const auto i16 = [] { return value(integer_type(2, true)); };
  const auto truth = [] { return value(bool_type()); };
  const auto null = [] { return literal(0); };
  const auto pointer = [] { return value(pointer_type("x", AddressSpace::Kernel, nullptr)); };
  EXPECT_EQ(inferred({one, u8, u64}), "uint64");
  EXPECT_EQ(inferred({i8, u8, i16}), "int16");
  EXPECT_EQ(inferred({i8, u8, one, u32}), "int64");
  EXPECT_EQ(inferred({u32, large}), "uint64");
  EXPECT_EQ(inferred({i8, large}), "int64");
  EXPECT_EQ(inferred({truth, truth}), "bool");
  EXPECT_EQ(inferred({truth, one}), "int8");
  EXPECT_EQ(inferred({truth, u64}), "uint64");
  EXPECT_EQ(inferred({parameter, one}), "int64");
  EXPECT_EQ(inferred({parameter, u64}), "uint64");
  EXPECT_EQ(inferred({parameter, i8, u8}), "int64");
  EXPECT_EQ(inferred({null, pointer}), "x *");
}

TEST(InferredType, TakesTheLongestText) {
  const auto brief = [] { return value(string_type(4)); };
  const auto lengthy = [] { return value(string_type(300)); };
  EXPECT_EQ(inferred({brief, lengthy}), "string[300]");
  EXPECT_EQ(inferred({brief, parameter}), "string[256]");
  EXPECT_EQ(inferred({parameter, lengthy, brief}), "string[300]");
}

TEST(InferredType, MergesPointersToOneOfNoKnownKind) {
  InferredType type;
  type.add(value(pointer_type("x", AddressSpace::Kernel, nullptr)), {});
  type.add(value(pointer_type("y", AddressSpace::User, nullptr)), {});
  EXPECT_EQ(spelling(type.type()), "void *");
  EXPECT_EQ(type.type().space, AddressSpace::Unknown);
}

TEST(InferredType, KeepsTheFirstKindOnAClash) {
  InferredType type;
  type.add(value(string_type(4)), {1, 2});
  EXPECT_FALSE(type.add(literal(1), {3, 4}));
  EXPECT_FALSE(type.add_increment(true, {3, 4}));
  EXPECT_FALSE(type.add_aggregation({.kind = TypeKind::Count, .size = 8}, {3, 4}));
  EXPECT_EQ(spelling(type.type()), "string[4]");
  EXPECT_EQ(type.origin(), (SourceRange{1, 2}));
}

TEST(InferredType, SaysWhetherItChanged) {
  InferredType type;
  EXPECT_TRUE(type.add(literal(1), {}));
  EXPECT_FALSE(type.add(literal(2), {}));
  EXPECT_TRUE(type.add(literal(1000), {}));
  EXPECT_TRUE(type.adapts());
  EXPECT_TRUE(type.add(value(integer_type(2, true)), {})) << "it adapts no more";
  EXPECT_FALSE(type.adapts());
}

TEST(InferredType, StaysWhatItIsDeclared) {
  InferredType type;
  type.fix(integer_type(2, false), {1, 2});
  EXPECT_FALSE(type.add(literal(1'000'000), {}));
  EXPECT_EQ(spelling(type.type()), "uint16");
  EXPECT_FALSE(type.adapts());
}

TEST(InferredType, TellsWhereSignsClash) {
  InferredType type;
  type.add(value(integer_type(8, false)), {1, 2});
  type.add(literal(5), {3, 4});
  EXPECT_FALSE(type.sign_clash());
  type.add(value(integer_type(4, true)), {5, 6});
  ASSERT_TRUE(type.sign_clash());
  EXPECT_EQ(type.sign_clash()->unsigned_value, (SourceRange{1, 2}));
  EXPECT_EQ(type.sign_clash()->signed_value, (SourceRange{5, 6}));
}

TEST(InferredType, OfAggregationsIsSignedOnceOneIs) {
  InferredType type;
  EXPECT_TRUE(type.add_aggregation({.kind = TypeKind::Sum, .is_signed = false, .size = 8}, {}));
  EXPECT_TRUE(type.add_aggregation({.kind = TypeKind::Sum, .is_signed = true, .size = 8}, {}));
  EXPECT_FALSE(type.add_aggregation({.kind = TypeKind::Sum, .is_signed = false, .size = 8}, {}));
  EXPECT_EQ(spelling(type.type()), "sum_t");
}

TEST(CommonType, IsAnErrorWhereThereIsNone) {
  const Operand text = value(string_type(4));
  const Operand number = literal(1);
  EXPECT_EQ(common_type(text, number).kind, TypeKind::Error);
  EXPECT_EQ(common_type(number, text).kind, TypeKind::Error);
  EXPECT_EQ(spelling(common_type(text, parameter())), "string[256]");
  EXPECT_EQ(spelling(common_type(parameter(), text)), "string[256]");
  EXPECT_EQ(spelling(common_type(parameter(), parameter())), "int64");
}

TEST(MeetAsSigned, IsDecidedByWhatDoesNotAdapt) {
  const auto u = [] { return value(integer_type(4, false)); };
  const auto s = [] { return value(integer_type(1, true)); };
  EXPECT_FALSE(meet_as_signed(u(), u()));
  EXPECT_TRUE(meet_as_signed(u(), s()));
  EXPECT_FALSE(meet_as_signed(u(), literal(1)));
  EXPECT_TRUE(meet_as_signed(s(), literal(1)));
  EXPECT_TRUE(meet_as_signed(literal(1), literal(2)));
  EXPECT_FALSE(meet_as_signed(literal(1), literal(~uint64_t{0})));
  EXPECT_FALSE(meet_as_signed(u(), value(bool_type())));
  EXPECT_TRUE(meet_as_signed(u(), parameter())) << "a parameter may be negative";
}

}  // namespace
}  // namespace bpftracec::sema
