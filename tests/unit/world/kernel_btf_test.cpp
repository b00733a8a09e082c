#include "bpftracec/world/kernel_btf.h"

#include <filesystem>
#include <functional>
#include <unistd.h>

#include <gtest/gtest.h>

#include "bpftracec/base/file_io.h"
#include "bpftracec/base/temporary_directory.h"
#include "bpftracec/world/c_type_store.h"
#include "tests/support/world/fixture_world.h"
#include "tests/unit/world/btf_builder.h"

namespace bpftracec::world {
namespace {

const CMember* member(const CType& record, std::string_view name) {
  for (const CMember& member : record.store->members(record)) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

class FixtureBtf : public testing::Test {
 protected:
  const CType& type(CTag tag, std::string_view name) {
    const CType* found = kernel_.find_type(tag, name);
    EXPECT_NE(found, nullptr) << name;
    static const CType nothing;
    return found == nullptr ? nothing : *found;
  }

  const CMember& task_member(std::string_view name) {
    const CMember* found = member(type(CTag::Struct, "task_struct"), name);
    EXPECT_NE(found, nullptr) << name;
    static const CType nothing;
    static const CMember none{"", &nothing};
    return found == nullptr ? none : *found;
  }

  KernelBtf kernel_{testing_support::FixtureWorld::kernel_btf()};
};

TEST_F(FixtureBtf, FindsTypesByTagAndName) {
  const CType& task = type(CTag::Struct, "task_struct");
  EXPECT_EQ(task.kind, CTypeKind::Struct);
  EXPECT_EQ(task.origin, CTypeOrigin::Kernel);
  EXPECT_EQ(task.size, 320U);
  EXPECT_EQ(kernel_.find_type(CTag::Union, "task_struct"), nullptr);
  EXPECT_EQ(kernel_.find_type(CTag::None, "task_struct"), nullptr);
  EXPECT_EQ(kernel_.find_type(CTag::Struct, ""), nullptr);
  EXPECT_EQ(kernel_.find_type(CTag::Struct, "nosuch"), nullptr);
  EXPECT_EQ(kernel_.error(), nullptr);
}

TEST_F(FixtureBtf, ResolvesTypedefsAndKeepsTheirNames) {
  const CType& pid = type(CTag::None, "pid_t");
  EXPECT_EQ(pid.kind, CTypeKind::Integer);
  EXPECT_EQ(pid.typedef_name, "pid_t");
  EXPECT_EQ(pid.name, "int");
  EXPECT_TRUE(pid.is_signed);
  const CType& atomic = type(CTag::None, "atomic_t");
  EXPECT_EQ(atomic.kind, CTypeKind::Struct);
  EXPECT_EQ(atomic.name, "");
  EXPECT_EQ(spelling(atomic), "atomic_t");
  EXPECT_NE(member(atomic, "counter"), nullptr);
  EXPECT_TRUE(is_same_type(pid, type(CTag::None, "int")));
}

TEST_F(FixtureBtf, TellsMembersOfEachKind) {
  EXPECT_EQ(spelling(*task_member("comm").type), "char[16]");
  EXPECT_TRUE(task_member("comm").type->target->is_char);
  EXPECT_EQ(spelling(*task_member("stack").type), "void *");
  EXPECT_EQ(spelling(*task_member("cred").type), "struct cred *");
  EXPECT_EQ(spelling(*task_member("kind").type), "enum pid_type");
  EXPECT_TRUE(task_member("is_traced").type->is_bool);
  EXPECT_EQ(task_member("no_float_in_a_kernel").type->kind, CTypeKind::Float);
  EXPECT_EQ(task_member("no_float_in_a_kernel").type->size, 8U);
  const CType& values = *task_member("thread_values").type;
  EXPECT_EQ(values.count, 4U);
  EXPECT_EQ(values.size, 32U);
  EXPECT_FALSE(values.is_flexible);
  const CType& bitmap = *member(type(CTag::Struct, "mm_struct"), "cpu_bitmap")->type;
  EXPECT_TRUE(bitmap.is_flexible);
  EXPECT_EQ(bitmap.size, 0U);
}

TEST_F(FixtureBtf, TellsBitfieldsWithTheirSign) {
  const CMember& policy = task_member("policy");
  const CMember& nice = task_member("nice");
  EXPECT_EQ(policy.bit_size, 3U);
  EXPECT_EQ(nice.bit_size, 6U);
  EXPECT_EQ(nice.bit_offset, policy.bit_offset + 3);
  EXPECT_FALSE(policy.type->is_signed);
  EXPECT_TRUE(nice.type->is_signed);
  EXPECT_EQ(task_member("pid").bit_size, 0U);
}

TEST_F(FixtureBtf, TellsWhatPointersAreTaggedWith) {
  EXPECT_EQ(task_member("parent").type->tag, PointerTag::Rcu);
  EXPECT_EQ(task_member("cred").type->tag, PointerTag::Rcu);
  EXPECT_EQ(task_member("set_child_tid").type->tag, PointerTag::User);
  EXPECT_EQ(task_member("counters").type->tag, PointerTag::Percpu);
  EXPECT_EQ(task_member("group_leader").type->tag, PointerTag::None);
  EXPECT_EQ(task_member("group_leader").type->target, &type(CTag::Struct, "task_struct"));
}

TEST_F(FixtureBtf, KnowsTypesThatAreOnlyDeclared) {
  const CType& files = *task_member("files").type->target;
  EXPECT_EQ(spelling(files), "struct files_struct");
  EXPECT_FALSE(files.is_complete);
  EXPECT_TRUE(files.store->members(files).empty());
  EXPECT_EQ(kernel_.find_type(CTag::Union, "files_struct"), nullptr);
}

TEST_F(FixtureBtf, FindsEnumeratorsWithTheirEnum) {
  const auto tgid = kernel_.find_enumerator("PIDTYPE_TGID");
  ASSERT_TRUE(tgid);
  EXPECT_EQ(tgid->value, 1U);
  EXPECT_EQ(tgid->type->name, "pid_type");
  EXPECT_EQ(kernel_.find_enumerator("LARGE_HIGH")->value, uint64_t{1} << 40);
  EXPECT_EQ(kernel_.find_enumerator("LARGE_HIGH")->type->size, 8U);
  EXPECT_EQ(kernel_.find_enumerator("OFFSET_NONE")->value, UINT64_MAX);
  EXPECT_TRUE(kernel_.find_enumerator("OFFSET_NONE")->type->is_signed);
  EXPECT_FALSE(kernel_.find_enumerator("PIDTYPE"));
  const CType& kind = type(CTag::Enum, "pid_type");
  ASSERT_EQ(kind.store->enumerators(kind).size(), 5U);
  EXPECT_EQ(kind.store->enumerators(kind)[4].name, "PIDTYPE_MAX");
}

TEST_F(FixtureBtf, TellsPrototypes) {
  const CType* read = kernel_.find_function("vfs_read");
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->name, "vfs_read");
  EXPECT_EQ(spelling(*read->target), "ssize_t");
  const auto parameters = read->store->parameters(*read);
  ASSERT_EQ(parameters.size(), 4U);
  EXPECT_EQ(parameters[0].name, "file");
  EXPECT_EQ(spelling(*parameters[0].type), "struct file *");
  EXPECT_EQ(parameters[1].type->tag, PointerTag::User);
  EXPECT_EQ(spelling(*parameters[3].type), "loff_t *");
  EXPECT_FALSE(read->is_variadic);
  EXPECT_EQ(kernel_.find_function("task_struct"), nullptr);
  const CType& variadic = *member(type(CTag::Struct, "kept"), "printk")->type->target;
  EXPECT_TRUE(variadic.is_variadic);
  EXPECT_EQ(variadic.store->parameters(variadic).size(), 1U);
}

TEST_F(FixtureBtf, TellsArgumentsOfTracepoints) {
  const CType* sched_switch = kernel_.find_tracepoint_function("sched_switch");
  ASSERT_NE(sched_switch, nullptr);
  const auto named = sched_switch->store->parameters(*sched_switch);
  ASSERT_EQ(named.size(), 5U);
  EXPECT_EQ(named[2].name, "prev");
  const CType* wakeup = kernel_.find_tracepoint_function("sched_wakeup");
  ASSERT_NE(wakeup, nullptr);
  const auto unnamed = wakeup->store->parameters(*wakeup);
  ASSERT_EQ(unnamed.size(), 2U);
  EXPECT_EQ(spelling(*unnamed[1].type), "struct task_struct *");
  EXPECT_EQ(kernel_.find_tracepoint_function("nosuch"), nullptr);
}

TEST_F(FixtureBtf, FindsNearNames) {
  base::NearestName search("task_strut");
  kernel_.consider_types(CTag::Struct, search);
  EXPECT_EQ(search.found(), "task_struct");
  base::NearestName function("vfs_raed");
  kernel_.consider_functions(function);
  EXPECT_EQ(function.found(), "vfs_read");
}

TEST(KernelBtf, SaysWhyThereIsNone) {
  const KernelBtf missing("/nonexistent");
  EXPECT_FALSE(missing.is_there());
  EXPECT_EQ(missing.error(), nullptr);
  EXPECT_EQ(missing.find_type(CTag::Struct, "x"), nullptr);
  ASSERT_NE(missing.error(), nullptr);
  EXPECT_EQ(missing.error()->message, "cannot open '/nonexistent': No such file or directory");
}

TEST(KernelBtf, LooksIntoModulesForWhatTheKernelDoesNotKnow) {
  BtfBuilder kernel;
  const uint32_t integer = kernel.add_integer("int", 4, BTF_INT_SIGNED);
  kernel.add(BTF_KIND_STRUCT, "both", 0, 4);
  const uint32_t kernel_strings = static_cast<uint32_t>(std::string("\0int\0both\0", 10).size());

  // Numbers of types and strings go on where the kernel's end.
  std::string types;
  const btf_type record{kernel_strings, BTF_KIND_STRUCT << 24 | 1, {4}};
  const btf_member field{1, integer, 0};
  types.append(reinterpret_cast<const char*>(&record), sizeof record);
  types.append(reinterpret_cast<const char*>(&field), sizeof field);
  const std::string strings("own\0", 4);
  btf_header header{};
  header.magic = BTF_MAGIC;
  header.version = BTF_VERSION;
  header.hdr_len = sizeof header;
  header.type_len = static_cast<uint32_t>(types.size());
  header.str_off = header.type_len;
  header.str_len = static_cast<uint32_t>(strings.size());
  const std::string module = std::string(reinterpret_cast<const char*>(&header), sizeof header) +
                             types + strings;

  auto directory = base::TemporaryDirectory::create("/tmp");
  ASSERT_TRUE(directory);
  ASSERT_TRUE(base::write_file(directory->file("vmlinux"), kernel.bytes()));
  ASSERT_TRUE(base::write_file(directory->file("module"), module));
  ASSERT_TRUE(base::write_file(directory->file("broken"), "not BTF"));
  const std::string path = std::filesystem::path(directory->file("x")).parent_path();
  const KernelBtf with_modules(directory->file("vmlinux"), path);
  const CType* own = with_modules.find_type(CTag::Struct, "own");
  ASSERT_NE(own, nullptr);
  ASSERT_NE(member(*own, "int"), nullptr);
  EXPECT_EQ(spelling(*member(*own, "int")->type), "int");
  EXPECT_NE(with_modules.find_type(CTag::Struct, "both"), nullptr);
  EXPECT_EQ(KernelBtf(directory->file("vmlinux")).find_type(CTag::Struct, "own"), nullptr);
}

// ---- BTF that nobody should trust ----

std::unique_ptr<const BtfTypes> types_of(const BtfBuilder& builder) {
  auto data = BtfData::parse(builder.bytes(), nullptr);
  EXPECT_TRUE(data);
  return std::make_unique<const BtfTypes>(*std::move(data));
}

constexpr BtfTypes::Kinds kAll = ~BtfTypes::Kinds{0};

TEST(HostileBtf, TypesMadeOfThemselvesEnd) {
  BtfBuilder builder;
  builder.add(BTF_KIND_TYPEDEF, "self", 0, 1);
  builder.add(BTF_KIND_TYPEDEF, "first", 0, 3);
  builder.add(BTF_KIND_TYPEDEF, "second", 0, 2);
  builder.add(BTF_KIND_PTR, "pointer", 0, 4);
  builder.add(BTF_KIND_CONST, "constant", 0, 5);
  const uint32_t pointer_to_const = builder.add(BTF_KIND_PTR, "to_constant", 0, 5);
  builder.add(BTF_KIND_TYPEDEF, "array", 0, builder.add_array(pointer_to_const + 1, 7));
  const auto types = types_of(builder);
  for (const char* name : {"self", "first", "second", "pointer", "constant", "to_constant"}) {
    const CType* type = types->find(kAll, name);
    ASSERT_NE(type, nullptr) << name;
    EXPECT_FALSE(spelling(*type).empty());
  }
}

TEST(HostileBtf, NoRecordHoldsItself) {
  BtfBuilder builder;
  const uint32_t integer = builder.add_integer("int", 4);
  const uint32_t outer = builder.add(BTF_KIND_STRUCT, "outer", 2, 8);
  builder.add_member("number", integer, 0);
  builder.add_member("", outer + 1, 0);
  builder.add(BTF_KIND_UNION, "inner", 1, 8);
  builder.add_member("back", outer, 0);
  const auto types = types_of(builder);
  const CType* type = types->find(kAll, "outer");
  ASSERT_NE(type, nullptr);
  ASSERT_EQ(types->members(*type).size(), 1U);
  EXPECT_EQ(types->members(*type)[0].name, "number");
  EXPECT_TRUE(types->members(*types->find(kAll, "inner")).empty());
}

TEST(HostileBtf, VeryDeepTypesEnd) {
  BtfBuilder builder;
  uint32_t last = builder.add_integer("int", 4);
  for (int i = 0; i < 100000; ++i) last = builder.add(BTF_KIND_PTR, "", 0, last);
  builder.add(BTF_KIND_TYPEDEF, "deep", 0, last);
  for (int i = 0; i < 100000; ++i) {
    builder.add(BTF_KIND_STRUCT, i == 99999 ? "nested" : "", 1, 4);
    builder.add_member("m", i == 0 ? 1 : last + 1 + static_cast<uint32_t>(i), 0);
  }
  const auto types = types_of(builder);
  EXPECT_NE(types->find(kAll, "deep"), nullptr);
  EXPECT_TRUE(types->members(*types->find(kAll, "nested")).empty());
}

TEST(HostileBtf, MembersOutsideTheirRecordAreLeftOut) {
  BtfBuilder builder;
  const uint32_t integer = builder.add_integer("int", 4);
  const uint32_t huge = builder.add_array(integer, UINT32_MAX);
  builder.add(BTF_KIND_STRUCT, "s", 5, 8);
  builder.add_member("good", integer, 32);
  builder.add_member("behind", integer, 64);
  builder.add_member("far", integer, UINT32_MAX - 31);
  builder.add_member("huge", huge, 0);
  builder.add_member("unknown", 1000, 0);
  const auto types = types_of(builder);
  const auto members = types->members(*types->find(kAll, "s"));
  ASSERT_EQ(members.size(), 1U);
  EXPECT_EQ(members[0].name, "good");
}

// ---- the running kernel's ----

class RunningKernel : public testing::Test {
 protected:
  void SetUp() override {
    if (!kernel_.is_there()) GTEST_SKIP() << "this kernel has no BTF";
  }

