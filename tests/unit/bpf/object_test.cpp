// What is in the object, as libbpf and the kernel's formats see it. Nothing is loaded: these run
// anywhere.
#include <algorithm>
#include <cstring>
#include <fstream>
#include <functional>
#include <gelf.h>
#include <linux/bpf.h>
#include <memory>
#include <set>
#include <span>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bpftracec/base/free_with.h"
#include "bpftracec/bpf/compile.h"
#include "tests/unit/bpf/program_builder.h"

namespace bpftracec::bpf::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// The headers of .BTF.ext, which libbpf keeps to itself (Documentation/bpf/btf.rst).
struct BtfExtHeader {
  uint16_t magic;
  uint8_t version, flags;
  uint32_t header_size;
  uint32_t func_info_offset, func_info_size;
  uint32_t line_info_offset, line_info_size;
  uint32_t core_offset, core_size;
};
struct SectionInfo {
  uint32_t section_name;
  uint32_t count;
};
struct LineInfo {
  uint32_t instruction_offset, file_name, line, line_and_column;
};
struct CoreRelocation {
  uint32_t instruction_offset, type, path, kind;
};

class Object {
 public:
  explicit Object(const sema::Program& program, const CompileOptions& options = {}) {
    auto compiled = compile_to_object(program, options);
    EXPECT_TRUE(compiled) << (compiled ? "" : compiled.error().message);
    bytes_ = *std::move(compiled);
    std::string path = ::testing::TempDir() + "object_test." + std::to_string(getpid()) + ".o";
    std::ofstream(path, std::ios::binary)
        .write(bytes_.data(), static_cast<std::streamsize>(bytes_.size()));
    btf_ext* ext = nullptr;
    types_.reset(btf__parse_elf(path.c_str(), &ext));
    ext_.reset(ext);
    unlink(path.c_str());
    object_.reset(bpf_object__open_mem(bytes_.data(), bytes_.size(), nullptr));
    EXPECT_NE(object_, nullptr);
  }

  const std::string& bytes() const { return bytes_; }
  bpf_object* get() { return object_.get(); }
  bpf_map* map(const char* name) { return bpf_object__find_map_by_name(object_.get(), name); }

  std::span<const bpf_insn> instructions(const char* program = "probe_0") {
    bpf_program* found = bpf_object__find_program_by_name(object_.get(), program);
    return {bpf_program__insns(found), bpf_program__insn_cnt(found)};
  }

  std::set<std::string> sections() {
    elf_version(EV_CURRENT);
    std::unique_ptr<Elf, base::FreeWith<elf_end>> elf(elf_memory(bytes_.data(), bytes_.size()));
    size_t names = 0;
    elf_getshdrstrndx(elf.get(), &names);
    std::set<std::string> result;
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf.get(), section)) != nullptr;) {
      GElf_Shdr header;
      gelf_getshdr(section, &header);
      result.insert(elf_strptr(elf.get(), names, header.sh_name));
    }
    return result;
  }

  // "name size" of each variable of a section.
  std::vector<std::string> variables(const char* section) {
    std::vector<std::string> result;
    int id = btf__find_by_name_kind(types_.get(), section, BTF_KIND_DATASEC);
    if (id < 0) return result;
    const btf_type* type = btf__type_by_id(types_.get(), static_cast<uint32_t>(id));
    for (int i = 0; i < btf_vlen(type); ++i) {
      const btf_var_secinfo& entry = btf_var_secinfos(type)[i];
      const btf_type* variable = btf__type_by_id(types_.get(), entry.type);
      result.push_back(text(variable->name_off) + " " + std::to_string(entry.size));
    }
    return result;
  }

  std::string text(uint32_t offset) { return btf__str_by_offset(types_.get(), offset); }
  std::string type_name(uint32_t id) { return text(btf__type_by_id(types_.get(), id)->name_off); }

  template <typename Entry>
  std::vector<Entry> ext_entries(uint32_t BtfExtHeader::* offset, uint32_t BtfExtHeader::* size) {
    uint32_t total = 0;
    const auto* data = static_cast<const char*>(btf_ext__get_raw_data(ext_.get(), &total));
    BtfExtHeader header;
    std::memcpy(&header, data, sizeof(header));
    std::vector<Entry> result;
    if (header.*size == 0) return result;
    const char* at = data + header.header_size + header.*offset;
    const char* end = at + header.*size;
    at += sizeof(uint32_t);  // the size of an entry
    while (at < end) {
      SectionInfo section;
      std::memcpy(&section, at, sizeof(section));
      at += sizeof(section);
      for (uint32_t i = 0; i < section.count; ++i, at += sizeof(Entry)) {
        std::memcpy(&result.emplace_back(), at, sizeof(Entry));
      }
    }
    return result;
  }
  std::vector<LineInfo> lines() {
    return ext_entries<LineInfo>(&BtfExtHeader::line_info_offset, &BtfExtHeader::line_info_size);
  }
  std::vector<CoreRelocation> relocations() {
    return ext_entries<CoreRelocation>(&BtfExtHeader::core_offset, &BtfExtHeader::core_size);
  }

 private:
  std::string bytes_;
  std::unique_ptr<btf, base::FreeWith<btf__free>> types_;
  std::unique_ptr<btf_ext, base::FreeWith<btf_ext__free>> ext_;
  std::unique_ptr<bpf_object, base::FreeWith<bpf_object__close>> object_;
};

