#include <stdlib.h>
#include <string>
#include <time.h>

#include <gtest/gtest.h>

#include "bpftracec/rt/print_map.h"
#include "tests/unit/runtime-stub/stub_fixture.h"

namespace bpftracec::rt {
namespace {

std::string print_value(const Field& field, const Bytes& record, OutputMode mode) {
  TestTool tool(mode);
  const PrintValueDetails details = {field};
  handle_print_value(tool.tracer, record.record(), &details);
  return tool.written();
}

TEST(PrintValue, ShowsIntegersOfEverySize) {
  const Bytes bytes = Bytes().add(uint32_t{0}).add(int8_t{-2}).add(uint8_t{200}).add(int16_t{-3});
  EXPECT_EQ(print_value({&kSignedType, 4, 1}, bytes, OutputMode::Text), "-2\n");
  EXPECT_EQ(print_value({&kUnsignedType, 5, 1}, bytes, OutputMode::Text), "200\n");
  EXPECT_EQ(print_value({&kSignedType, 6, 2}, bytes, OutputMode::Json),
            "{\"type\": \"value\", \"data\": -3}\n");
}

TEST(PrintValue, ShowsOtherTypes) {
  const Bytes bytes = Bytes().add(uint32_t{0}).add(uint32_t{1}).add(uint64_t{16}).text("a\"b", 16);
  EXPECT_EQ(print_value({&kBoolType, 4, 1}, bytes, OutputMode::Text), "true\n");
  EXPECT_EQ(print_value({&kBoolType, 4, 1}, bytes, OutputMode::Json),
            "{\"type\": \"value\", \"data\": true}\n");
  EXPECT_EQ(print_value({&kPointerType, 8, 8}, bytes, OutputMode::Text), "0x10\n");
  EXPECT_EQ(print_value({&kPointerType, 8, 8}, bytes, OutputMode::Json),
            "{\"type\": \"value\", \"data\": 16}\n");
  EXPECT_EQ(print_value({&kTextType, 16, 16, 16}, bytes, OutputMode::Text), "a\"b\n");
  EXPECT_EQ(print_value({&kTextType, 16, 16, 16}, bytes, OutputMode::Json),
            "{\"type\": \"value\", \"data\": \"a\\\"b\"}\n");
}

TEST(PrintValue, CutTextsHaveTheTrailerInJsonToo) {
  const Bytes bytes = Bytes().add(uint64_t{0}).text("abcd", 4);
  EXPECT_EQ(print_value({&kTextType, 8, 4, 4}, bytes, OutputMode::Json),
            "{\"type\": \"value\", \"data\": \"abcd..\"}\n");
}

TEST(Exit, AsksForTheEndWithTheLowestBitsOfItsCode) {
  TestTool tool;
  const ExitDetails with_code = {{&kSignedType, 4, 4}};
  handle_exit(tool.tracer, Bytes().add(uint32_t{0}).add(int32_t{259}).record(), &with_code);
  EXPECT_TRUE(tool.tracer.is_exit_requested());
  EXPECT_EQ(tool.tracer.exit_code(), 3);
}

TEST(Exit, WithoutCodeIsZero) {
  TestTool tool;
  const ExitDetails without = {{nullptr, 0, 0}};
  handle_exit(tool.tracer, Bytes().add(uint64_t{0}).record(), &without);
  EXPECT_TRUE(tool.tracer.is_exit_requested());
  EXPECT_EQ(tool.tracer.exit_code(), 0);
}

std::string print_time(const char* format, OutputMode mode = OutputMode::Text) {
  TestTool tool(mode);
  const TimeDetails details = {format};
  handle_time(tool.tracer, Bytes().add(uint64_t{0}).record(), &details);
  return tool.written();
}

TEST(Time, AddsNothingToTheFormat) {
  EXPECT_EQ(print_time("at %%%n"), "at %\n");
  EXPECT_EQ(print_time(""), "");
  EXPECT_EQ(print_time("", OutputMode::Json), "{\"type\": \"time\", \"data\": \"\"}\n");
}

TEST(Time, IsNow) {
  const time_t before = time(nullptr);
  const std::string seconds = print_time("%s");
  EXPECT_GE(std::stoll(seconds), before);
  EXPECT_LE(std::stoll(seconds), time(nullptr));
}

TEST(Time, LongResultsFit) {
  std::string format;
  for (int i = 0; i < 1000; ++i) format += "%Y ";
  EXPECT_EQ(print_time(format.c_str()).size(), 5000U);
}

TEST(PrintEnd, SeparatesTextButNotJson) {
  TestTool text;
  print_end(text.tracer);
  EXPECT_EQ(text.written(), "\n\n");
  TestTool json(OutputMode::Json);
  print_end(json.tracer);
  EXPECT_EQ(json.written(), "");
}

TEST(PrintEnd, PrintsMapsUnlessTheScriptSaysNo) {
  ToolDescription tool = empty_tool();
  tool.print_maps = [](Tracer& tracer) { tracer.output().message("map", "@x: 1\n"); };
  tool.print_maps_on_exit = true;
  TestTool printing(OutputMode::Text, tool);
  print_end(printing.tracer);
  EXPECT_EQ(printing.written(), "\n\n@x: 1\n");
  tool.print_maps_on_exit = false;
  TestTool silent(OutputMode::Text, tool);
  print_end(silent.tracer);
  EXPECT_EQ(silent.written(), "\n\n");
}

}  // namespace
}  // namespace bpftracec::rt
