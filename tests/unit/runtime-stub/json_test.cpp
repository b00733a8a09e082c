#include "bpftracec/rt/json.h"

#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <rapidjson/reader.h>

#include "tests/unit/runtime-stub/stub_fixture.h"

namespace bpftracec::rt {
namespace {

std::string quoted(std::string_view text) {
  Buffer buffer;
  append_json_string(buffer, {text.data(), static_cast<uint32_t>(text.size())});
  return to_string(buffer);
}

struct StringReceiver : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, StringReceiver> {
  bool String(const char* text, rapidjson::SizeType size, bool) {
    value.assign(text, size);
    return true;
  }
  std::string value;
};

// What a strict reader makes of it; the test fails where it refuses.
std::string read_back(std::string_view text) {
  const std::string json = quoted(text);
  rapidjson::StringStream stream(json.c_str());
  rapidjson::Reader reader;
  StringReceiver receiver;
  EXPECT_TRUE(reader.Parse<rapidjson::kParseValidateEncodingFlag>(stream, receiver)) << json;
  return receiver.value;
}

const std::string kReplacement = "\xef\xbf\xbd";

TEST(JsonString, EscapesWhatRfc8259Wants) {
  EXPECT_EQ(quoted("a\"b\\c\n\r\t"), R"("a\"b\\c\n\r\t")");
  EXPECT_EQ(quoted(std::string_view("\0\x01\x0f\x10\x1f\x7f", 6)),
            "\"\\u0000\\u0001\\u000f\\u0010\\u001f\x7f\"");
}

TEST(JsonString, EveryByteAloneIsValid) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    EXPECT_EQ(read_back(text), byte < 0x80 ? text : kReplacement) << byte;
  }
}

TEST(JsonString, EveryPairOfBytesIsValid) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      const bool is_character = first >= 0xc2 && first <= 0xdf && second >= 0x80 && second <= 0xbf;
      const std::string result = read_back(text);
      if (is_character || (first < 0x80 && second < 0x80)) {
        EXPECT_EQ(result, text);
      } else {
        EXPECT_NE(result.find(kReplacement), std::string::npos);
      }
    }
  }
}

TEST(JsonString, KeepsValidUtf8) {
  for (const char* text : {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x90\x9d", "\xef\xbf\xbf",
                           "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80"}) {
    EXPECT_EQ(quoted(text), '"' + std::string(text) + '"');
  }
}

TEST(JsonString, ReplacesTheLongestPieceThatBeginsLikeACharacter) {
  // Cut characters: one replacement each; what follows is kept.
  EXPECT_EQ(read_back("\xe2\x82"), kReplacement);
  EXPECT_EQ(read_back("\xe2\x82z"), kReplacement + "z");
  EXPECT_EQ(read_back("\xf0\x9f\x90\xc3\xa9"), kReplacement + "\xc3\xa9");
  // Overlong, surrogate, above U+10FFFF: no byte of these continues anything.
  EXPECT_EQ(read_back("\xc0\xaf"), kReplacement + kReplacement);
  EXPECT_EQ(read_back("\xe0\x80\x80"), kReplacement + kReplacement + kReplacement);
  EXPECT_EQ(read_back("\xed\xa0\x80"), kReplacement + kReplacement + kReplacement);
  EXPECT_EQ(read_back("\xf4\x90\x80\x80"),
            kReplacement + kReplacement + kReplacement + kReplacement);
}

std::string json_of(int64_t value) {
  Buffer buffer;
  append_json_signed(buffer, value);
  return to_string(buffer);
}

std::string json_of(uint64_t value) {
  Buffer buffer;
  append_json_unsigned(buffer, value);
  return to_string(buffer);
}

TEST(JsonNumber, IsAStringWhenADoubleWouldChangeIt) {
  EXPECT_EQ(json_of(int64_t{-5}), "-5");
  EXPECT_EQ(json_of(int64_t{1} << 53), "9007199254740992");
  EXPECT_EQ(json_of((int64_t{1} << 53) + 1), "\"9007199254740993\"");
  EXPECT_EQ(json_of(-(int64_t{1} << 53) - 1), "\"-9007199254740993\"");
  EXPECT_EQ(json_of(INT64_MIN), "-9223372036854775808");
  EXPECT_EQ(json_of(INT64_MAX), "\"9223372036854775807\"");
  EXPECT_EQ(json_of(UINT64_MAX), "\"18446744073709551615\"");
  EXPECT_EQ(json_of(uint64_t{1} << 63), "9223372036854775808");
  EXPECT_EQ(json_of(uint64_t{0}), "0");
}

TEST(JsonNumber, AgreesWithTheProcessorAboutWhatIsExact) {
  uint64_t value = 1;
  for (int step = 0; step < 100000; ++step) {
    value = value * 6364136223846793005U + 1442695040888963407U;
    const uint64_t sample = value >> (step % 64);
    const auto rounded = static_cast<double>(sample);
    const bool is_exact = rounded < 0x1p64 && static_cast<uint64_t>(rounded) == sample;
    EXPECT_EQ(json_of(sample).front() != '"', is_exact) << sample;
  }
}

}  // namespace
}  // namespace bpftracec::rt
