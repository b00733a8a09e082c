#include "bpftracec/world/tracefs.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "bpftracec/world/host_world.h"

namespace bpftracec::world {
namespace {

TEST(Tracefs, ReadsAnEventsFormat) {
  const auto format = read_tracepoint(BPFTRACEC_FIXTURE_EVENTS, "demo", "values");
  ASSERT_TRUE(format) << format.error().message;
  ASSERT_TRUE(*format);
  EXPECT_EQ((*format)->category, "demo");
  EXPECT_EQ((*format)->event, "values");
  EXPECT_EQ((*format)->fields.size(), 5U);
}

TEST(Tracefs, KnowsThatAnEventIsNotThere) {
  for (const char* event : {"nosuch", "", ".", "..", "values/../open", "/etc"}) {
    const auto format = read_tracepoint(BPFTRACEC_FIXTURE_EVENTS, "demo", event);
    ASSERT_TRUE(format) << format.error().message;
    EXPECT_FALSE(*format) << event;
  }
  EXPECT_FALSE(*read_tracepoint(BPFTRACEC_FIXTURE_EVENTS, "../events/demo", "values"));
  EXPECT_FALSE(*read_tracepoint(BPFTRACEC_FIXTURE_EVENTS, "demo", std::string(5000, 'x')));
  EXPECT_FALSE(*read_tracepoint(BPFTRACEC_FIXTURE_EVENTS, "demo", std::string("values\0x", 8)));
}

TEST(Tracefs, ListsEventsInOrder) {
  const auto names = list_tracepoints(BPFTRACEC_FIXTURE_EVENTS);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_NE(std::find(names.begin(), names.end(), "demo:open"), names.end());
  EXPECT_TRUE(list_tracepoints("/nonexistent").empty());
}

TEST(HostWorldEvents, SaysWhatToDoWithoutTracefs) {
  const HostWorld world({.events = ""});
  const auto format = world.tracepoint("demo", "values");
  ASSERT_FALSE(format);
  EXPECT_NE(format.error().message.find("mount -t tracefs"), std::string::npos);
  EXPECT_TRUE(world.tracepoint_names().empty());
}

}  // namespace
}  // namespace bpftracec::world
