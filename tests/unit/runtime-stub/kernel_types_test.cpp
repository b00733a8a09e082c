// The kernel's types, few of them: what libbpf makes of a program with these must be what it makes
// with all.
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include "bpftracec/rt/tool.h"
#include "failure.h"
#include "run_tool.h"
#include "tracepoint_btf.h"

namespace bpftracec::rt {
namespace {

using Kind = KernelTypeName::Kind;

struct FreeBtf {
  void operator()(btf* types) const { btf__free(types); }
};
using BtfPointer = std::unique_ptr<btf, FreeBtf>;

constexpr const char* kKernel = "/sys/kernel/btf/vmlinux";

// Those of tools/kernel_types.bpf.c.
constexpr KernelTypeName kNames[] = {
    {"atomic_t", Kind::Typedef}, {"load_weight", Kind::Struct},  {"mm_struct", Kind::Struct},
    {"rlimit", Kind::Struct},    {"sched_entity", Kind::Struct}, {"signal_struct", Kind::Struct},
    {"sock", Kind::Struct},      {"sock_common", Kind::Struct},  {"task_struct", Kind::Struct},
    {"sigval", Kind::Union},
};

ToolDescription tool_with(Table<KernelTypeName> names) {
  ToolDescription tool{};
  tool.kernel_types = names;
  return tool;
}

// All instructions of the object as the kernel gets them; `types` may be null.
std::vector<uint64_t> relocated(const char* types) {
  bpf_object_open_opts options{};
  options.sz = sizeof options;
  options.btf_custom_path = types;
  bpf_object* object = bpf_object__open_file(KERNEL_TYPES_OBJECT, &options);
  if (object == nullptr) return {};
  std::vector<uint64_t> result;
  if (bpf_object__load(object) == 0) {
    const bpf_program* program = bpf_object__find_program_by_name(object, "read_members");
    const auto* words = reinterpret_cast<const uint64_t*>(bpf_program__insns(program));
    result.assign(words, words + bpf_program__insn_cnt(program));
  }
  bpf_object__close(object);
  return result;
}

// A reference to .bss has the number of a file.
void forget_maps(std::vector<uint64_t>& instructions) {
  for (uint64_t& word : instructions) {
    if ((word & 0xff) == 0x18) word &= 0xffffffff;
  }
}

TEST(KernelTypes, RelocateAsAllOfThemDo) {
  SKIP_WITHOUT_BPF();
  if (access(kKernel, R_OK) != 0) GTEST_SKIP() << "this kernel has no BTF";
  const BtfPointer types(btf__new_empty());
  ASSERT_TRUE(read_kernel_types(tool_with(kNames), kKernel, types.get()));
  EXPECT_LT(btf__type_cnt(types.get()), 2000U);
  Failure failure;
  const int file = write_types(types.get(), failure);
  ASSERT_GE(file, 0) << failure.message();

  std::vector<uint64_t> with_few = relocated(("/proc/self/fd/" + std::to_string(file)).c_str());
  std::vector<uint64_t> with_all = relocated(nullptr);
  close(file);
  forget_maps(with_few);
  forget_maps(with_all);
  ASSERT_FALSE(with_all.empty());
  EXPECT_EQ(with_few, with_all);
}

TEST(KernelTypes, WhatIsNotThereIsLeftToLibbpf) {
  if (access(kKernel, R_OK) != 0) GTEST_SKIP() << "this kernel has no BTF";
  constexpr KernelTypeName kUnknown[] = {{"task_struct", Kind::Struct},
                                         {"no_such_struct", Kind::Struct}};
  constexpr KernelTypeName kOtherKind[] = {{"task_struct", Kind::Union}};
  for (const Table<KernelTypeName> names :
       {Table<KernelTypeName>(kUnknown), Table<KernelTypeName>(kOtherKind)}) {
    const BtfPointer types(btf__new_empty());
    EXPECT_FALSE(read_kernel_types(tool_with(names), kKernel, types.get()));
  }
}

class BrokenBtf : public testing::Test {
 protected:
  ~BrokenBtf() override { unlink(path_.c_str()); }

  bool read(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
    const BtfPointer types(btf__new_empty());
    return read_kernel_types(tool_with(kName), path_.c_str(), types.get());
  }

  static constexpr KernelTypeName kName[] = {{"pair", Kind::Struct}};
  std::string path_ = "/tmp/kernel-types-" + std::to_string(getpid());
};

// A file of our own with a struct of two numbers, whole and cut off at every byte, and with every
// byte changed: whatever comes of it, nothing is read outside, and it ends.
TEST_F(BrokenBtf, IsNeverTrusted) {
  const BtfPointer whole(btf__new_empty());
  const int number = btf__add_int(whole.get(), "int", 4, 1);
  btf__add_struct(whole.get(), "pair", 8);
  btf__add_field(whole.get(), "a", number, 0, 0);
  btf__add_field(whole.get(), "b", btf__add_typedef(whole.get(), "t", number) - 1, 32, 0);
  uint32_t size = 0;
  const void* data = btf__raw_data(whole.get(), &size);
  const std::string bytes(static_cast<const char*>(data), size);
  EXPECT_TRUE(read(bytes));
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(read(bytes.substr(0, length))) << length;
  }
  for (size_t place = 0; place < bytes.size(); ++place) {
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string changed = bytes;
      changed[place] = value;
      read(changed);
    }
  }
}

TEST_F(BrokenBtf, AFileThatIsNotThereHasNothing) {
  const BtfPointer types(btf__new_empty());
  EXPECT_FALSE(read_kernel_types(tool_with(kName), "/nonexistent", types.get()));
}

}  // namespace
}  // namespace bpftracec::rt
