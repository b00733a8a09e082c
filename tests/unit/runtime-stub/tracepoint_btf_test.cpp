#include "tracepoint_btf.h"

#include <memory>
#include <string>
#include <unistd.h>

#include <bpf/btf.h>
#include <gtest/gtest.h>

#include "parameters.h"

namespace bpftracec::rt {
namespace {

struct FreeBtf {
  void operator()(btf* types) const { btf__free(types); }
};
using BtfPointer = std::unique_ptr<btf, FreeBtf>;

constexpr const char* kFormat =
    "\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;\n"
    "\tfield:pid_t pid;\toffset:24;\tsize:4;\tsigned:1;\n"
    "\tfield:struct in6_addr addr;\toffset:28;\tsize:12;\tsigned:0;\n"
    "\tfield:unsigned long args[2];\toffset:40;\tsize:16;\tsigned:0;\n";

// The struct as libbpf reads it back from the file.
TEST(TracepointBtf, StructHasTheTargetsLayout) {
  constexpr const char* kFields[] = {"pid", "comm", "addr", "args"};
  const TracepointRecordDescription record = {"sched", "thing", "thing_record", kFields};
  Failure failure;
  Stream errors(STDERR_FILENO);
  const Log log(errors);
  const BtfPointer made(btf__new_empty());
  ASSERT_TRUE(add_event_record(made.get(), record, text_of(kFormat), log, failure))
      << failure.message();
  const int file = write_types(made.get(), failure);
  ASSERT_GE(file, 0);
  const BtfPointer types(btf__parse(("/proc/self/fd/" + std::to_string(file)).c_str(), nullptr));
  close(file);
  ASSERT_TRUE(types);

  const int id = btf__find_by_name_kind(types.get(), "thing_record", BTF_KIND_STRUCT);
  ASSERT_GT(id, 0);
  const btf_type* type = btf__type_by_id(types.get(), static_cast<uint32_t>(id));
  ASSERT_EQ(btf_vlen(type), 4);
  const btf_member* members = btf_members(type);
  EXPECT_STREQ(btf__name_by_offset(types.get(), members[0].name_off), "pid");
  EXPECT_EQ(members[0].offset, 24U * 8);
  EXPECT_EQ(btf__resolve_size(types.get(), members[0].type), 4);
  // Unsigned, whatever the format says: libbpf adapts the size of loads only then.
  EXPECT_EQ(btf_int_encoding(btf__type_by_id(types.get(), members[0].type)), 0);
  EXPECT_EQ(members[1].offset, 8U * 8);
  EXPECT_EQ(btf__resolve_size(types.get(), members[1].type), 16);
  EXPECT_TRUE(btf_is_array(btf__type_by_id(types.get(), members[1].type)));
  EXPECT_EQ(btf__resolve_size(types.get(), members[2].type), 12);
  EXPECT_EQ(btf__resolve_size(types.get(), members[3].type), 16);
  EXPECT_EQ(btf_array(btf__type_by_id(types.get(), members[3].type))->nelems, 2U);
}

TEST(TracepointBtf, MissingFieldIsNamed) {
  constexpr const char* kFields[] = {"pid", "colour"};
  const TracepointRecordDescription record = {"sched", "thing", "thing_record", kFields};
  Failure failure;
  Stream errors(STDERR_FILENO);
  const Log log(errors);
  const BtfPointer types(btf__new_empty());
  EXPECT_FALSE(add_event_record(types.get(), record, text_of(kFormat), log, failure));
  EXPECT_STREQ(failure.message(), "this kernel's event sched:thing has no field 'colour'");
}

}  // namespace
}  // namespace bpftracec::rt