ProgramBuilder count_by_comm() {
  ProgramBuilder b;
  b.program.late_constants.clear();
  auto map = b.map("", {text_type(16)}, aggregation_type(TypeKind::Count));
  b.probe(block(aggregate(map, list(comm()), nullptr, b.site())), sema::ProgramKind::Tracepoint);
  return b;
}

TEST(Object, HoldsWhatTheContractSays) {
  ProgramBuilder b;
  b.program.config.license = "Dual BSD/GPL";
  b.late_constant(sema::LateConstant::Kind::ParameterInteger, "param_1", 8, 1);
  b.late_constant(sema::LateConstant::Kind::ParameterText, "param_text_2", 30, 2);
  b.map("hash", {int_type(), text_type(20)}, text_type(10));
  b.map("scalar", {}, int_type());
  b.map("counts", {int_type()}, aggregation_type(TypeKind::Count));
  b.map("total", {}, aggregation_type(TypeKind::Avg));
  auto record = b.record(sema::RecordKind::Printf, {text_type(1024)});
  b.site();
  b.site();
  b.probe(block(emit(record, list(read_text(argument(0), 1024)))));
  Object object(b.program);

  EXPECT_THAT(object.sections(), ::testing::IsSupersetOf({"raw_tp", ".maps", ".rodata", ".bss",
                                                          "license", ".BTF", ".BTF.ext"}));
  for (const std::string& section : object.sections())
    EXPECT_THAT(section, Not(HasSubstr("debug")));
  EXPECT_THAT(object.bytes(), HasSubstr("Dual BSD/GPL"));

  auto expect_map = [&](const char* name, bpf_map_type type, uint32_t key, uint32_t value,
                        uint32_t entries) {
    bpf_map* map = object.map(name);
    ASSERT_NE(map, nullptr) << name;
    EXPECT_EQ(bpf_map__type(map), type) << name;
    EXPECT_EQ(bpf_map__key_size(map), key) << name;
    EXPECT_EQ(bpf_map__value_size(map), value) << name;
    EXPECT_EQ(bpf_map__max_entries(map), entries) << name;
  };
  expect_map("map_hash", BPF_MAP_TYPE_HASH, 32, 16, 4096);
  expect_map("map_scalar", BPF_MAP_TYPE_ARRAY, 4, 16, 1);
  expect_map("map_counts", BPF_MAP_TYPE_PERCPU_HASH, 8, 8, 4096);
  expect_map("map_total", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 24, 1);
  // A raw tracepoint may meet itself: four regions, each with a word that claims it.
  expect_map("scratch", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8 + 16 + 1024 + 8, 4);
  EXPECT_EQ(bpf_map__type(object.map("events")), BPF_MAP_TYPE_RINGBUF);

  auto constants = object.variables(".rodata");
  EXPECT_THAT(constants, Contains("param_1 8"));
  EXPECT_THAT(constants, Contains("param_text_2 30"));
  EXPECT_THAT(constants, Contains("has_boot_clock 4"));
  EXPECT_THAT(object.variables(".bss"),
              ::testing::UnorderedElementsAre("lost_events 8", "site_counts 16", "site_codes 16"));
}

