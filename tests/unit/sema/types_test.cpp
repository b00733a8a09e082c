// The typing rules that scripts rely on.
#include <gtest/gtest.h>

#include "tests/unit/sema/analyzed.h"

namespace bpftracec::sema {
namespace {

TEST(Literals, HaveTheSmallestSignedType) {
  EXPECT_EQ(type_of_x("$x = 1;"), "int8");
  EXPECT_EQ(type_of_x("$x = 127;"), "int8");
  EXPECT_EQ(type_of_x("$x = 128;"), "int16");
  EXPECT_EQ(type_of_x("$x = 40000;"), "int32");
  EXPECT_EQ(type_of_x("$x = 3000000000;"), "int64");
  EXPECT_EQ(type_of_x("$x = 9223372036854775808;"), "uint64");
  EXPECT_EQ(type_of_x("$x = -128;"), "int8");
  EXPECT_EQ(type_of_x("$x = -129;"), "int16");
  EXPECT_EQ(type_of_x("$x = \"abc\";"), "string[4]");
  EXPECT_EQ(type_of_x("$x = true;"), "bool");
}

TEST(Literals, TakeTheSignOfWhatTheyMeet) {
  EXPECT_EQ(type_of_x("$x = 1; $x = pid;"), "uint32");
  EXPECT_EQ(type_of_x("$x = pid; $x = 1;"), "uint32");
  EXPECT_EQ(type_of_x("$x = pid; $x = 5000000000;"), "uint64");
  EXPECT_EQ(type_of_x("$x = 0; $x = (int16)pid;"), "int16");
  EXPECT_EQ(type_of_x("$x = 1; $x = -1;"), "int8");
}

TEST(Promotion, TakesTheLargerOfOneSign) {
  EXPECT_EQ(type_of_x("$x = (uint8)1; $x = (uint32)1;"), "uint32");
  EXPECT_EQ(type_of_x("$x = (int64)1; $x = (int8)1;"), "int64");
}

TEST(Promotion, OfMixedSignsIsSigned) {
  EXPECT_EQ(type_of_x("$x = (uint8)1; $x = (int32)1;"), "int32");
  EXPECT_EQ(type_of_x("$x = (uint32)1; $x = (int8)1;"), "int64");
  EXPECT_EQ(type_of_x("$x = (uint16)1; $x = (int16)1;"), "int32");
  EXPECT_EQ(type_of_x("$x = nsecs; $x = (int8)1;"), "int64");
}

TEST(Promotion, OfTextsTakesTheLongest) {
  EXPECT_EQ(type_of_x("$x = \"a\"; $x = comm; $x = \"abc\";"), "string[16]");
}

TEST(Arithmetic, HasSixtyFourBits) {
  EXPECT_EQ(type_of_x("$x = pid + tid;"), "uint64");
  EXPECT_EQ(type_of_x("$x = pid + 1;"), "uint64");
  EXPECT_EQ(type_of_x("$x = pid + (int8)1;"), "int64");
  EXPECT_EQ(type_of_x("$x = pid - tid;"), "int64");
  EXPECT_EQ(type_of_x("$x = (pid - tid) / 1000;"), "int64");
  EXPECT_EQ(type_of_x("$x = nsecs / 1000;"), "uint64");
  EXPECT_EQ(type_of_x("$x = pid << 3;"), "uint64");
  EXPECT_EQ(type_of_x("$x = (int8)1 >> pid;"), "int64");
  EXPECT_EQ(type_of_x("$x = -pid;"), "uint64");
  EXPECT_EQ(type_of_x("$x = -(int8)pid;"), "int64");
  EXPECT_EQ(type_of_x("$x = ~pid;"), "uint64");
  EXPECT_EQ(type_of_x("$y = pid; $x = $y++;"), "int64");
  EXPECT_EQ(type_of_x("$x = (pid == 1) + 1;"), "int64");
}

TEST(Arithmetic, KeepsLiteralsFoldedFromOthersSmall) {
  EXPECT_EQ(type_of_x("$x = 1 + 2;"), "int8");
  EXPECT_EQ(type_of_x("$x = 100 * 100;"), "int16");
  EXPECT_EQ(type_of_x("$x = 1 - 2;"), "int8");
  EXPECT_EQ(type_of_x("$x = 1 == 1;"), "bool");
}

TEST(Comparisons, GiveABool) {
  EXPECT_EQ(type_of_x("$x = pid > 1;"), "bool");
  EXPECT_EQ(type_of_x("$x = comm == \"a\";"), "bool");
  EXPECT_EQ(type_of_x("$x = pid && tid;"), "bool");
  EXPECT_EQ(type_of_x("$x = !pid;"), "bool");
}

TEST(Variables, MayFeedThemselves) {
  EXPECT_EQ(type_of_x("$x = 0; $x = $x + 1;"), "int64");
  EXPECT_EQ(type_of_x("$x = pid; $x = $x + 1;"), "uint64");
  EXPECT_EQ(type_of_x("$x = 0; $x++;"), "int64");
  EXPECT_EQ(type_of_x("$x = nsecs; $x++;"), "uint64");
  EXPECT_EQ(type_of_x("$x = nsecs; $x--;"), "int64");
  EXPECT_EQ(type_of_x("$x = 0; $x += nsecs;"), "uint64");
}

TEST(Conditionals, PromoteTheirBranches) {
  EXPECT_EQ(type_of_x("$x = pid ? 1 : 300;"), "int16");
  EXPECT_EQ(type_of_x("$x = pid ? 1 : nsecs;"), "uint64");
  EXPECT_EQ(type_of_x("$x = pid ? \"a\" : comm;"), "string[16]");
  EXPECT_EQ(type_of_x("$x = pid ?: 7;"), "uint32");
  EXPECT_EQ(type_of_x("$x = pid ? curtask : 0;"), "struct task_struct *");
}

TEST(Casts, GiveTheirType) {
  EXPECT_EQ(type_of_x("$x = (int16)nsecs;"), "int16");
  EXPECT_EQ(type_of_x("$x = (bool)nsecs;"), "bool");
  EXPECT_EQ(type_of_x("$x = (uint8 *)nsecs;"), "uint8 *");
  EXPECT_EQ(type_of_x("$x = *(uint16 *)nsecs;"), "uint16");
  EXPECT_EQ(type_of_x("$x = (struct file *)nsecs;"), "struct file *");
}

TEST(Maps, HaveTheTypeOfAllThatIsAssignedAnywhere) {
  const Analyzed script("BEGIN { $x = @a; } END { @a = @b; @b = @c; @c = nsecs; }");
  EXPECT_EQ(script.variable("x"), "uint64");
  EXPECT_EQ(script.map("@a"), "uint64");
}

TEST(Maps, StartAsZeroWhereTheyFeedOnlyThemselves) {
  const Analyzed script("BEGIN { @sum += pid; @a = @b; @b = @a; @c++; @d -= 1; }");
  EXPECT_EQ(script.map("@sum"), "uint64");
  EXPECT_EQ(script.map("@c"), "int64");
  EXPECT_EQ(script.map("@d"), "int64");
}

TEST(Maps, InACycleTakeWhatComesFromOutside) {
  const Analyzed script("BEGIN { @a = @b; @b = @c; @c = @a; @b = comm; }");
  EXPECT_EQ(script.map("@a"), "string[16]");
  EXPECT_EQ(script.map("@c"), "string[16]");
}

TEST(Maps, AreReadWithKeysWhoseTypesAreFoundLater) {
  const Analyzed script(
      "BEGIN { @x = @m[@k, $v]; @keys[@n[1]] = @c--; @c = @m[@x, \"a\"]; } "
      "END { @m[1, comm] = nsecs; @k = pid; @n[1] = pid; }");
  EXPECT_FALSE(script.has_program()) << "$v is not defined";
  const Analyzed fixed(
      "BEGIN { @x = @m[@k, @v]; @keys[@n[1]] = @c--; @c = @m[@x, \"a\"]; } "
      "END { @m[1, comm] = nsecs; @k = pid; @n[1] = pid; @v = comm; }");
  EXPECT_EQ(fixed.map("@x"), "uint64");
  EXPECT_EQ(fixed.map("@keys"), "int64");
  EXPECT_EQ(fixed.key("@m", 1), "string[16]");
}

TEST(Maps, InACycleThroughAConditionHaveTheTypeOfTheBranches) {
  const Analyzed script(
      "BEGIN { @s = @s == \"a\" ? \"b\" : \"a\"; @t = @u ? comm : \"x\"; @u = @t == \"x\"; "
      "@v = !@v; @w = @w ? @w : 5; @y = (uint8)@y; @z = @z ?: comm == \"a\"; }");
  EXPECT_EQ(script.map("@s"), "string[2]");
  EXPECT_EQ(script.map("@t"), "string[16]");
  EXPECT_EQ(script.map("@u"), "bool");
  EXPECT_EQ(script.map("@v"), "bool");
  EXPECT_EQ(script.map("@w"), "int8");
  EXPECT_EQ(script.map("@y"), "uint8");
  EXPECT_EQ(script.map("@z"), "bool");
}

TEST(Maps, HaveKeysThatFitEveryUse) {
  const Analyzed script(
      "BEGIN { @m[1, \"ab\"] = 1; $x = @m[pid, comm]; delete(@m, (-1, \"x\")); }");
  EXPECT_EQ(script.key("@m", 0), "int64");
  EXPECT_EQ(script.key("@m", 1), "string[16]");
}

TEST(Maps, OfAggregationsAreSignedByTheirArgument) {
  const Analyzed script(
      "BEGIN { @c = count(); @u = sum(pid); @s = sum(-1); @m = max((int32)pid); @h = hist(1); "
      "@both = sum(1); @both = sum(nsecs); }");
  EXPECT_EQ(script.map("@c"), "count_t");
  EXPECT_EQ(script.map("@u"), "usum_t");
  EXPECT_EQ(script.map("@s"), "sum_t");
  EXPECT_EQ(script.map("@m"), "max_t");
  EXPECT_EQ(script.map("@h"), "hist_t");
}

TEST(Aggregations, AreIntegersInExpressions) {
  EXPECT_EQ(type_of_x("@c = count(); $x = @c + 1;"), "int64");
  EXPECT_EQ(type_of_x("@c = max(pid); $x = (uint8)@c;"), "uint8");
  EXPECT_EQ(type_of_x("@c = max(pid); $x = @c * 2;"), "uint64");
  EXPECT_EQ(type_of_x("@c = avg(-1); $x = @c > 2;"), "bool");
}

TEST(Fields, HaveTheirCType) {
  const auto field = [](const std::string& probe, const std::string& name) {
    return Analyzed("tracepoint:" + probe + " { $x = args." + name + "; }").variable("x");
  };
  EXPECT_EQ(field("demo:values", "small"), "int8");
  EXPECT_EQ(field("demo:values", "medium"), "uint16");
  EXPECT_EQ(field("demo:values", "list[1]"), "uint64");
  EXPECT_EQ(field("demo:open", "path"), "string[1024]");
  EXPECT_EQ(field("demo:open", "task"), "string[16]");
  EXPECT_EQ(field("demo:open", "user_path"), "char *");
  EXPECT_EQ(field("syscalls:sys_enter_openat", "flags"), "int32");
  EXPECT_EQ(field("syscalls:sys_enter_openat", "mode"), "uint16");
  EXPECT_EQ(field("syscalls:sys_enter_execve", "argv"), "char **");
  EXPECT_EQ(field("syscalls:sys_enter_execve", "argv[0]"), "char *");
  EXPECT_EQ(field("demo:odd", "tint"), "uint32");
}

TEST(Parameters, AreNumbersUnlessATextIsWanted) {
  EXPECT_EQ(type_of_x("$x = $1;"), "int64");
  EXPECT_EQ(type_of_x("$x = $1; $x = \"abc\";"), "string[256]");
  EXPECT_EQ(type_of_x("$x = str($1);"), "string[256]");
  EXPECT_EQ(type_of_x("$x = str($1, 10);"), "string[11]");
  EXPECT_EQ(type_of_x("$x = pid ? comm : $1;"), "string[256]");
  EXPECT_EQ(type_of_x("$x = nsecs; $x = $1;"), "uint64");
}

TEST(Strings, HaveRoomForWhatIsRead) {
  EXPECT_EQ(type_of_x("$x = str(pid);"), "string[1024]");
  EXPECT_EQ(type_of_x("$x = str(pid, 10);"), "string[10]");
  EXPECT_EQ(type_of_x("$x = str(pid, tid);"), "string[1024]");
  EXPECT_EQ(type_of_x("$x = comm[3];"), "int8");
}

}  // namespace
}  // namespace bpftracec::sema
