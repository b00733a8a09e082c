#include "bpftracec/world/c_type_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bpftracec/base/file_io.h"
#include "bpftracec/base/temporary_directory.h"
#include "tests/support/world/fixture_world.h"

namespace bpftracec::world {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A catalog for a script that is nothing but C.
struct Catalog {
  explicit Catalog(std::string c, CHeaderOptions headers = {}, const std::string& name = "test.bt")
      : script(std::move(c)),
        world(std::move(headers)),
        types(world.c_types({name, script, {{0, static_cast<uint32_t>(script.size())}}})) {}

  std::string_view at(diagnostics::SourceRange range) const {
    return std::string_view(script).substr(range.begin, range.end - range.begin);
  }

  std::vector<std::string> messages() const {
    std::vector<std::string> texts;
    for (const CDiagnostic& diagnostic : types->diagnostics()) texts.push_back(diagnostic.text);
    return texts;
  }

  const CType& type(CTag tag, std::string_view type_name) const {
    const CType* found = types->find_type(tag, type_name);
    EXPECT_NE(found, nullptr) << type_name;
    static const CType nothing;
    return found == nullptr ? nothing : *found;
  }

  std::string macro(std::string_view macro_name) const {
    const auto found = types->find_macro(macro_name);
    return found ? found->text : "(none)";
  }

