#include "bpftracec/rt/json.h"

namespace bpftracec::rt {

namespace {

// What the byte that starts a UTF-8 character says about the rest of it: how many bytes follow, and
// the range of the first of those, which rules out overlong forms, surrogates and what lies above
// U+10FFFF.
struct Lead {
  uint8_t following;  // 0: no character starts so
  uint8_t low;
  uint8_t high;
};

Lead lead(uint8_t byte) {
  if (byte < 0xc2) return {0, 0, 0};
  if (byte < 0xe0) return {1, 0x80, 0xbf};
  if (byte == 0xe0) return {2, 0xa0, 0xbf};
  if (byte == 0xed) return {2, 0x80, 0x9f};
  if (byte < 0xf0) return {2, 0x80, 0xbf};
  if (byte == 0xf0) return {3, 0x90, 0xbf};
  if (byte < 0xf4) return {3, 0x80, 0xbf};
  if (byte == 0xf4) return {3, 0x80, 0x8f};
  return {0, 0, 0};
}

// Appends the character that starts at `next`, or a replacement for what begins like one; returns
// how many bytes that took.
uint32_t append_character(Buffer& to, const char* next, uint32_t available) {
  Lead expected = lead(static_cast<uint8_t>(*next));
  uint32_t taken = 1;
  while (taken <= expected.following && taken < available) {
    auto byte = static_cast<uint8_t>(next[taken]);
    if (byte < expected.low || byte > expected.high) break;
    expected.low = 0x80;
    expected.high = 0xbf;
    ++taken;
  }
  bool is_complete = expected.following != 0 && taken == expected.following + 1U;
  if (is_complete) {
    to.append(next, taken);
  } else {
    to.append("\xef\xbf\xbd");  // U+FFFD
  }
  return taken;
}

// Of those that RFC 8259 has a letter for, the ones that people know.
char escape_letter(char byte) {
  if (byte == '"' || byte == '\\') return byte;
  if (byte == '\n') return 'n';
  if (byte == '\r') return 'r';
  return byte == '\t' ? 't' : '\0';
}

void append_ascii(Buffer& to, char byte) {
  if (const char letter = escape_letter(byte); letter != '\0') {
    to.append('\\');
    to.append(letter);
  } else if (byte >= 0x20) {
    to.append(byte);
  } else {
    to.append(byte < 0x10 ? Text("\\u000") : Text("\\u00"));
    to.append_hex(static_cast<uint64_t>(byte));
  }
}

// A double has 53 bits: an odd number times a power of two is exact when the odd part fits.
bool is_exact_double(uint64_t magnitude) {
  if (magnitude == 0) return true;
  return (magnitude >> __builtin_ctzll(magnitude)) < (1ULL << 53);
}

}  // namespace

void append_json_string(Buffer& to, Text text) {
  to.append('"');
  uint32_t index = 0;
  while (index < text.size) {
    char byte = text.data[index];
    if (static_cast<uint8_t>(byte) < 0x80) {
      append_ascii(to, byte);
      ++index;
    } else {
      index += append_character(to, text.data + index, text.size - index);
    }
  }
  to.append('"');
}

void append_json_signed(Buffer& to, int64_t value) {
  bool is_number = is_exact_double(value < 0 ? -static_cast<uint64_t>(value)
                                             : static_cast<uint64_t>(value));
  if (!is_number) to.append('"');
  to.append_signed(value);
  if (!is_number) to.append('"');
}

void append_json_unsigned(Buffer& to, uint64_t value) {
  bool is_number = is_exact_double(value);
  if (!is_number) to.append('"');
  to.append_unsigned(value);
  if (!is_number) to.append('"');
}

}  // namespace bpftracec::rt
