// What analyze() decides about programs, and what it reports where.
#include "bpftracec/sema/analyze.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/sema/analyzed.h"

namespace bpftracec::sema {
namespace {

using diagnostics::DiagnosticKind;
using Kinds = std::vector<DiagnosticKind>;

const ProbeProgram& only_program(const Analyzed& script) {
  static const ProbeProgram kNone{};
  const auto& programs = script.program().programs;
  if (programs.size() == 1) return programs[0];
  ADD_FAILURE() << programs.size() << " programs";
  return kNone;
}

std::vector<std::string> late_symbols(const Analyzed& script) {
  std::vector<std::string> symbols;
  for (const LateConstant& constant : script.program().late_constants)
    symbols.push_back(constant.symbol);
  std::sort(symbols.begin(), symbols.end());
  return symbols;
}

// ---- how programs hook in -----------------------------------------------------------------------

TEST(Programs, OfTracepointsAreRawWhereNoFieldIsRead) {
  const Analyzed script("tracepoint:demo:values { @ = count(); }");
  EXPECT_EQ(only_program(script).kind, ProgramKind::RawTracepoint);
  EXPECT_EQ(only_program(script).default_return, 0);
  EXPECT_TRUE(only_program(script).filters_by_target_pid);
}

TEST(Programs, OfTracepointsReadFieldsFromTheRecord) {
  const Analyzed script("tracepoint:demo:values /args.small/ { @ = count(); }");
  EXPECT_EQ(only_program(script).kind, ProgramKind::Tracepoint);
  EXPECT_EQ(only_program(script).default_return, 1);
  EXPECT_EQ(only_program(script).tracepoint_record, TracepointRecordId{0});
}

TEST(Programs, OfSystemCallsHaveNoRawTracepoint) {
  const Analyzed script("tracepoint:syscalls:sys_enter_openat { @ = count(); }");
  EXPECT_EQ(only_program(script).kind, ProgramKind::Tracepoint);
  EXPECT_EQ(only_program(script).default_return, 1);
  EXPECT_EQ(only_program(script).tracepoint_record, std::nullopt);
}

TEST(Programs, OfTracepointsThatAParameterNamesKnowTheirCategory) {
  EXPECT_EQ(only_program(Analyzed("tracepoint:demo:$1 { }")).kind, ProgramKind::RawTracepoint);
  EXPECT_EQ(only_program(Analyzed("tracepoint:$1:x { }")).kind, ProgramKind::Tracepoint);
  EXPECT_TRUE(only_program(Analyzed("tracepoint:demo:$1 { }")).attach_point.has_parameters);
}

TEST(Programs, OfOtherKindsAreNotFilteredByUs) {
  for (const char* probe : {"BEGIN", "END", "interval:s:1", "profile:hz:99", "software:faults:",
                            "hardware:cycles:", "watchpoint:0x10:8:w", "self:signal:SIGUSR1",
                            "uprobe:/usr/bin/app:work", "uretprobe:/usr/bin/app:work"}) {
    const Analyzed script(std::string(probe) + " { }");
    EXPECT_FALSE(only_program(script).filters_by_target_pid) << probe;
    EXPECT_EQ(only_program(script).default_return, 0) << probe;
    EXPECT_TRUE(late_symbols(script).empty()) << probe;
  }
}

TEST(Programs, AreInSourceOrderWithNamesOfTheirOwn) {
  const Analyzed script("END { } interval:s:1, interval:s:2 { } BEGIN { }");
  const auto& programs = script.program().programs;
  ASSERT_EQ(programs.size(), 4U);
  EXPECT_EQ(programs[0].symbol, "end_1");
  EXPECT_EQ(programs[1].symbol, "interval_2");
  EXPECT_EQ(programs[2].symbol, "interval_3");
  EXPECT_EQ(programs[3].symbol, "begin_4");
}

TEST(AttachPoints, GiveThePartsThatTheToolNeeds) {
  const auto point = [](const std::string& text) {
    return only_program(Analyzed(text + " { }")).attach_point;
  };
  EXPECT_EQ(point("i:ms:0x20").target, "ms");
  EXPECT_EQ(point("i:ms:0x20").count, 32U);
  EXPECT_EQ(point("profile:10ms").target, "us");
  EXPECT_EQ(point("profile:10ms").count, 10'000U);
  EXPECT_EQ(point("interval:2999").count, 2U);
  EXPECT_EQ(point("interval:s:$1").count_text, "$1");
  EXPECT_EQ(point("software:faults").target, "page-faults");
  EXPECT_EQ(point("software:faults").count, 0U);
  EXPECT_EQ(point("rawtracepoint:x").target, "vmlinux");
  EXPECT_EQ(point("rawtracepoint:x").name, "rawtracepoint:vmlinux:x");
  EXPECT_EQ(point("u:libc:malloc").name, "uprobe:libc:malloc");
}

TEST(AttachPoints, WrittenTwiceAreOne) {
  EXPECT_EQ(Analyzed("interval:1s, interval:us:1000000 { }").program().programs.size(), 1U);
  EXPECT_EQ(Analyzed("interval:1s { } interval:1s { }").program().programs.size(), 2U);
}

// ---- what waits for the start of the tool ---------------------------------------------------------

TEST(LateConstants, AreThoseThatTheScriptNeeds) {
  EXPECT_EQ(late_symbols(Analyzed("BEGIN { print(comm); }")), std::vector<std::string>{});
  EXPECT_EQ(late_symbols(Analyzed("BEGIN { print(nsecs); }")),
            std::vector<std::string>{"has_boot_clock"});
  EXPECT_EQ(late_symbols(Analyzed("BEGIN { print(elapsed); }")),
            (std::vector<std::string>{"has_boot_clock", "start_ns"}));
  EXPECT_EQ(late_symbols(Analyzed("BEGIN { print(pid); }")),
            (std::vector<std::string>{"pid_namespace_device", "pid_namespace_inode"}));
  EXPECT_EQ(late_symbols(Analyzed("BEGIN { print(cpid); print($#); }")),
            (std::vector<std::string>{"child_pid", "param_count"}));
  EXPECT_EQ(late_symbols(Analyzed("BEGIN { @c = count(); print(@c + 1); }")),
            std::vector<std::string>{"possible_cpus"});
  EXPECT_EQ(
      late_symbols(Analyzed("tracepoint:demo:values { }")),
      (std::vector<std::string>{"pid_namespace_device", "pid_namespace_inode", "target_pid"}));
}

TEST(LateConstants, OfParametersFollowTheirUse) {
  EXPECT_EQ(late_symbols(Analyzed("BEGIN { $x = $1 + $1; }")), std::vector<std::string>{"param_1"});
  EXPECT_EQ(late_symbols(Analyzed("BEGIN { print(str($2)); }")),
            std::vector<std::string>{"param_text_2"});
  EXPECT_EQ(late_symbols(Analyzed("BEGIN { print(str($2, 7)); }")),
            std::vector<std::string>{"param_text_2_8"});
  EXPECT_EQ(late_symbols(Analyzed("BEGIN { printf(\"%d %s\", $1, $1); }")),
            (std::vector<std::string>{"param_1", "param_value_1"}));
  EXPECT_EQ(late_symbols(Analyzed("BEGIN { $a = comm == $3; @x = lhist(1, 0, $4, 1); }")),
            (std::vector<std::string>{"param_4", "param_text_3"}));
}

TEST(LateConstants, OfProbesAreWhatTheScriptDoesNotTell) {
  EXPECT_EQ(late_symbols(Analyzed("interval:s:1 { print(probe); }")), std::vector<std::string>{});
  EXPECT_EQ(late_symbols(Analyzed("uprobe:/usr/bin/app:work { print(probe); print(func); }")),
            std::vector<std::string>{});
  EXPECT_EQ(late_symbols(Analyzed("uprobe:./app:work { print(probe); }")),
            std::vector<std::string>{});
  EXPECT_EQ(late_symbols(Analyzed("BEGIN { } uprobe:app:work { print(probe); print(func); }")),
            std::vector<std::string>{"probe_name_2"});
  EXPECT_EQ(late_symbols(Analyzed("interval:s:$1, interval:s:$2 { print(probe); }")),
            (std::vector<std::string>{"probe_name_1", "probe_name_2"}));
  EXPECT_EQ(late_symbols(Analyzed("uprobe:/usr/bin/app:$1 { print(probe); print(func); }")),
            (std::vector<std::string>{"probe_function_1", "probe_name_1"}));
}

// ---- structs of records ---------------------------------------------------------------------------

TEST(TracepointRecords, HoldTheFieldsThatAnyProgramReads) {
  const Analyzed script(
      "tracepoint:demo:values { print(args.small); } tracepoint:demo:values { print(args.huge); "
      "print(args.small); } tracepoint:demo:open { print(args.flags); }");
  const auto& records = script.program().tracepoint_records;
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].struct_name, "event_demo_values");
  ASSERT_EQ(records[0].fields.size(), 2U);
  EXPECT_EQ(records[0].fields[0].name, "small");
  EXPECT_EQ(records[0].fields[1].name, "huge");
  EXPECT_EQ(script.program().programs[2].tracepoint_record, TracepointRecordId{1});
}

TEST(TracepointRecords, CutRegistersOfSystemCallsToTheTypeOfTheArgument) {
  const Analyzed script("tracepoint:syscalls:sys_enter_openat { print(args.mode); }");
  const TracepointField& field = script.program().tracepoint_records[0].fields[0];
  EXPECT_EQ(field.storage_size, 8U);
  EXPECT_EQ(spelling(field.type), "uint16");
}

TEST(Records, OfOneCallAreSharedByItsPrograms) {
  const Analyzed script("interval:s:1, interval:s:2 { print(comm); print(comm); }");
  EXPECT_EQ(script.program().records.size(), 2U);
}

TEST(Sites, OfOnePlaceAreSharedByItsPrograms) {
  const Analyzed script("interval:s:1, interval:s:2 { @[1] = 5 / pid; $x = 5 / 2; $y = pid / 2; }");
  EXPECT_EQ(script.program().sites.size(), 2U);
}

TEST(Exit, LeavesTheProgramAtOnce) {
  const Analyzed script("BEGIN { pid ? exit(2) : print(1); }");
  const auto& choice = std::get<If>(only_program(script).body.at(0).node);
  ASSERT_EQ(choice.then_block.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<LeaveProgram>(choice.then_block[1].node));
  EXPECT_EQ(choice.else_block.size(), 1U);
}

TEST(CompoundAssignment, ComputesItsKeyOnce) {
  const Analyzed script("BEGIN { @m[rand % 4] += 1; @m[pid] += 1; }");
  const Block& body = only_program(script).body;
  ASSERT_EQ(body.size(), 3U);
  EXPECT_TRUE(std::holds_alternative<AssignVariable>(body[0].node));
  EXPECT_TRUE(std::holds_alternative<AssignMap>(body[1].node));
  EXPECT_TRUE(std::holds_alternative<AssignMap>(body[2].node)) << "a pid may be asked for twice";
}

TEST(Scopes, MayHoldVariablesOfTheSameName) {
  const Analyzed script("BEGIN { if (pid) { $x = 1; } if (pid) { $x = \"a\"; } }");
  ASSERT_EQ(only_program(script).variables.size(), 2U);
  EXPECT_TRUE(script.reported().empty());
}

TEST(Scopes, AreWidenedForOldScripts) {
  const Analyzed script("BEGIN { if (pid) { $x = 1; } else { $x = 300; } print($x); $x = 5; }");
  EXPECT_EQ(script.reported(), Kinds{DiagnosticKind::VariableOutsideBlock});
  EXPECT_EQ(only_program(script).variables.size(), 1U);
  EXPECT_EQ(script.variable("x"), "int16");
}

TEST(Scopes, AreNotWidenedWhereTypesDiffer) {
  const Analyzed script("BEGIN { if (pid) { $x = 1; } else { $x = \"a\"; } print($x); }");
  EXPECT_FALSE(script.has_program());
}

TEST(Script, IsKeptForMessagesOfTheTool) {
  const std::string text = "BEGIN { }";
  EXPECT_EQ(Analyzed(text).program().source, text);
  EXPECT_EQ(Analyzed(text).program().script_name, "test.bt");
}

// ---- reports --------------------------------------------------------------------------------------

TEST(Reports, SayNothingOfWhatFollowsFromAnError) {
  const Analyzed script(
      "BEGIN { $x = nosuch; $y = $x + 1; @m[$y] = $x; if ($y) { print(@m[$x]); } @n = @m[1]; "
      "printf(\"%d %s\", @n, comm); @n += 1; $y++; @s = str($y, $x); }");
  EXPECT_EQ(script.reported(), Kinds{DiagnosticKind::UnknownIdentifier});
  EXPECT_EQ(script.reported_text(0), "nosuch");
}

TEST(Reports, SayNothingOfABodyThatItsProbeWouldExplain) {
  const Analyzed script("nosuch { print(args.x); print(arg0); print(retval); print(probe); }");
  EXPECT_EQ(script.reported(), Kinds{DiagnosticKind::UnknownProbe});
}

TEST(Reports, StillCheckABodyWhoseProbeIsWrong) {
  const Analyzed script("nosuch { @m = 1; print(alsonot); } BEGIN { print(@m); }");
  EXPECT_EQ(script.reported(),
            (Kinds{DiagnosticKind::UnknownProbe, DiagnosticKind::UnknownIdentifier}));
}

TEST(Reports, TellEachPlaceOnceForAllAttachPoints) {
  const Analyzed script("interval:s:1, interval:s:2, interval:s:3 { print(nosuch); }");
  EXPECT_EQ(script.reported(), Kinds{DiagnosticKind::UnknownIdentifier});
}

TEST(Reports, TellOfAFieldThatOneOfTheAttachPointsHasNot) {
  const Analyzed script("tracepoint:demo:values, tracepoint:demo:open { print(args.flags); }");
  EXPECT_EQ(script.reported(), Kinds{DiagnosticKind::UnknownField});
  EXPECT_EQ(script.reported_text(0), "flags");
}

TEST(Reports, AreNoErrorsWhereOnlyTheTargetKnows) {
  const Analyzed script(
      "tracepoint:demo:nosuch { } uprobe:/usr/bin/app:nosuch { } uprobe:/nosuch:x { } "
      "uprobe:nosuch:x { } rawtracepoint:nosuch { }");
  EXPECT_TRUE(script.has_program());
  EXPECT_EQ(script.reported(),
            (Kinds{DiagnosticKind::UnknownTracepoint, DiagnosticKind::ProbeSymbolNotFound,
                   DiagnosticKind::ProbeFileNotFound}));
}

TEST(Reports, DoNotMindUnreadableEventsWithoutNeed) {
  EXPECT_TRUE(Analyzed("tracepoint:unreadable:x { }").reported().empty());
  EXPECT_EQ(Analyzed("tracepoint:unreadable:x { print(args.y); }").reported(),
            Kinds{DiagnosticKind::FieldsUnreadable});
}

TEST(Reports, OfTypesPointAtTheValueOrTheStatement) {
  const auto text = [](const std::string& statements) {
    return std::string(Analyzed("BEGIN { " + statements + " }").reported_text(0));
  };
  EXPECT_EQ(text("$x = 1; $x = \"a\";"), "$x = \"a\"");
  EXPECT_EQ(text("@m[1] = 1; @m[comm] = 2;"), "@m[comm]");
  EXPECT_EQ(text("printf(\"%d\", comm);"), "comm");
  EXPECT_EQ(text("print(comm + 1);"), "comm + 1");
  EXPECT_EQ(text("let $x : int8 = 300;"), "300");
  EXPECT_EQ(text("@c = count(); @d = @c;"), "@c");
  EXPECT_EQ(text("@l = lhist(1, 5, 3, 1);"), "lhist(1, 5, 3, 1)");
}

TEST(Reports, AreMadeOfWhatOnlyDependsOnItself) {
  EXPECT_EQ(Analyzed("BEGIN { @x -= comm; }").reported(), Kinds{DiagnosticKind::TypeMismatch});
  EXPECT_EQ(Analyzed("BEGIN { @x = @y + \"a\"; @y = @x; }").reported(),
            Kinds{DiagnosticKind::TypeMismatch});
}

TEST(Reports, WarnOfMixedSignsOnlyAtFullWidth) {
  EXPECT_EQ(Analyzed("BEGIN { @x = nsecs; @x = -1; }").reported(),
            Kinds{DiagnosticKind::MixedSigns});
  EXPECT_TRUE(Analyzed("BEGIN { @x = pid; @x = -1; }").reported().empty());
  EXPECT_TRUE(Analyzed("BEGIN { @x = nsecs; @x = 0; @x++; }").reported().empty());
  EXPECT_TRUE(Analyzed("BEGIN { @t = (nsecs - @s) / 1000; @s = nsecs; }").reported().empty());
}

TEST(Scripts, WithGapsAreCheckedAsFarAsThatGoes) {
  const Analyzed script("BEGIN { @x = ; print(@x); print($y); print(comm + 1); }");
  EXPECT_EQ(script.reported(),
            (Kinds{DiagnosticKind::ExpectedExpression, DiagnosticKind::TypeMismatch}));
}

TEST(Scripts, WithGapsMayHaveLostWhereANameIsDefined) {
  const Analyzed script(
      "struct broken { missing_t x; }; BEGIN { print(LIMIT); $x = (record_t)1; }");
  EXPECT_EQ(script.reported(), (Kinds{DiagnosticKind::CError}));
  const Analyzed misspelt(
      "struct broken { missing_t x; }; BEGIN { prntf(\"x\"); print(pidd); $x = (itn32)1; }");
  EXPECT_EQ(misspelt.reported(),
            (Kinds{DiagnosticKind::CError, DiagnosticKind::UnknownFunction,
                   DiagnosticKind::UnknownIdentifier, DiagnosticKind::UnknownType}));
}

TEST(Scripts, ThatAreOddDoNotHarm) {
  for (const char* text :
       {"", "BEGIN", "BEGIN { @[@[@[1]]] = @[@[@]]; }", "BEGIN { @ = @; }", "BEGIN { $x = $x; }",
        "BEGIN { delete(@); delete(@, @); delete(@[1], @); }", "BEGIN { @[] = 1; }",
        "BEGIN { let $x : string = $x; let $y : bool = 5; let $z; }",
        "BEGIN { $x = (string[0])comm; $y = (string[99999999999])comm; }",
        "BEGIN { @m[$18446744073709551615] = 1; }", "uprobe: { func } : { } :: { }",
        "BEGIN { @x = count; @y = sum; exit; time; }",
        "BEGIN { count(count()); @a = hist(hist(1)); }",
        "BEGIN { $x = print; print(print(print(1))); }", "interval:s:18446744073709551616 { }",
        "BEGIN { printf(\"%s\", args.args.args); args->x->y[1][2]; }",
        "BEGIN { $a = 1 ?: \"a\"; $b = $b ?: $b; ($c ?: $d) ? 1 : 2; }"}) {
    const Analyzed script(text);  // must come back
    if (script.has_program()) dump(script.program());
  }
}

}  // namespace
}  // namespace bpftracec::sema
