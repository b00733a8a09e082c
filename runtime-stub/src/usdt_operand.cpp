#include "usdt_operand.h"

#include <errno.h>
#include <initializer_list>
#include <stdlib.h>
#include <string.h>

namespace bpftracec::rt {

namespace {

// A piece of the text that is read from its front.
class Reader {
 public:
  Reader(const char* text, size_t size) : at_(text), end_(text + size) {}

  bool is_at_end() const { return at_ == end_; }
  const char* at() const { return at_; }
  size_t left() const { return static_cast<size_t>(end_ - at_); }

  bool accept(char c) {
    if (is_at_end() || *at_ != c) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (accept(' ')) {
    }
  }

  // A number as C writes it, with its sign.
  bool read_number(uint64_t& value) {
    char digits[32];
    size_t length = 0;
    while (length < left() && length + 1 < sizeof digits && is_number_character(at_[length])) {
      digits[length] = at_[length];
      ++length;
    }
    digits[length] = '\0';
    char* end = digits;
    errno = 0;
    value = digits[0] == '-' ? static_cast<uint64_t>(strtoll(digits, &end, 0))
                             : strtoull(digits, &end, 0);
    if (end == digits || errno != 0) return false;
    at_ += end - digits;
    return true;
  }

  // Letters, digits and what else is in names.
  size_t word_size() const {
    size_t size = 0;
    while (size < left() && is_word_character(at_[size])) ++size;
    return size;
  }
  void skip(size_t size) { at_ += size; }

 private:
  static bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '@' || c == '$';
  }
  static bool is_number_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == 'x' ||
           c == 'X' || c == '-' || c == '+';
  }

  const char* at_;
  const char* end_;
};

struct Register {
  const char* name;
  uint16_t offset;
};

bool is_named(const char* name, const char* text, size_t size) {
  return strlen(name) == size && memcmp(name, text, size) == 0;
}

#if defined(__x86_64__)

// struct pt_regs (arch/x86/include/uapi/asm/ptrace.h). Of the first eight, each width has a name of
// its own; `ah` and its like lie one byte further on.
constexpr Register kRegisters[] = {
    {"rax", 80},  {"eax", 80},  {"ax", 80},   {"al", 80},   {"ah", 81},  {"rbx", 40},
    {"ebx", 40},  {"bx", 40},   {"bl", 40},   {"bh", 41},   {"rcx", 88}, {"ecx", 88},
    {"cx", 88},   {"cl", 88},   {"ch", 89},   {"rdx", 96},  {"edx", 96}, {"dx", 96},
    {"dl", 96},   {"dh", 97},   {"rsi", 104}, {"esi", 104}, {"si", 104}, {"sil", 104},
    {"rdi", 112}, {"edi", 112}, {"di", 112},  {"dil", 112}, {"rbp", 32}, {"ebp", 32},
    {"bp", 32},   {"bpl", 32},  {"rsp", 152}, {"esp", 152}, {"sp", 152}, {"spl", 152},
    {"rip", 128}, {"eip", 128},
};
constexpr uint16_t kInstructionPointer = 128;
constexpr uint16_t kNumbered[] = {72, 64, 56, 48, 24, 16, 8, 0};  // r8 ... r15

// "r12", "r12d", "r12w", "r12b"
bool find_numbered(const char* text, size_t size, uint16_t& offset) {
  if (size < 2 || text[0] != 'r') return false;
  Reader reader(text + 1, size - 1);
  uint64_t number = 0;
  for (; !reader.is_at_end() && *reader.at() >= '0' && *reader.at() <= '9'; reader.skip(1)) {
    number = number * 10 + static_cast<uint64_t>(*reader.at() - '0');
    if (number > 15) return false;
  }
  if (number < 8) return false;
  if (!reader.is_at_end() && !reader.accept('d') && !reader.accept('w')) reader.accept('b');
  offset = kNumbered[number - 8];
  return reader.is_at_end();
}

// "%rax"
bool read_register(Reader& reader, uint16_t& offset) {
  if (!reader.accept('%')) return false;
  const size_t size = reader.word_size();
  const char* name = reader.at();
  reader.skip(size);
  for (const Register& known : kRegisters) {
    if (!is_named(known.name, name, size)) continue;
    offset = known.offset;
    return true;
  }
  return find_numbered(name, size, offset);
}

// "(%rax)", "(%rax,%rbx)", "(%rax,%rbx,8)", "(,%rbx,8)"
bool read_memory(Reader& reader, usdt_operand& operand) {
  operand.kind = UsdtKind::Memory;
  if (!reader.accept('(')) return false;
  if (!reader.is_at_end() && *reader.at() != ',') {
    if (!read_register(reader, operand.register_offset)) return false;
  } else {
    return false;  // an address that is no register's, which code for 64 bits has no use for
  }
  if (reader.accept(',')) {
    operand.kind = UsdtKind::IndexedMemory;
    if (!read_register(reader, operand.index_offset)) return false;
    uint64_t scale = 1;
    if (reader.accept(',') && !reader.read_number(scale)) return false;
    if (scale != 1 && scale != 2 && scale != 4 && scale != 8) return false;
    while (uint64_t{1} << operand.scale < scale) ++operand.scale;
  }
  return reader.accept(')') && reader.is_at_end();
}