  std::string script;
  testing_support::FixtureWorld world;
  std::shared_ptr<const CTypeCatalog> types;
};

// "name@offset:bits" of each member, bits for bitfields only.
std::vector<std::string> layout(const Catalog& catalog, const CType& record) {
  std::vector<std::string> members;
  for (const CMember& member : catalog.types->members(record)) {
    members.push_back(member.name + "@" + std::to_string(member.bit_offset) +
                      (member.bit_size == 0 ? "" : ":" + std::to_string(member.bit_size)));
  }
  return members;
}

// ---- layouts ----

TEST(CTypes, LayoutsAreClangs) {
  const Catalog catalog(
      "struct s { char a; int b; short c; long d; char e[3]; };\n"
      "struct p { char a; int b; } __attribute__((packed));\n"
      "union u { int i; char c[8]; }\n;");
  EXPECT_THAT(catalog.messages(), ElementsAre());
  const CType& s = catalog.type(CTag::Struct, "s");
  EXPECT_EQ(s.size, 32U);
  EXPECT_EQ(s.origin, CTypeOrigin::Script);
  EXPECT_THAT(layout(catalog, s), ElementsAre("a@0", "b@32", "c@64", "d@128", "e@192"));
  EXPECT_EQ(catalog.type(CTag::Struct, "p").size, 5U);
  EXPECT_THAT(layout(catalog, catalog.type(CTag::Struct, "p")), ElementsAre("a@0", "b@8"));
  EXPECT_EQ(catalog.type(CTag::Union, "u").size, 8U);
  EXPECT_EQ(catalog.types->find_type(CTag::Struct, "u"), nullptr);
}

TEST(CTypes, BitfieldsAnonymousMembersAndFlexibleArrays) {
  const Catalog catalog(
      "struct s { unsigned a : 3; int b : 5; int : 0; int c : 1;\n"
      "  struct { int x; union { int y; char z; }; };\n"
      "  struct { int q; } named; int tail[]; };");
  EXPECT_THAT(catalog.messages(), ElementsAre());
  const CType& s = catalog.type(CTag::Struct, "s");
  EXPECT_THAT(layout(catalog, s),
              ElementsAre("a@0:3", "b@3:5", "c@32:1", "@64", "named@128", "tail@160"));
  EXPECT_TRUE(catalog.types->members(s).back().type->is_flexible);
  const auto z = catalog.types->find_member(s, "z");
  ASSERT_TRUE(z);
  EXPECT_EQ(z->bit_offset, 96U);
  EXPECT_EQ(z->steps.size(), 3U);
  EXPECT_TRUE(z->member().type->is_char);
  EXPECT_FALSE(catalog.types->find_member(s, "q"));
  EXPECT_FALSE(catalog.types->find_member(s, ""));
  EXPECT_EQ(catalog.types->nearest_member(s, "nmaed"), "named");
}

TEST(CTypes, TypesOfMembers) {
  const Catalog catalog(
      "enum color { RED = -1, GREEN = 5 };\n"
      "struct s { unsigned long a; const char *b; enum color c; _Bool d; int (*e)(int, char *, "
      "...);\n"
      "  double f; int g[2][3]; struct s *h; void *i; volatile unsigned char j; long long k; };");
  EXPECT_THAT(catalog.messages(), ElementsAre());
  std::vector<std::string> spellings;
  for (const CMember& member : catalog.types->members(catalog.type(CTag::Struct, "s"))) {
    spellings.push_back(spelling(*member.type));
  }
  EXPECT_THAT(spellings,
              ElementsAre("unsigned long", "char *", "enum color", "_Bool", "function *", "double",
                          "int[3][2]", "struct s *", "void *", "unsigned char", "long long"));
  const auto e = catalog.types->find_member(catalog.type(CTag::Struct, "s"), "e");
  const CType& function = *e->member().type->target;
  EXPECT_TRUE(function.is_variadic);
  ASSERT_EQ(catalog.types->parameters(function).size(), 2U);
  EXPECT_EQ(spelling(*catalog.types->parameters(function)[1].type), "char *");
  EXPECT_EQ(spelling(*function.target), "int");
}

TEST(CTypes, Enums) {
  const Catalog catalog(
      "enum color { RED = -1, GREEN = 5 };\n"
      "struct s { enum { INNER = 7 } x; };\n"
      "enum large { LARGE = 0xffffffff00000000 };");
  EXPECT_EQ(catalog.types->find_enumerator("RED")->value, UINT64_MAX);
  EXPECT_EQ(catalog.types->find_enumerator("GREEN")->type->name, "color");
  EXPECT_EQ(catalog.types->find_enumerator("INNER")->value, 7U);
  EXPECT_EQ(catalog.types->find_enumerator("INNER")->type->name, "");
  EXPECT_EQ(catalog.types->find_enumerator("LARGE")->value, 0xffffffff00000000);
  EXPECT_EQ(catalog.type(CTag::Enum, "large").size, 8U);
  EXPECT_FALSE(catalog.type(CTag::Enum, "large").is_signed);
  const CType& color = catalog.type(CTag::Enum, "color");
  EXPECT_TRUE(color.is_signed);
  ASSERT_EQ(catalog.types->enumerators(color).size(), 2U);
  EXPECT_EQ(catalog.types->enumerators(color)[1].name, "GREEN");
  EXPECT_EQ(catalog.types->enumerators(color)[1].type, &color);
  EXPECT_EQ(catalog.types->nearest_constant("GREN"), "GREEN");
}

// ---- macros ----

TEST(CMacros, GiveTheirReplacement) {
  const Catalog catalog(
      "#define N 5 + 1\n#define LONG (1 << \\\n  2) /* c */\n#define EMPTY\n"
      "#define F(x) x\n#define TWICE 1\n#undef TWICE\n#define TWICE 2\n");
  EXPECT_THAT(catalog.messages(), ElementsAre());
  EXPECT_EQ(catalog.macro("N"), "5 + 1");
  EXPECT_EQ(catalog.at(catalog.types->find_macro("N")->range), "N 5 + 1");
  EXPECT_EQ(catalog.macro("LONG"), "( 1 << 2 )");
  EXPECT_EQ(catalog.macro("EMPTY"), "");
  EXPECT_EQ(catalog.macro("TWICE"), "2");
  EXPECT_EQ(catalog.macro("F"), "(none)");
  EXPECT_EQ(catalog.macro("nosuch"), "(none)");
}

TEST(CMacros, OnesThatStandForThemselvesAreEnumerators) {
  const Catalog catalog("enum e { VALUE = 6 };\n#define VALUE VALUE\n");
  EXPECT_EQ(catalog.macro("VALUE"), "(none)");
  EXPECT_EQ(catalog.types->find_enumerator("VALUE")->value, 6U);
}

TEST(CMacros, ComeFromTheCommandLineToo) {
  const Catalog catalog("#if LEVEL == 3 && defined(BPFTRACE_HAVE_BTF)\n#define SEEN 1\n#endif\n",
                        {.defines = {"LEVEL=3", "BARE"}});
  EXPECT_EQ(catalog.macro("SEEN"), "1");
  EXPECT_EQ(catalog.macro("LEVEL"), "3");
  EXPECT_EQ(catalog.macro("BARE"), "1");
  EXPECT_EQ(catalog.types->find_macro("LEVEL")->range, diagnostics::SourceRange{});
}

// ---- headers ----

class CHeaders : public testing::Test {
 protected:
  void SetUp() override {
    auto made = base::TemporaryDirectory::create("/tmp");
    ASSERT_TRUE(made);
    directory_.emplace(*std::move(made));
    write("own.h", "#define OWN 1\nstruct own { int x; };\ntypedef struct own own_t;\n");
    write("broken.h", "struct broken {\n  nosuch_t x;\n};\n");
    write("outer.h", "#include \"broken.h\"\n");
  }

  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(base::write_file(directory_->file(name), text));
  }

