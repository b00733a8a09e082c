// Loops over ranges, in both forms: as callbacks of bpf_loop() and as plain loops.
#include <climits>
#include <functional>
#include <unistd.h>

#include <gtest/gtest.h>

#include "bpftracec/rt/event_abi.h"
#include "tests/unit/bpf/loaded_object.h"
#include "tests/unit/bpf/program_builder.h"

namespace bpftracec::bpf::testing {
namespace {

Type type() { return int_type(); }
ExprPtr var(sema::VariableId id) { return variable(id, type()); }
ExprPtr argument_number(uint32_t index) { return convert(argument(index), type()); }

sema::Statement add(sema::VariableId id, ExprPtr amount) {
  return assign(id, binary(BinaryOp::Add, var(id), std::move(amount)));
}

sema::Statement when(ExprPtr condition, sema::Block then_block) {
  sema::If statement;
  statement.condition = std::move(condition);
  statement.then_block = std::move(then_block);
  return make_statement(std::move(statement));
}

sema::Statement for_range(sema::VariableId id, ExprPtr begin, ExprPtr end, sema::Block body,
                          std::optional<sema::SiteId> site = {}) {
  return make_statement(
      sema::ForRange{id, std::move(begin), std::move(end), std::move(body), site});
}

sema::Statement give(ExprPtr value) { return make_statement(sema::Return{std::move(value)}); }

constexpr const char* kPlain = "probe_0_plain";

class Loop : public ::testing::Test {
 protected:
  void SetUp() override { REQUIRE_ROOT(); }

  // What both forms of the program give.
  void load(sema::Block body, const std::vector<std::string>& variables) {
    auto& probe = b.probe(std::move(body));
    for (const std::string& name : variables) probe.variables.push_back({name, type()});
    object.emplace(b.program);
    ASSERT_TRUE(object->load());
  }

  uint32_t run(const std::vector<uint64_t>& context) {
    uint32_t result = object->run(context);
    EXPECT_EQ(object->run(context, std::string("probe_0") + rt::kPlainProgramSuffix), result);
    return result;
  }