  KernelBtf kernel_;
};

TEST_F(RunningKernel, TellsOfTasks) {
  const CType* task = kernel_.find_type(CTag::Struct, "task_struct");
  ASSERT_NE(task, nullptr);
  EXPECT_GT(task->size, 1000U);
  ASSERT_NE(member(*task, "comm"), nullptr);
  EXPECT_EQ(spelling(*member(*task, "comm")->type), "char[16]");
  EXPECT_EQ(spelling(*member(*task, "pid")->type), "pid_t");
  EXPECT_NE(kernel_.find_function("vfs_read"), nullptr);
  EXPECT_NE(kernel_.find_tracepoint_function("sched_switch"), nullptr);
}

// All of it can be read; this is the largest graph of types that there is.
TEST_F(RunningKernel, CanBeWalkedFromTheTask) {
  const CType* task = kernel_.find_type(CTag::Struct, "task_struct");
  ASSERT_NE(task, nullptr);
  std::vector<const CType*> pending = {task};
  std::unordered_set<const CType*> seen(pending.begin(), pending.end());
  size_t count = 0;
  while (!pending.empty()) {
    const CType& type = *pending.back();
    pending.pop_back();
    const auto visit = [&](const CType* next) {
      if (next != nullptr && seen.insert(next).second) pending.push_back(next);
    };
    visit(type.target);
    if (type.store == nullptr) continue;
    for (const CMember& each : type.store->members(type)) {
      ++count;
      visit(each.type);
    }
    for (const CParameter& each : type.store->parameters(type)) visit(each.type);
  }
  EXPECT_GT(count, 10000U);
}

}  // namespace
}  // namespace bpftracec::world
