#include "bpftracec/world/tracepoint_format.h"

#include <string>

#include <gtest/gtest.h>

namespace bpftracec::world {
namespace {

// The only field of a format that has this line.
TracepointField field(const std::string& declaration, const std::string& rest) {
  const TracepointFormat format = parse_tracepoint_format(
      "c", "e", "format:\n\tfield:" + declaration + ";\t" + rest + "\n\nprint fmt: \"\"\n");
  if (format.fields.size() != 1) {
    ADD_FAILURE() << declaration << ": " << format.fields.size() << " fields";
    return {};
  }
  return format.fields[0];
}

TEST(TracepointFormat, TakesTheSignFromTheType) {
  const TracepointField pid = field("pid_t prev_pid", "offset:24;\tsize:4;\tsigned:1;");
  EXPECT_EQ(pid.name, "prev_pid");
  EXPECT_EQ(pid.c_type, "pid_t");
  EXPECT_EQ(pid.kind, FieldKind::Integer);
  EXPECT_EQ(pid.offset, 24U);
  EXPECT_EQ(pid.size, 4U);
  EXPECT_EQ(pid.element_size, 4U);
  EXPECT_TRUE(pid.is_signed);
  EXPECT_FALSE(field("unsigned int n", "offset:8;size:4;signed:0;").is_signed);
  EXPECT_FALSE(field("bool on", "offset:8;size:1;signed:0;").is_signed);
}

TEST(TracepointFormat, TakesTheFlagWhereTheTypeIsNotKnown) {
  EXPECT_TRUE(field("xfs_daddr_t d", "offset:8;\tsize:8;\tsigned:1;").is_signed);
  EXPECT_FALSE(field("xfs_ino_t i", "offset:8;\tsize:8;\tsigned:0;").is_signed);
  EXPECT_EQ(field("xfs_ino_t i", "offset:8;\tsize:8;\tsigned:0;").element_size, 8U);
}

TEST(TracepointFormat, KnowsThatSystemCallArgumentsAreSmallerThanTheirSlot) {
  const TracepointField flags = field("int flags", "offset:32;\tsize:8;\tsigned:0;");
  EXPECT_EQ(flags.size, 8U);
  EXPECT_EQ(flags.element_size, 4U);
  EXPECT_TRUE(flags.is_signed);
  const TracepointField mode = field("umode_t mode", "offset:40;\tsize:8;\tsigned:0;");
  EXPECT_EQ(mode.element_size, 2U);
  EXPECT_FALSE(mode.is_signed);
  const TracepointField clock = field("const clockid_t clock", "offset:16;\tsize:8;\tsigned:0;");
  EXPECT_EQ(clock.element_size, 4U);
  EXPECT_TRUE(clock.is_signed);
}

TEST(TracepointFormat, KnowsEnums) {
  const TracepointField plain = field("enum color c", "offset:8;\tsize:4;\tsigned:0;");
  EXPECT_EQ(plain.kind, FieldKind::Integer);
  EXPECT_FALSE(plain.is_signed);
  EXPECT_TRUE(field("enum color c", "offset:8;\tsize:4;\tsigned:1;").is_signed);
}

TEST(TracepointFormat, KnowsPointers) {
  const TracepointField name = field("const char * filename", "offset:24;\tsize:8;\tsigned:0;");
  EXPECT_EQ(name.kind, FieldKind::Pointer);
  EXPECT_EQ(name.c_type, "const char *");
  EXPECT_EQ(field("struct page *page", "offset:8;\tsize:8;\tsigned:0;").name, "page");
}

TEST(TracepointFormat, KnowsArrays) {
  const TracepointField comm = field("char comm[16]", "offset:8;\tsize:16;\tsigned:0;");
  EXPECT_EQ(comm.kind, FieldKind::CharArray);
  EXPECT_EQ(comm.size, 16U);
  EXPECT_EQ(field("char comm[TASK_COMM_LEN]", "offset:8;\tsize:16;\tsigned:0;").kind,
            FieldKind::CharArray);
  const TracepointField args = field("unsigned long args[6]", "offset:16;\tsize:48;\tsigned:0;");
  EXPECT_EQ(args.kind, FieldKind::Array);
  EXPECT_EQ(args.element_size, 8U);
  EXPECT_FALSE(args.is_signed);
  const TracepointField mac = field("unsigned char mac[6]", "offset:16;\tsize:6;\tsigned:0;");
  EXPECT_EQ(mac.kind, FieldKind::Array);
  EXPECT_EQ(mac.element_size, 1U);
  EXPECT_EQ(field("char buf[]", "offset:8;\tsize:0;\tsigned:0;").kind, FieldKind::Opaque);
  EXPECT_EQ(field("foo_t buf[3]", "offset:8;\tsize:12;\tsigned:0;").kind, FieldKind::Opaque);
}

TEST(TracepointFormat, KnowsDataThatLiesBehindTheRecord) {
  const TracepointField name = field("__data_loc char[] filename", "offset:8;\tsize:4;\tsigned:0;");
  EXPECT_EQ(name.kind, FieldKind::DataLoc);
  EXPECT_EQ(name.name, "filename");
  EXPECT_EQ(name.c_type, "__data_loc char[]");
  EXPECT_EQ(name.element_size, 1U);
  EXPECT_EQ(field("__rel_data_loc u64[] list", "offset:8;\tsize:4;\tsigned:0;").kind,
            FieldKind::RelDataLoc);
  EXPECT_EQ(field("__rel_data_loc u64[] list", "offset:8;\tsize:4;\tsigned:0;").element_size, 8U);
  EXPECT_EQ(field("__data_loc char[] odd", "offset:8;\tsize:8;\tsigned:0;").kind,
            FieldKind::Opaque);
}

TEST(TracepointFormat, SetsAsideWhatHasNoMeaningYet) {
  EXPECT_EQ(field("struct timespec64 ts", "offset:8;\tsize:16;\tsigned:0;").kind,
            FieldKind::Opaque);
  EXPECT_EQ(field("union foo u", "offset:8;\tsize:8;\tsigned:0;").kind, FieldKind::Opaque);
  EXPECT_EQ(field("foo_t odd", "offset:8;\tsize:3;\tsigned:0;").kind, FieldKind::Opaque);
}

TEST(TracepointFormat, LeavesOutCommonFieldsAndTheText) {
  const TracepointFormat format = parse_tracepoint_format(
      "c", "e",
      "name: e\nID: 5\nformat:\n"
      "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
      "\tfield:int a;\toffset:8;\tsize:4;\tsigned:1;\n"
      "print fmt: \"\\n\tfield:int b;\toffset:8;\tsize:4;\tsigned:1;\"\n"
      "\tfield:int c;\toffset:8;\tsize:4;\tsigned:1;\n");
  ASSERT_EQ(format.fields.size(), 1U);
  EXPECT_EQ(format.fields[0].name, "a");
}

TEST(TracepointFormat, LeavesOutLinesThatItDoesNotUnderstand) {
  const char* const lines[] = {
      "field:",
      "field:;",
      "field:int;",
      "field:int ;offset:8;size:4;signed:1;",
      "field:struct ;offset:8;size:4;signed:1;",
      "field:int a",
      "field:int a;offset:8;signed:1;",
      "field:int a;offset:x;size:4;signed:1;",
      "field:int a;offset:99999999999;size:4;signed:1;",
      "field:int a];offset:8;size:4;signed:1;",
      "field:void (*f)(int);offset:8;size:8;signed:0;",
      "field:int a;offset;size;signed",
      "\xff\xfe;;;:::",
  };
  for (const char* line : lines) {
    const auto format = parse_tracepoint_format("c", "e", std::string("\t") + line);
    EXPECT_TRUE(format.fields.empty()) << line;
  }
  EXPECT_TRUE(parse_tracepoint_format("c", "e", "").fields.empty());
  EXPECT_TRUE(parse_tracepoint_format("c", "e", std::string("\0\0\n\0", 4)).fields.empty());
}

}  // namespace
}  // namespace bpftracec::world