  ProgramBuilder b;
  std::optional<LoadedObject> object;
};

TEST_F(Loop, RunsFromBeginToBeforeEnd) {
  // for ($i : arg0..arg1) { $sum += $i; } return $sum;
  load(block(for_range(0, argument_number(0), argument_number(1), block(add(1, var(0))),
                       b.site(sema::Site::Kind::LoopLimit)),
             give(var(1))),
       {"i", "sum"});
  EXPECT_EQ(run({0, 5}), 10U);
  EXPECT_EQ(run({3, 100}), 4947U);
  EXPECT_EQ(run({5, 5}), 0U);
  EXPECT_EQ(run({5, 4}), 0U);
  EXPECT_EQ(run({static_cast<uint64_t>(-3), 1}), static_cast<uint32_t>(-6));
  EXPECT_EQ(run({static_cast<uint64_t>(INT64_MAX), static_cast<uint64_t>(INT64_MIN)}), 0U);
  EXPECT_EQ(object->counter("site_counts"), 0U);
}

// What a turn leaves in a variable is not what the verifier may take for its value afterwards: it
// did so before Linux 6.7, and removed the other branch.
TEST_F(Loop, BranchesOnWhatTurnsHaveCounted) {
  load(block(assign(1, number(0)), for_range(0, number(0), number(100), block(add(1, number(1)))),
             when(compare(BinaryOp::Equal, var(1), number(1)), block(give(number(1)))),
             when(compare(BinaryOp::Equal, var(1), number(100)), block(give(number(2))))),
       {"i", "count"});
  EXPECT_EQ(run({}), 2U);
}

TEST_F(Loop, ChangesOfTheVariableDoNotChangeTheCount) {
  load(block(
           for_range(0, number(0), number(20),
                     block(add(0, number(100)), add(1, var(0)), add(2, number(1)))),
           give(binary(BinaryOp::Add, binary(BinaryOp::Multiply, var(2), number(100000)), var(1)))),
       {"i", "sum", "count"});
  EXPECT_EQ(run({}), 2002190U);
}

TEST_F(Loop, BreaksAndContinues) {
  // for ($i : 0..1000) { if ($i % 2 == 1) { continue; } if ($i > arg0) { break; } $n += 1; }
  load(block(
           for_range(0, number(0), number(1000),
                     block(when(compare(BinaryOp::Equal,
                                        binary(BinaryOp::BitwiseAnd, var(0), number(1)), number(1)),
                                block(make_statement(sema::Continue{}))),
                           when(compare(BinaryOp::Greater, var(0), argument_number(0)),
                                block(make_statement(sema::Break{}))),
                           add(1, number(1)))),
           give(var(1))),
       {"i", "n"});
  EXPECT_EQ(run({10}), 6U);
  EXPECT_EQ(run({5000}), 500U);
}

TEST_F(Loop, NestsAndReturnsFromWithin) {
  // for ($i : 0..30) { for ($j : 0..$i) { $n += 1; if ($n == arg0) { return $i * 1000 + $j; }
  //   if ($j == 25) { break; } } $outer += $i; } return $n * 1000 + $outer;
  sema::Block inner = block(
      add(2, number(1)),
      when(compare(BinaryOp::Equal, var(2), argument_number(0)),
           block(give(
               binary(BinaryOp::Add, binary(BinaryOp::Multiply, var(0), number(1000)), var(1))))),
      when(compare(BinaryOp::Equal, var(1), number(25)), block(make_statement(sema::Break{}))));
  load(block(for_range(0, number(0), number(30),
                       block(for_range(1, number(0), var(0), std::move(inner),
                                       b.site(sema::Site::Kind::LoopLimit)),
                             add(3, var(0)))),
             give(binary(BinaryOp::Add, binary(BinaryOp::Multiply, var(2), number(1000)), var(3)))),
       {"i", "j", "n", "outer"});
  EXPECT_EQ(object->run({11}), 5000U);
  EXPECT_EQ(object->run({1}), 1000U);
  EXPECT_EQ(object->run({100000}), (435U - 6) * 1000 + 435);
}

TEST_F(Loop, UsesMapsTextsAndRecords) {
  // $t = "none"; for ($i : 0..50) { $t = comm; @seen[$t, $i % 2] = count();
  //   if ($i == 49) { printf("%s %d", $t, $i); } }
  auto seen = b.map("seen", {text_type(16), type()}, aggregation_type(TypeKind::Count));
  auto record = b.record(sema::RecordKind::Printf, {text_type(16), text_type(300), type()});
  auto name = [] { return variable(1, text_type(16)); };
  sema::Block body = block(
      assign(1, comm()),
      aggregate(seen, list(name(), binary(BinaryOp::BitwiseAnd, var(0), number(1))), nullptr,
                b.site()),
      when(compare(BinaryOp::Equal, var(0), number(49)),
           block(emit(record, list(name(), convert(name(), text_type(300)), var(0))))));
  b.probe(block(assign(1, text("none")), for_range(0, number(0), number(50), std::move(body)),
                when(same_text(name(), comm()), block(give(number(7))))))
      .variables = {{"i", type()}, {"t", text_type(16)}};
  object.emplace(b.program);
  ASSERT_TRUE(object->load());
  EXPECT_EQ(run({}), 7U);
  std::vector<std::string> keys = object->keys("map_seen");
  ASSERT_EQ(keys.size(), 2U);
  for (const std::string& key : keys) {
    uint64_t sum = 0;
    for (uint64_t count : object->merged("map_seen", key)) sum += count;
    EXPECT_EQ(sum, 50U);
  }
  EXPECT_EQ(object->records().size(), 2U);
}

TEST_F(Loop, CountsTurnsThatTheKernelDoesNotDo) {
  auto site = b.site(sema::Site::Kind::LoopLimit);
  load(block(for_range(0, number(0), argument_number(0), block(add(1, number(1))), site),
             give(var(1))),
       {"i", "n"});
  EXPECT_EQ(object->run({sema::kMaxTurns}), sema::kMaxTurns);
  EXPECT_EQ(object->counter("site_counts"), 0U);
  EXPECT_EQ(object->run({sema::kMaxTurns + 1}), sema::kMaxTurns);
  EXPECT_EQ(object->counter("site_counts"), 1U);
  EXPECT_EQ(object->counter("site_codes"), sema::kMaxTurns);
  EXPECT_EQ(object->run({1025}, kPlain), 1024U);
  EXPECT_EQ(object->counter("site_codes"), 1024U);
}

// A few turns are walked by the verifier on every kernel.
TEST_F(Loop, OfAFewTurnsHasOneForm) {
  load(block(for_range(0, number(2), number(6), block(add(1, var(0)))), give(var(1))),
       {"i", "sum"});
  EXPECT_EQ(object->run(), 14U);
  EXPECT_EQ(bpf_object__find_program_by_name(object->get(), kPlain), nullptr);
}

}  // namespace
}  // namespace bpftracec::bpf::testing