TEST(Object, HoldsNothingThatIsNotUsed) {
  Object object(count_by_comm().program);
  EXPECT_EQ(object.sections(),
            (std::set<std::string>{".strtab", ".symtab", ".text", "tracepoint", ".reltracepoint",
                                   ".maps", ".bss", "license", ".BTF", ".BTF.ext"}));
  EXPECT_EQ(object.map("events"), nullptr);
  EXPECT_EQ(object.map("scratch"), nullptr);
  EXPECT_LE(object.bytes().size(), 2560U);
}

// Path of an event whose key is there already: name, look-up, one addition. A program in C has 16
// instructions; ours clears the name's buffer first, because kernels 5.18 to 6.3 do not fill it up.
TEST(Object, CountsInAFewInstructions) {
  Object object(count_by_comm().program);
  EXPECT_LE(object.instructions().size(), 41U);
  // After the look-up's null check come the load, the addition, the store.
  auto code = object.instructions();
  auto look_up = std::ranges::find_if(code, [](const bpf_insn& i) {
    return i.code == (BPF_JMP | BPF_CALL) && i.imm == BPF_FUNC_map_lookup_elem;
  });
  ASSERT_LT(look_up + 4, code.end());
  EXPECT_LE(look_up - code.begin(), 11);
  EXPECT_EQ(look_up[1].code, BPF_JMP | BPF_JEQ | BPF_K);
  EXPECT_EQ(look_up[2].code, BPF_LDX | BPF_MEM | BPF_DW);
  EXPECT_EQ(look_up[3].code, BPF_ALU64 | BPF_ADD | BPF_K);
  EXPECT_EQ(look_up[4].code, BPF_STX | BPF_MEM | BPF_DW);
}

TEST(Object, UsesNoAtomicsOfLaterKernels) {
  ProgramBuilder b;
  auto map = b.map("m", {int_type()}, int_type());
  auto record = b.record(sema::RecordKind::Printf, {int_type()});
  b.probe(
      block(assign_map(map, list(number(1)), number(2), b.site()), emit(record, list(number(3)))));
  Object object(b.program);
  int atomics = 0;
  for (const bpf_insn& instruction : object.instructions()) {
    if ((instruction.code & 0xe7) != (BPF_STX | 0xc0)) continue;  // 0xc0: BPF_XADD, now BPF_ATOMIC
    ++atomics;
    EXPECT_EQ(instruction.imm, BPF_ADD) << "with BPF_FETCH, it needs Linux 5.12";
  }
  EXPECT_EQ(atomics, 2);
}

TEST(Object, LoadsFieldsInOneRelocatedInstruction) {
  ProgramBuilder b;
  sema::TracepointRecord record{.category = "c", .event = "e", .struct_name = "tp_c_e"};
  using Kind = sema::TracepointField::Kind;
  record.fields = {{"late", Kind::Scalar, int_type(8), 24, 8, 0},
                   {"early", Kind::Scalar, int_type(4), 8, 4, 0},
                   {"numbers", Kind::Array, {.kind = TypeKind::Array, .count = 4}, 32, 16, 4}};
  b.program.tracepoint_records.push_back(record);
  auto map = b.map("m", {int_type()}, int_type());
  ExprPtr either = choose(compare(BinaryOp::Greater, field(0, 1, int_type(4)), number(0)),
                          field(0, 0, int_type()), convert(field(0, 1, int_type(4)), int_type()));
  ExprPtr narrowed = convert(convert(field(0, 0, int_type()), uint_type(1)), int_type());
  b.probe(block(assign_map(map, list(std::move(either)), std::move(narrowed), b.site()),
                assign_map(map, list(number(0)),
                           convert(field(0, 2, uint_type(4), number(3)), int_type()), b.site())),
          sema::ProgramKind::Tracepoint);
  Object object(b.program);
  auto code = object.instructions();
  std::set<std::string> seen;
  constexpr uint32_t kShiftLeft = 4;
  constexpr uint32_t kShiftRight = 5;
  int shifts = 0;
  for (const CoreRelocation& relocation : object.relocations()) {
    ASSERT_LT(relocation.instruction_offset / 8, code.size());
    const bpf_insn& instruction = code[relocation.instruction_offset / 8];
    if (relocation.kind == kShiftLeft || relocation.kind == kShiftRight) {
      EXPECT_EQ(BPF_CLASS(instruction.code), BPF_ALU64);
      ++shifts;
      continue;
    }
    EXPECT_EQ(BPF_CLASS(instruction.code), BPF_LDX);
    EXPECT_EQ(object.type_name(relocation.type), "tp_c_e");
    seen.insert(object.text(relocation.path) + " at " + std::to_string(instruction.off) + " size " +
                std::to_string(BPF_SIZE(instruction.code)));
  }
  EXPECT_GE(shifts, 4) << "signs are extended by what the target's field has";
  auto size = [](int bits) { return " size " + std::to_string(bits); };
  // The members are ordered by offset: early, late, numbers.
  EXPECT_EQ(seen, (std::set<std::string>{"0:0 at 8" + size(BPF_W), "0:1 at 24" + size(BPF_DW),
                                         "0:2:3 at 44" + size(BPF_W)}));
}

