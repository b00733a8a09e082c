#include <string>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "bpftracec/rt/stacks.h"
#include "kernel_symbols.h"
#include "perf_map.h"
#include "tests/unit/runtime-stub/stub_fixture.h"
#include "user_symbols.h"

// Found by its name in this program's own symbol table, which is why it is in no namespace of ours.
extern "C" __attribute__((noinline)) int symbols_test_function(int value) { return value + 1; }

namespace symbols_test {
__attribute__((noinline)) int overloaded(int value) { return value + 2; }
}  // namespace symbols_test

namespace bpftracec::rt {
namespace {

Text text_of(const std::string& text) { return {text.data(), static_cast<uint32_t>(text.size())}; }

std::string shown(const SymbolPlace& place) {
  return place.name == nullptr ? "none"
                               : std::string(place.name) + "+" + std::to_string(place.offset);
}

TEST(KernelSymbols, TheLastOneBeforeTheAddress) {
  KernelSymbols symbols;
  EXPECT_TRUE(
      symbols.read(text_of("0000000000000010 A absolute\n"
                           "ffffffff81000000 T first\n"
                           "ffffffff81000010 t second\n"
                           "ffffffff81000010 T its_alias\n"
                           "ffffffffc0000000 t of_a_module\t[module]\n"
                           "ffffffffa0000000 t of_another\t[other]\n")));
  EXPECT_EQ(shown(symbols.find(0xffffffff80ffffff)), "none");
  EXPECT_EQ(shown(symbols.find(0xffffffff81000000)), "first+0");
  EXPECT_EQ(shown(symbols.find(0xffffffff8100000f)), "first+15");
  EXPECT_EQ(shown(symbols.find(0xffffffff81000011)), "second+1");
  EXPECT_EQ(shown(symbols.find(0xffffffffa0000002)), "of_another+2");
  EXPECT_EQ(shown(symbols.find(0xffffffffc0000010)), "of_a_module+16");
}

TEST(KernelSymbols, HiddenAddressesAreNone) {
  KernelSymbols symbols;
  EXPECT_FALSE(symbols.read(text_of("0000000000000000 T first\n0000000000000000 T second\n")));
  EXPECT_EQ(shown(symbols.find(0xffffffff81000000)), "none");
}

TEST(KernelSymbols, TextThatIsNoTable) {
  KernelSymbols symbols;
  EXPECT_FALSE(symbols.read(text_of("")));
  EXPECT_FALSE(symbols.read(text_of("ffffffff81000000")));
  EXPECT_FALSE(symbols.read(text_of("ffffffff81000000 T")));
}

TEST(PerfMap, CodeBySizeAndTheLatestOfOnePlace) {
  PerfMap map;
  map.read(
      text_of("7f0000001000 20 LazyCompile:~old a.js:1\n"
              "7f0000002000 8 second\n"
              "not a line\n"
              "7f0000001000 20 LazyCompile:*new a.js:1\n"
              "7f0000003000 8 incomplete"));
  EXPECT_EQ(shown(map.find(0x7f0000000fff)), "none");
  EXPECT_EQ(shown(map.find(0x7f000000101f)), "LazyCompile:*new a.js:1+31");
  EXPECT_EQ(shown(map.find(0x7f0000001020)), "none");
  EXPECT_EQ(shown(map.find(0x7f0000002007)), "second+7");
  EXPECT_EQ(shown(map.find(0x7f0000003000)), "none");
}

template <typename Function>
uint64_t address_of(Function function) {
  return reinterpret_cast<uint64_t>(function);
}

TEST(UserSymbols, OfThisProcess) {
  TestTool tool;
  UserSymbols symbols;
  const auto pid = static_cast<uint32_t>(getpid());
  const SymbolPlace place = symbols.find(tool.tracer, pid, address_of(symbols_test_function) + 1);
  EXPECT_EQ(shown(place), "symbols_test_function+1");
  EXPECT_NE(std::string(place.file).find("loader_test"), std::string::npos);
  EXPECT_EQ(shown(symbols.find(tool.tracer, pid, 16)), "none");
  EXPECT_EQ(shown(symbols.find(tool.tracer, 0, 16)), "none");
}

TEST(UserSymbols, NamesOfCppAsTheyAreInTheSource) {
  ToolDescription description = empty_tool();
  const auto pid = static_cast<uint32_t>(getpid());
  const uint64_t address = address_of(symbols_test::overloaded);
  {
    TestTool tool(OutputMode::Text, description);
    UserSymbols symbols;
    EXPECT_EQ(shown(symbols.find(tool.tracer, pid, address)), "_ZN12symbols_test10overloadedEi+0");
  }
  description.demangle = demangle;
  TestTool tool(OutputMode::Text, description);
  UserSymbols symbols;
  EXPECT_EQ(shown(symbols.find(tool.tracer, pid, address)), "symbols_test::overloaded(int)+0");
}

// A process with two pipes: it is there until the test says otherwise.
class Child {
 public:
  Child() {
    if (pipe(go_) != 0) return;
    pid_ = fork();
    if (pid_ != 0) return;
    char byte;
    _exit(read(go_[0], &byte, 1) == 1 ? 0 : 1);
  }
  uint32_t pid() const { return static_cast<uint32_t>(pid_); }
  void end() {
    EXPECT_EQ(write(go_[1], "x", 1), 1);
    EXPECT_EQ(waitpid(pid_, nullptr, 0), pid_);
    close(go_[0]);
    close(go_[1]);
  }

 private:
  int go_[2] = {-1, -1};
  pid_t pid_ = -1;
};

TEST(UserSymbols, OfAProcessThatHasEnded) {
  TestTool tool;
  UserSymbols symbols;
  Child known;
  Child unknown;
  const uint64_t address = address_of(symbols_test_function);
  symbols.note(known.pid(), address);
  known.end();
  unknown.end();
  symbols.note(unknown.pid(), address);
  EXPECT_EQ(shown(symbols.find(tool.tracer, known.pid(), address)), "symbols_test_function+0");
  EXPECT_EQ(shown(symbols.find(tool.tracer, unknown.pid(), address)), "none");
}

TEST(UserSymbols, CodeThatIsMadeLater) {
  TestTool tool;
  UserSymbols symbols;
  const auto pid = static_cast<uint32_t>(getpid());
  EXPECT_NE(shown(symbols.find(tool.tracer, pid, address_of(symbols_test_function))), "none");
  void* code = mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(code, MAP_FAILED);
  const std::string path = "/tmp/perf-" + std::to_string(pid) + ".map";
  FILE* file = fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  fprintf(file, "%lx 100 made_by_a_jit\n", reinterpret_cast<unsigned long>(code));
  fclose(file);
  symbols.note(pid, address_of(code));
  EXPECT_EQ(shown(symbols.find(tool.tracer, pid, address_of(code) + 5)), "made_by_a_jit+5");
  unlink(path.c_str());
  munmap(code, 4096);
}

std::string demangled(const char* name) {
  char* text = demangle(name);
  if (text == nullptr) return "as it is";
  std::string copy = text;
  free(text);
  return copy;
}

TEST(Demangle, Schemes) {
  EXPECT_EQ(demangled("main"), "as it is");
  EXPECT_EQ(demangled("_Z"), "as it is");
  EXPECT_EQ(demangled("_Z3fooiPKc"), "foo(int, char const*)");
  EXPECT_EQ(demangled("_ZN3foo3barE"), "foo::bar");
  EXPECT_EQ(demangled("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE"),
            "core::fmt::Write::write_fmt");
}

}  // namespace
}  // namespace bpftracec::rt
