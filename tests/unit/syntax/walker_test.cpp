#include "bpftracec/syntax/walker.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/syntax/parsed.h"

namespace bpftracec::syntax {
namespace {

struct NameCollector : Walker<NameCollector> {
  void visit(const Identifier& identifier) { names += std::string(identifier.name) + " "; }
  void visit(const CallExpr& call) {
    names += std::string(call.name) + "( ";
    walk_children(call);
    names += ") ";
  }
  void visit(const WhileStatement& /*loop*/) { names += "(a loop) "; }

  std::string names;
};

TEST(Walker, ReachesEveryExpressionInOrder) {
  Parsed parsed(
      "BEGIN / a / { f(b, @m[c, d]); if (e) { $x = g; } else { h(); } let $y = -i ? j : k;"
      " unroll (l) { @m[n]++; } return (o, (int8)p, sizeof(q), r.s[t]); }");
  ASSERT_FALSE(parsed.sink.has_errors());
  NameCollector collector;
  collector.walk(*parsed.script);
  EXPECT_EQ(collector.names, "a f( b c d ) e g h( ) i j k l n o p q r t ");
}

TEST(Walker, StopsWhereAVisitDoesNotGoOn) {
  Parsed parsed("BEGIN { a; while (b) { c; } d; }");
  NameCollector collector;
  collector.walk(*parsed.script);
  EXPECT_EQ(collector.names, "a (a loop) d ");
}

}  // namespace
}  // namespace bpftracec::syntax
