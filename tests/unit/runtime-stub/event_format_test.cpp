#include "event_format.h"

#include <string>

#include <gtest/gtest.h>

#include "parameters.h"

namespace bpftracec::rt {
namespace {

constexpr const char* kFormat =
    "name: sample\nID: 372\nformat:\n"
    "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"
    "\n"
    "\tfield:char prev_comm[16];\toffset:8;\tsize:16;\tsigned:0;\n"
    "\tfield:long prev_state;\toffset:32;\tsize:8;\tsigned:1;\n"
    "\tfield:const char * filename;\toffset:40;\tsize:8;\tsigned:0;\n"
    "\tfield:__data_loc char[] name;\toffset:48;\tsize:4;\tsigned:1;\n"
    "\tfield:unsigned long args[6];\toffset:56;\tsize:48;\tsigned:0;\n"
    "\tfield:u32 words[SOME_COUNT];\toffset:104;\tsize:12;\tsigned:0;\n"
    "\tfield:struct odd thing[3+1];\toffset:116;\tsize:12;\tsigned:0;\n"
    "\nprint fmt: \"field:int fake; offset:1; size:4;\"\n";

EventField field(const char* name) {
  EventField result;
  EXPECT_TRUE(find_field(text_of(kFormat), name, result)) << name;
  return result;
}

TEST(EventFormat, Scalars) {
  const EventField state = field("prev_state");
  EXPECT_EQ(state.offset, 32U);
  EXPECT_EQ(state.size, 8U);
  EXPECT_EQ(state.element_size, 0U);
  EXPECT_EQ(field("filename").offset, 40U);
}

TEST(EventFormat, Arrays) {
  EXPECT_EQ(field("prev_comm").element_size, 1U);
  EXPECT_EQ(field("args").element_size, 8U);
  EXPECT_EQ(field("words").element_size, 4U);
  EXPECT_EQ(field("thing").element_size, 1U);
}

TEST(EventFormat, DynamicArraysAreOneWord) {
  EXPECT_EQ(field("name").size, 4U);
  EXPECT_EQ(field("name").element_size, 0U);
}

TEST(EventFormat, NamesMatchWhole) {
  EventField ignored;
  for (const char* name : {"prev", "prev_comm[16]", "state", "", "fake", "comm"}) {
    EXPECT_FALSE(find_field(text_of(kFormat), name, ignored)) << name;
  }
}

TEST(EventFormat, GarbageHasNoFields) {
  EventField ignored;
  for (const char* text :
       {"", "field:", "\tfield:;offset:0;size:4;", "\tfield:int x;", "\tfield:int x;\toffset:4;",
        "\tfield:int x;\toffset:-4;\tsize:4;", "\tfield:int x;\toffset:99999999999;\tsize:4;",
        "\tfield:int x];\toffset:4;\tsize:4;", "\tfield:[];\toffset:4;\tsize:4;",
        "\tfield:int x;offset;size;", "\tfield:int x;;;;;"}) {
    EXPECT_FALSE(find_field(text_of(text), "x", ignored)) << text;
  }
}

// Whatever the bytes are, nothing outside of the text is read: the sanitizers watch.
TEST(EventFormat, EveryCutIsHarmless) {
  const std::string whole = kFormat;
  for (size_t length = 0; length <= whole.size(); ++length) {
    const std::string cut(whole.data(), length);
    EventField ignored;
    find_field({cut.data(), static_cast<uint32_t>(cut.size())}, "thing", ignored);
  }
  SUCCEED();
}

}  // namespace
}  // namespace bpftracec::rt