  std::string path() const { return directory_->file(""); }

  std::optional<base::TemporaryDirectory> directory_;
};

TEST_F(CHeaders, AreFoundBesideTheScriptAndInNamedDirectories) {
  const Catalog beside("#include \"own.h\"\n", {}, directory_->file("x.bt"));
  EXPECT_THAT(beside.messages(), ElementsAre());
  EXPECT_EQ(beside.type(CTag::Struct, "own").origin, CTypeOrigin::Header);
  EXPECT_EQ(beside.type(CTag::None, "own_t").size, 4U);
  EXPECT_EQ(beside.types->find_macro("OWN")->range, diagnostics::SourceRange{});
  const Catalog named("#include <own.h>\n", {.include_directories = {path()}});
  EXPECT_EQ(named.type(CTag::Struct, "own").size, 4U);
  const Catalog before("struct s { own_t x; };\n", {.include_files = {directory_->file("own.h")}});
  EXPECT_EQ(before.type(CTag::Struct, "s").size, 4U);
}

TEST_F(CHeaders, OnesOfTheUserMustBeThere) {
  const Catalog catalog("#define X\n#include \"nosuch.h\"\n#include <nosuch.h>\n");
  ASSERT_THAT(catalog.messages(),
              ElementsAre("'nosuch.h' file not found", "'nosuch.h' file not found"));
  EXPECT_EQ(catalog.at(catalog.types->diagnostics()[0].range), "\"");
  EXPECT_EQ(catalog.types->diagnostics()[0].range.begin, 19U);
  EXPECT_TRUE(catalog.types->missing_headers().empty());
}

TEST_F(CHeaders, OnesOfTheKernelNeedNotBeThere) {
  const Catalog catalog(
      "#include <linux/nosuch.h>\n#include <net/nosuch.h>\n"
      "#include <linux/nosuch.h>\nstruct s { struct sock *sk; };\n");
  EXPECT_THAT(catalog.messages(), ElementsAre());
  EXPECT_THAT(catalog.types->missing_headers(), ElementsAre("linux/nosuch.h", "net/nosuch.h"));
  const Catalog quoted("#include \"linux/nosuch.h\"\n");
  EXPECT_THAT(quoted.messages(), ElementsAre("'linux/nosuch.h' file not found"));
}

TEST_F(CHeaders, ErrorsInThemPointToTheLineThatIncludesThem) {
  const Catalog catalog("#define X\n  #include \"outer.h\"\n", {}, directory_->file("x.bt"));
  ASSERT_EQ(catalog.messages().size(), 1U);
  const CDiagnostic& error = catalog.types->diagnostics()[0];
  EXPECT_EQ(error.text, "unknown type name 'nosuch_t'");
  EXPECT_EQ(catalog.at(error.range), "  #include \"outer.h\"");
  EXPECT_THAT(error.file, HasSubstr("broken.h"));
  EXPECT_EQ(error.line, 2U);
  EXPECT_EQ(error.column, 3U);
}

TEST_F(CHeaders, ClangsOwnAreThere) {
  const Catalog catalog(
      "#include <stddef.h>\n#include <stdint.h>\n"
      "struct s { size_t a; uint16_t b; };\n");
  EXPECT_THAT(catalog.messages(), ElementsAre());
  EXPECT_EQ(catalog.type(CTag::Struct, "s").size, 16U);
}

// ---- errors ----

TEST(CErrors, AreWhereTheyAreInTheScript) {
  const Catalog catalog("struct a { int x; }\n\n\nstruct b { nosuch_t y; };\nstruct c { int z }");
  ASSERT_GE(catalog.messages().size(), 2U);
  const auto diagnostics = catalog.types->diagnostics();
  EXPECT_EQ(diagnostics[0].severity, CSeverity::Error);
  EXPECT_EQ(diagnostics[0].file, "");
  EXPECT_THAT(catalog.messages(), testing::Contains("unknown type name 'nosuch_t'"));
  for (const CDiagnostic& diagnostic : diagnostics) {
    if (diagnostic.text == "unknown type name 'nosuch_t'") {
      EXPECT_EQ(catalog.at(diagnostic.range), "nosuch_t");
    }
  }
}