// "counter(%rip)", "table+8(%rip)", "8+table(%rip)": a variable, at its distance from the marker.
// A program sees the marker's own address in %rip.
bool read_variable(Reader& reader, const SymbolDistance& symbols, usdt_operand& operand) {
  uint64_t displacement = 0;
  if (reader.read_number(displacement) && !reader.accept('+')) return false;
  const size_t size = reader.word_size();
  int64_t distance = 0;
  if (size == 0 || !symbols.find(reader.at(), size, distance, symbols.context)) return false;
  reader.skip(size);
  uint64_t behind = 0;
  if (!reader.is_at_end() && *reader.at() != '(' && !reader.read_number(behind)) return false;
  if (!read_memory(reader, operand)) return false;
  operand.value = displacement + behind + static_cast<uint64_t>(distance);
  return operand.kind == UsdtKind::Memory && operand.register_offset == kInstructionPointer;
}

bool read_place(Reader reader, const SymbolDistance& symbols, usdt_operand& operand) {
  if (reader.accept('$')) {
    operand.kind = UsdtKind::Constant;
    return reader.read_number(operand.value) && reader.is_at_end();
  }
  if (!reader.is_at_end() && *reader.at() == '%') {
    operand.kind = UsdtKind::Register;
    return read_register(reader, operand.register_offset) && reader.is_at_end();
  }
  Reader plain = reader;
  const bool has_displacement = plain.read_number(operand.value);
  if (!plain.is_at_end() && *plain.at() == '(') {
    if (!has_displacement) operand.value = 0;
    return read_memory(plain, operand) && operand.register_offset != kInstructionPointer;
  }
  return read_variable(reader, symbols, operand);
}

#elif defined(__aarch64__)

// struct user_pt_regs (arch/arm64/include/uapi/asm/ptrace.h): x0 ... x30, sp, pc.
bool read_register(Reader& reader, uint16_t& offset) {
  const size_t size = reader.word_size();
  const char* name = reader.at();
  reader.skip(size);
  if (is_named("sp", name, size) || is_named("wsp", name, size)) {
    offset = 31 * 8;
    return true;
  }
  if (size < 2 || size > 3 || (name[0] != 'x' && name[0] != 'w')) return false;
  uint16_t number = 0;
  for (size_t i = 1; i < size; ++i) {
    if (name[i] < '0' || name[i] > '9') return false;
    number = static_cast<uint16_t>(number * 10 + (name[i] - '0'));
  }
  offset = static_cast<uint16_t>(number * 8);
  return number <= 30;
}

// "[sp]", "[sp, 12]", "[x0, x1]", "[x0, x1, lsl 3]"
bool read_memory(Reader& reader, usdt_operand& operand) {
  operand.kind = UsdtKind::Memory;
  if (!read_register(reader, operand.register_offset)) return false;
  reader.skip_blanks();
  if (reader.accept(',')) {
    reader.skip_blanks();
    reader.accept('#');
    if (!reader.is_at_end() && *reader.at() == 'x') {
      operand.kind = UsdtKind::IndexedMemory;
      if (!read_register(reader, operand.index_offset)) return false;
      reader.skip_blanks();
      if (reader.accept(',')) {
        reader.skip_blanks();
        if (!is_named("lsl", reader.at(), reader.word_size())) return false;
        reader.skip(strlen("lsl"));
        reader.skip_blanks();
        reader.accept('#');
        uint64_t scale = 0;
        if (!reader.read_number(scale) || scale > 4) return false;
        operand.scale = static_cast<uint8_t>(scale);
      }
    } else if (!reader.read_number(operand.value)) {
      return false;
    }
    reader.skip_blanks();
  }
  return reader.accept(']') && reader.is_at_end();
}

bool read_place(Reader reader, const SymbolDistance&, usdt_operand& operand) {
  if (reader.accept('[')) return read_memory(reader, operand);
  const bool is_zero = is_named("xzr", reader.at(), reader.left()) ||
                       is_named("wzr", reader.at(), reader.left());
  if (is_zero) {
    operand.kind = UsdtKind::Constant;
    return true;
  }
  Reader number = reader;
  number.accept('#');
  if (number.read_number(operand.value) && number.is_at_end()) {
    operand.kind = UsdtKind::Constant;
    return true;
  }
  operand.value = 0;
  operand.kind = UsdtKind::Register;
  return read_register(reader, operand.register_offset) && reader.is_at_end();
}

#endif

// "-4@": the size, negative for signed numbers. Without, it is a number as large as a register.
bool read_size(Reader& reader, usdt_operand& operand) {
  Reader whole = reader;
  operand.size = 8;
  operand.is_signed = 1;
  uint64_t size = 0;
  if (!whole.read_number(size) || !whole.accept('@')) return true;
  operand.is_signed = static_cast<int64_t>(size) < 0 ? 1 : 0;
  if (operand.is_signed != 0) size = -size;
  operand.size = static_cast<uint8_t>(size);
  reader = whole;
  return size == 1 || size == 2 || size == 4 || size == 8;
}

}  // namespace

usdt_operand parse_usdt_operand(const char* text, size_t size, const SymbolDistance& symbols) {
  usdt_operand operand = {};
  Reader reader(text, size);
  if (read_size(reader, operand) && read_place(reader, symbols, operand)) return operand;
  return {};
}

uint32_t parse_usdt_operands(const char* text, const SymbolDistance& symbols,
                             usdt_operand* operands) {
  uint32_t count = 0;
  while (*text != '\0') {
    text += strspn(text, " ");
    size_t size = 0;
    for (int depth = 0; text[size] != '\0' && (text[size] != ' ' || depth > 0); ++size) {
      if (text[size] == '[' || text[size] == '(') ++depth;
      if (text[size] == ']' || text[size] == ')') --depth;
    }
    if (size == 0) break;
    if (count < kUsdtOperands) operands[count] = parse_usdt_operand(text, size, symbols);
    ++count;
    text += size;
  }
  return count;
}

}  // namespace bpftracec::rt
