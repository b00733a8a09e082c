// One conversion of a printf format.
#include <string.h>

#include "bpftracec/rt/format.h"

namespace bpftracec::rt {

namespace {

bool has_flag(const FormatPiece& piece, char flag) { return strchr(piece.flags, flag) != nullptr; }

size_t wanted_width(const FormatPiece& piece) {
  return piece.width > 0 ? static_cast<size_t>(piece.width) : 0;
}

// Fills up what has been appended since `start` to the conversion's width.
void pad(const FormatPiece& piece, size_t start, char fill, Buffer& to) {
  size_t length = to.size() - start;
  if (length >= wanted_width(piece)) return;
  size_t missing = wanted_width(piece) - length;
  if (has_flag(piece, '-')) {
    to.append_repeated(' ', missing);
  } else {
    to.insert_repeated(start, fill, missing);
  }
}

// The digits of an integer conversion, at least as many as the precision wants.
void append_digits(const FormatPiece& piece, uint64_t value, Buffer& to) {
  size_t start = to.size();
  // A precision of 0 shows a zero as nothing, in C as here.
  if (value != 0 || piece.precision != 0) {
    uint32_t base = piece.conversion == 'o' ? 8 : piece.conversion == 'x' ? 16 : 10;
    if (piece.conversion == 'X') base = 16;
    const char* all_digits = piece.conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    char digits[22];  // 2^64 - 1 in octal
    char* first = digits + sizeof digits;
    do {
      *--first = all_digits[value % base];
      value /= base;
    } while (value != 0);
    to.append(first, static_cast<size_t>(digits + sizeof digits - first));
  }
  size_t count = to.size() - start;
  auto wanted = piece.precision > 0 ? static_cast<size_t>(piece.precision) : 0;
  // # in octal asks for one leading zero, however it comes about.
  bool wants_zero = piece.conversion == 'o' && has_flag(piece, '#') &&
                    (count == 0 || to.data()[start] != '0');
  if (wants_zero && wanted <= count) wanted = count + 1;
  if (wanted > count) to.insert_repeated(start, '0', wanted - count);
}

uint64_t keep_bytes(uint64_t value, uint32_t size, bool is_signed) {
  return load_integer({reinterpret_cast<const std::byte*>(&value), size}, is_signed);
}

void append_integer(const FormatPiece& piece, uint64_t value, Buffer& to) {
  bool is_signed = piece.conversion == 'd' || piece.conversion == 'i';
  value = keep_bytes(value, piece.integer_size, is_signed);
  size_t start = to.size();
  bool has_sign = false;
  if (is_signed) {
    bool is_negative = static_cast<int64_t>(value) < 0;
    char sign = is_negative ? '-' : has_flag(piece, '+') ? '+' : has_flag(piece, ' ') ? ' ' : '\0';
    has_sign = sign != '\0';
    if (has_sign) to.append(sign);
    if (is_negative) value = -value;
  } else if (has_flag(piece, '#') && value != 0 && piece.conversion != 'o' &&
             piece.conversion != 'u') {
    to.append('0');
    to.append(piece.conversion);
  }
  size_t digits_start = to.size();
  append_digits(piece, value, to);
  if (!has_flag(piece, '0') || has_flag(piece, '-') || piece.precision >= 0) {
    pad(piece, start, ' ', to);
  } else if (has_sign) {
    // bpftrace fills with zeros before the sign (%+05d of 5: "000+5"), unlike C, and so do we.
    pad(piece, start, '0', to);
  } else {
    size_t length = to.size() - start;
    if (length < wanted_width(piece)) {
      to.insert_repeated(digits_start, '0', wanted_width(piece) - length);
    }
  }
}

}  // namespace

void format_piece(const Tracer& tracer, const FormatPiece& piece, const Value& value, Buffer& to) {
  size_t start = to.size();
  switch (piece.conversion) {
    case 's':
      piece.field.type->text(tracer, value, to);
      if (piece.precision >= 0 && to.size() - start > static_cast<size_t>(piece.precision)) {
        to.truncate(start + static_cast<size_t>(piece.precision));
      }
      pad(piece, start, ' ', to);
      return;
    case 'c':
      to.append(static_cast<char>(load_integer(value, false)));
      pad(piece, start, ' ', to);
      return;
    case 'p': {
      uint64_t address = load_integer(value, *piece.field.type);
      if (address != 0) to.append("0x");
      to.append_hex(address);
      pad(piece, start, ' ', to);
      return;
    }
    default:
      append_integer(piece, load_integer(value, *piece.field.type), to);
      return;
  }
}

void format_pieces(const Tracer& tracer, const Table<FormatPiece>& pieces, const Record& record,
                   Buffer& to) {
  for (const FormatPiece& piece : pieces) {
    if (piece.conversion == 0) {
      to.append(piece.text);
    } else {
      format_piece(tracer, piece, value_in(piece.field, record), to);
    }
  }
}

}  // namespace bpftracec::rt