// What kernels before 6.9 want: an instruction that is no jump must not lead to one that leads to
// it.
void expect_loops_by_jumps_only(std::span<const bpf_insn> code) {
  enum State : uint8_t { kUnseen, kOpen, kDone };
  std::vector<State> state(code.size(), kUnseen);
  std::function<void(size_t)> walk = [&](size_t at) {
    state[at] = kOpen;
    uint8_t code_class = BPF_CLASS(code[at].code);
    uint8_t op = BPF_OP(code[at].code);
    bool is_jump = (code_class == BPF_JMP || code_class == BPF_JMP32) && op != BPF_CALL &&
                   op != BPF_EXIT;
    std::vector<size_t> next;
    if (is_jump) next.push_back(static_cast<size_t>(static_cast<int64_t>(at) + 1 + code[at].off));
    bool ends = code[at].code == (BPF_JMP | BPF_EXIT) || code[at].code == (BPF_JMP | BPF_JA);
    if (!ends) next.push_back(at + (code[at].code == (BPF_LD | BPF_IMM | BPF_DW) ? 2 : 1));
    for (size_t to : next) {
      ASSERT_LT(to, code.size());
      EXPECT_TRUE(is_jump || state[to] != kOpen) << "back-edge from insn " << at << " to " << to;
      if (state[to] == kUnseen) walk(to);
    }
    state[at] = kDone;
  };
  walk(0);
}

TEST(Object, LoopsByJumpsOnly) {
  for (bool has_branches : {false, true}) {
    ProgramBuilder b;
    Type type = int_type();
    auto map = b.map("m", {type}, type);
    auto total = b.map("t", {}, type);
    auto i = [&] { return variable(0, type); };
    sema::While loop;
    loop.condition = compare(BinaryOp::Less, i(), number(10));
    loop.body.push_back(assign(0, binary(BinaryOp::Add, i(), number(1))));
    if (has_branches) {
      sema::If skip;
      skip.condition = compare(BinaryOp::Equal, i(), number(3));
      skip.then_block = block(make_statement(sema::Continue{}));
      sema::If stop;
      stop.condition = compare(BinaryOp::Greater, i(), number(7));
      stop.then_block = block(make_statement(sema::Break{}));
      loop.body.push_back(make_statement(std::move(skip)));
      loop.body.push_back(make_statement(std::move(stop)));
    }
    loop.body.push_back(
        assign_map(map, list(i()), binary(BinaryOp::Multiply, i(), number(2)), b.site()));
    sema::Unroll unroll;
    unroll.count = 50;
    unroll.body = block(evaluate(increment(total, {}, b.site())));
    b.probe(block(make_statement(std::move(loop)), make_statement(std::move(unroll)))).variables = {
        {"i", type}};
    Object object(b.program);
    expect_loops_by_jumps_only(object.instructions());
  }
}