TEST(CErrors, LeaveWhatIsRight) {
  const Catalog catalog("struct bad { nosuch_t y; };\nstruct good { int x; };");
  EXPECT_EQ(catalog.type(CTag::Struct, "good").size, 4U);
}

TEST(CErrors, WarningsAreTold) {
  const Catalog catalog("#define N 1\n#define N 2\n");
  ASSERT_EQ(catalog.messages().size(), 1U);
  EXPECT_EQ(catalog.types->diagnostics()[0].severity, CSeverity::Warning);
}

// ---- types that the script leaves to the kernel ----

TEST(CAndKernel, MembersMayHaveTypesThatOnlyBtfDefines) {
  const Catalog catalog(
      "struct my { struct list_head l; u64 x; pid_t pid; atomic_t count; enum pid_type kind;\n"
      "  char name[TASK_COMM_LEN]; struct packed_record p[2]; dev_t dev; bool b; size_t n;\n"
      "  umode_t mode; __be32 address; struct sched_statistics stats; };");
  EXPECT_THAT(catalog.messages(), ElementsAre());
  const CType& my = catalog.type(CTag::Struct, "my");
  EXPECT_EQ(my.origin, CTypeOrigin::Script);
  EXPECT_THAT(layout(catalog, my),
              ElementsAre("l@0", "x@128", "pid@192", "count@224", "kind@256", "name@288", "p@416",
                          "dev@512", "b@544", "n@576", "mode@640", "address@672", "stats@704"));
  const auto l = catalog.types->find_member(my, "l");
  EXPECT_EQ(l->member().type->origin, CTypeOrigin::Kernel);
  EXPECT_TRUE(catalog.types->find_member(*l->member().type, "prev"));
  EXPECT_EQ(spelling(*catalog.types->find_member(my, "pid")->member().type), "pid_t");
  EXPECT_EQ(spelling(*catalog.types->find_member(my, "count")->member().type), "atomic_t");
  EXPECT_EQ(catalog.types->find_member(my, "kind")->member().type->origin, CTypeOrigin::Kernel);
  EXPECT_TRUE(catalog.types->find_member(my, "b")->member().type->is_bool);
  EXPECT_EQ(catalog.types->find_member(my, "name")->member().type->count, 16U);
}

TEST(CAndKernel, PointersLeadToTheKernelsTypes) {
  const Catalog catalog("struct my { struct task_struct *task; };");
  EXPECT_THAT(catalog.messages(), ElementsAre());
  const auto task = catalog.types->find_member(catalog.type(CTag::Struct, "my"), "task");
  const CType& pointee = *task->member().type->target;
  EXPECT_FALSE(pointee.is_complete);
  EXPECT_EQ(catalog.types->complete(&pointee)->origin, CTypeOrigin::Kernel);
  const auto pid = catalog.types->find_member(pointee, "pid");
  ASSERT_TRUE(pid);
  EXPECT_EQ(pid->record->origin, CTypeOrigin::Kernel);
  EXPECT_TRUE(is_same_type(pointee, *pid->record));
}

TEST(CAndKernel, TheScriptsOwnDefinitionsComeFirst) {
  const Catalog catalog("struct file { int mine; };\nenum pid_type { PIDTYPE_PID = 7 };");
  EXPECT_EQ(catalog.type(CTag::Struct, "file").origin, CTypeOrigin::Script);
  EXPECT_EQ(catalog.type(CTag::Struct, "dentry").origin, CTypeOrigin::Kernel);
  EXPECT_EQ(catalog.types->find_enumerator("PIDTYPE_PID")->value, 7U);
  EXPECT_EQ(catalog.types->find_enumerator("PIDTYPE_TGID")->value, 1U);
}

TEST(CAndKernel, WhatStandsInForTheKernelIsNobodysDefinition) {
  const Catalog catalog("struct my { struct list_head l; char x[TASK_COMM_LEN]; };");
  EXPECT_EQ(catalog.type(CTag::Struct, "list_head").origin, CTypeOrigin::Kernel);
  EXPECT_EQ(catalog.types->find_enumerator("TASK_COMM_LEN")->type->name, "task_limits");
  EXPECT_EQ(catalog.types->find_enumerator("__bpftracec_list_head"), std::nullopt);
}

