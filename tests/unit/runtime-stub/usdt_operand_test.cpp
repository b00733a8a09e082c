#include "usdt_operand.h"

#include <string.h>
#include <string>

#include <gtest/gtest.h>

namespace bpftracec::rt {
namespace {

// A program whose only variable is `counter`, 0x100 bytes behind the marker.
bool find_counter(const char* name, size_t size, int64_t& distance, void*) {
  distance = 0x100;
  return std::string(name, size) == "counter";
}
constexpr SymbolDistance kSymbols = {find_counter, nullptr};

usdt_operand parse(const std::string& text) {
  return parse_usdt_operand(text.data(), text.size(), kSymbols);
}

// "kind size sign value register index scale" in one line, for what is compared at once.
std::string shown(const std::string& text) {
  const usdt_operand operand = parse(text);
  const char* kinds[] = {"none", "constant", "register", "memory", "indexed"};
  std::string result = kinds[static_cast<int>(operand.kind)];
  if (operand.kind == UsdtKind::None) return result;
  result += (operand.is_signed != 0 ? " s" : " u") + std::to_string(operand.size * 8);
  if (operand.kind != UsdtKind::Register) {
    result += " " + std::to_string(static_cast<int64_t>(operand.value));
  }
  if (operand.kind != UsdtKind::Constant) {
    result += " at " + std::to_string(operand.register_offset);
  }
  if (operand.kind == UsdtKind::IndexedMemory) {
    result += " + " + std::to_string(operand.index_offset) + " << " + std::to_string(operand.scale);
  }
  return result;
}

#if defined(__x86_64__)

TEST(UsdtOperand, Constants) {
  EXPECT_EQ(shown("8@$5"), "constant u64 5");
  EXPECT_EQ(shown("-4@$-1"), "constant s32 -1");
  EXPECT_EQ(shown("1@$0x7f"), "constant u8 127");
}

TEST(UsdtOperand, RegistersOfEachWidth) {
  EXPECT_EQ(shown("8@%rax"), "register u64 at 80");
  EXPECT_EQ(shown("-4@%eax"), "register s32 at 80");
  EXPECT_EQ(shown("2@%ax"), "register u16 at 80");
  EXPECT_EQ(shown("-1@%al"), "register s8 at 80");
  EXPECT_EQ(shown("1@%bh"), "register u8 at 41");
  EXPECT_EQ(shown("1@%dil"), "register u8 at 112");
  EXPECT_EQ(shown("8@%r8"), "register u64 at 72");
  EXPECT_EQ(shown("4@%r15d"), "register u32 at 0");
  EXPECT_EQ(shown("2@%r10w"), "register u16 at 56");
  EXPECT_EQ(shown("1@%r12b"), "register u8 at 24");
}

TEST(UsdtOperand, Memory) {
  EXPECT_EQ(shown("8@(%rsp)"), "memory u64 0 at 152");
  EXPECT_EQ(shown("-4@-20(%rbp)"), "memory s32 -20 at 32");
  EXPECT_EQ(shown("8@16(%rax,%rbx)"), "indexed u64 16 at 80 + 40 << 0");
  EXPECT_EQ(shown("8@-8(%rdi,%r9,8)"), "indexed u64 -8 at 112 + 64 << 3");
}

TEST(UsdtOperand, Variables) {
  EXPECT_EQ(shown("4@counter(%rip)"), "memory u32 256 at 128");
  EXPECT_EQ(shown("4@counter+8(%rip)"), "memory u32 264 at 128");
  EXPECT_EQ(shown("4@8+counter(%rip)"), "memory u32 264 at 128");
  EXPECT_EQ(shown("4@other(%rip)"), "none");
}

TEST(UsdtOperand, WithoutASizeAreAsLargeAsARegister) {
  EXPECT_EQ(shown("%rdi"), "register s64 at 112");
  EXPECT_EQ(shown("$3"), "constant s64 3");
}

TEST(UsdtOperand, WhatCannotBeRead) {
  for (const char* text : {"8f@%xmm0", "16@%rax", "3@%rax", "8@%rxx", "8@%r7", "8@%r16", "8@(%rax",
                           "8@(%rax,%rbx,3)", "8@(,%rbx,8)", "8@", "@", "", "8@$", "8@%rax)",
                           "8@16(%rip)", "8@%r12q", "99999999999999999999@%rax"}) {
    EXPECT_EQ(shown(text), "none") << text;
  }
}

TEST(UsdtOperand, ListsAreCutAtBlanks) {
  usdt_operand operands[kUsdtOperands] = {};
  EXPECT_EQ(parse_usdt_operands("", kSymbols, operands), 0U);
  EXPECT_EQ(parse_usdt_operands("-4@%eax 8f@%xmm0  8@-8(%rbp)", kSymbols, operands), 3U);
  EXPECT_EQ(operands[0].kind, UsdtKind::Register);
  EXPECT_EQ(operands[1].kind, UsdtKind::None);
  EXPECT_EQ(operands[2].kind, UsdtKind::Memory);
  std::string many;
  for (int i = 0; i < 20; ++i) many += "1@$1 ";
  EXPECT_EQ(parse_usdt_operands(many.c_str(), kSymbols, operands), 20U);
}

#elif defined(__aarch64__)

TEST(UsdtOperand, EveryForm) {
  EXPECT_EQ(shown("8@x0"), "register u64 at 0");
  EXPECT_EQ(shown("-4@w30"), "register s32 at 240");
  EXPECT_EQ(shown("4@5"), "constant u32 5");
  EXPECT_EQ(shown("4@wzr"), "constant u32 0");
  EXPECT_EQ(shown("8@[sp]"), "memory u64 0 at 248");
  EXPECT_EQ(shown("-4@[sp, 12]"), "memory s32 12 at 248");
  EXPECT_EQ(shown("8@[x1, x2, lsl 3]"), "indexed u64 0 at 8 + 16 << 3");
  for (const char* text : {"8@x31", "8@d0", "8@[x0", "8@[x0, x1, sxtw 3]", "3@x0", ""}) {
    EXPECT_EQ(shown(text), "none") << text;
  }
}

#endif

// Operands come from files on the target.
TEST(UsdtOperand, EveryCutIsHarmless) {
  const std::string whole = "-4@-20(%rbp,%r12,8) 8@counter+4(%rip) [sp, 12]";
  for (size_t size = 0; size <= whole.size(); ++size) {
    usdt_operand operands[kUsdtOperands] = {};
    const std::string cut = whole.substr(0, size);
    parse_usdt_operands(cut.c_str(), kSymbols, operands);
    parse_usdt_operand(cut.data(), cut.size(), kSymbols);
  }
}

}  // namespace
}  // namespace bpftracec::rt