// "line:column text" of each entry; all of them name the script.
std::set<std::string> named_lines(Object& object) {
  std::set<std::string> lines;
  for (const LineInfo& line : object.lines()) {
    EXPECT_EQ(object.text(line.file_name), "test.bt");
    lines.insert(std::to_string(line.line_and_column >> 10U) + ":" +
                 std::to_string(line.line_and_column & 1023U) + " " + object.text(line.line));
  }
  return lines;
}

TEST(Object, NamesTheScriptsLines) {
  ProgramBuilder b = count_by_comm();
  b.program.source = "tracepoint:a:b\n{\n  @[comm] = count();\n}\n";
  b.program.programs[0].body[0].range = {19, 36};
  Object object(b.program);
  EXPECT_THAT(named_lines(object), Contains("3:3   @[comm] = count();"));
}

TEST(Object, NamesALineAsFarAsAStringOfBtfGoes) {
  ProgramBuilder b = count_by_comm();
  b.program.source = std::string("BEGIN {\n@[comm] = count(); // \0 and more\n}", 42);
  b.program.programs[0].body[0].range = {8, 25};
  Object object(b.program);
  EXPECT_THAT(named_lines(object), Contains("2:1 @[comm] = count(); // "));
}

TEST(Object, IsTheSameForTheSameProgram) {
  EXPECT_EQ(Object(count_by_comm().program).bytes(), Object(count_by_comm().program).bytes());
}

TEST(Object, ReadsArgumentsFromTheTargetsRegisters) {
  ProgramBuilder b;
  auto map = b.map("m", {uint_type()}, uint_type());
  b.probe(block(assign_map(map, list(argument(1)), builtin(sema::Builtin::Retval), b.site())),
          sema::ProgramKind::Uretprobe);
  auto offsets = [&](Architecture architecture) {
    Object object(b.program, {.architecture = architecture});
    std::multiset<int> result;
    for (const bpf_insn& i : object.instructions()) {
      if (i.code == (BPF_LDX | BPF_MEM | BPF_DW) && i.off >= 0) result.insert(i.off);
    }
    return result;
  };
  EXPECT_EQ(offsets(Architecture::X86_64), (std::multiset<int>{80, 104}));  // ax, si
  EXPECT_EQ(offsets(Architecture::Aarch64), (std::multiset<int>{0, 8}));    // x0, x1
}

// A program that sends that many texts.
void print_texts(ProgramBuilder& b, size_t count, uint32_t capacity) {
  std::vector<Type> fields(count, text_type(capacity));
  auto record = b.record(sema::RecordKind::Printf, fields);
  std::vector<ExprPtr> arguments;
  for (size_t i = 0; i < count; ++i) arguments.push_back(read_text(argument(0), capacity));
  b.probe(block(emit(record, std::move(arguments))));
}

TEST(Object, MemoryThatNoPerCpuMapHoldsIsAPlainArray) {
  ProgramBuilder b;
  print_texts(b, 40, 1024);
  Object object(b.program);
  bpf_map* scratch = object.map("scratch");
  ASSERT_NE(scratch, nullptr);
  EXPECT_EQ(bpf_map__type(scratch), BPF_MAP_TYPE_ARRAY);
  EXPECT_GT(bpf_map__value_size(scratch), 40U * 1024);
  EXPECT_EQ(bpf_map__max_entries(scratch), 2U) << "times the number of CPUs, by the tool";
}

TEST(Object, TooMuchMemoryIsAnErrorThatNamesTheProbe) {
  ProgramBuilder b;
  print_texts(b, 40, 200'000);
  auto result = compile_to_object(b.program);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("rawtracepoint:test"));
  EXPECT_THAT(result.error().message, HasSubstr("max_strlen"));
}

TEST(Object, EachStageCanBeSeen) {
  ProgramBuilder b = count_by_comm();
  EXPECT_THAT(*compile_to_ir(b.program, false), HasSubstr("define dso_local i32 @probe_0"));
  EXPECT_THAT(*compile_to_ir(b.program, true), Not(HasSubstr("region")));
  EXPECT_THAT(*compile_to_assembly(b.program), HasSubstr("call 1"));
}

}  // namespace
}  // namespace bpftracec::bpf::testing