TEST(CAndKernel, AnonymousMembersOfTheKernelsRecords) {
  const testing_support::FixtureWorld world;
  const auto types = world.c_types({"test.bt", "", {}});
  const CType* sock = types->find_type(CTag::Struct, "sock_common");
  ASSERT_NE(sock, nullptr);
  const auto port = types->find_member(*sock, "skc_dport");
  ASSERT_TRUE(port);
  EXPECT_EQ(port->steps.size(), 3U);
  EXPECT_EQ(port->bit_offset, 64U);
  EXPECT_EQ(types->nearest_type(CTag::Struct, "sock_comon"), "sock_common");
  EXPECT_EQ(types->nearest_function("vfs_reed"), "vfs_read");
  EXPECT_TRUE(types->diagnostics().empty());
}

TEST(CAndKernel, IntegersNeedNoBtf) {
  const HostWorld world({.events = "", .btf_file = "/nonexistent", .headers = {}});
  const auto types = world.c_types({"test.bt", "", {}});
  const CType* u64 = types->find_type(CTag::None, "u64");
  ASSERT_NE(u64, nullptr);
  EXPECT_EQ(u64->size, 8U);
  EXPECT_EQ(spelling(*u64), "u64");
  EXPECT_TRUE(types->find_type(CTag::None, "char")->is_char);
  EXPECT_EQ(types->find_type(CTag::None, "void")->kind, CTypeKind::Void);
  EXPECT_EQ(types->kernel_error(), nullptr);
  EXPECT_EQ(types->find_type(CTag::Struct, "file"), nullptr);
  ASSERT_NE(types->kernel_error(), nullptr);
  const std::string script = "struct s { u32 x; };";
  const auto defined = world.c_types({"x", script, {{0, static_cast<uint32_t>(script.size())}}});
  EXPECT_TRUE(defined->diagnostics().empty());
}

TEST(CAndKernel, OnlyWhatIsMissingIsTakenFromBtf) {
  // pid_type is an enum of the kernel, dentry a struct: neither is what is wrong here.
  const Catalog catalog("enum { PIDTYPE_PID, PIDTYPE_PID };\nstruct dentry { int x; int x; };");
  EXPECT_THAT(catalog.messages(),
              ElementsAre("redefinition of enumerator 'PIDTYPE_PID'", "duplicate member 'x'"));
}

// ---- what nobody should be able to do ----

TEST(HostileC, NamesOfScriptsAreNoOptions) {
  for (const char* name : {"-fsyntax-only", "-/x.bt", "", "/", "--help"}) {
    EXPECT_THAT(Catalog("struct s { int x; };", {}, name).messages(), ElementsAre()) << name;
  }
}

TEST(HostileC, IncludesOfItselfEnd) {
  const Catalog catalog("#include __FILE__\n");
  EXPECT_FALSE(catalog.messages().empty());
}

TEST(HostileC, DeepNestingEnds) {
  std::string nested;
  for (int i = 0; i < 5000; ++i) nested += "struct { ";
  const Catalog structs("struct s { " + nested);
  EXPECT_FALSE(structs.messages().empty());
  const Catalog pointers("struct s { int " + std::string(5000, '*') + "x; };");
  for (const CMember& member : pointers.types->members(pointers.type(CTag::Struct, "s"))) {
    EXPECT_FALSE(spelling(*member.type).empty());
  }
}

TEST(HostileC, ManyErrorsAreCutAndManyTypesAreNot) {
  std::string errors;
  std::string structs;
  for (int i = 0; i < 2000; ++i) {
    errors += "struct e" + std::to_string(i) + " { nosuch" + std::to_string(i) + " x; };\n";
    structs += "struct s" + std::to_string(i) + " { int x[" + std::to_string(i + 1) + "]; };\n";
  }
  EXPECT_LE(Catalog(errors).messages().size(), 64U);
  const Catalog many(structs);
  EXPECT_EQ(many.type(CTag::Struct, "s1999").size, 8000U);
}

TEST(HostileC, BytesThatAreNoC) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += static_cast<char>(i * 37);
  EXPECT_FALSE(Catalog(bytes).messages().empty());
  const Catalog nul(std::string("struct s { int x; };\0struct t { int y; };", 41));
  EXPECT_EQ(nul.type(CTag::Struct, "t").size, 4U);
}

}  // namespace
}  // namespace bpftracec::world
