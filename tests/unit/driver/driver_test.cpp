#include "bpftracec/driver/driver.h"

#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "bpftracec/base/file_io.h"
#include "bpftracec/base/temporary_directory.h"
#include "bpftracec/world/host_world.h"

namespace bpftracec::driver {
namespace {

struct DriverRun {
  using Variables = std::map<std::string, std::string, std::less<>>;

  DriverRun(const std::vector<std::string>& arguments, const std::string& input = "",
            const Variables& variables = {}) {
    std::istringstream in(input);
    std::ostringstream out_stream;
    std::ostringstream err_stream;
    DriverEnv env{
        in,
        out_stream,
        err_stream,
        [this](const world::HostWorldOptions& options) {
          wanted = options;
          return std::make_unique<world::HostWorld>(world::HostWorldOptions{.events = ""});
        },
        false,
        "/nonexistent",
        [&](std::string_view name) -> std::optional<std::string> {
          if (name == "PATH") return "/nonexistent";
          const auto variable = variables.find(name);
          if (variable == variables.end()) return std::nullopt;
          return variable->second;
        }};
    status = run(env, arguments);
    out = out_stream.str();
    err = err_stream.str();
  }

  int status;
  std::string out;
  std::string err;
  world::HostWorldOptions wanted;
};

TEST(Driver, ReadsFromTheCommandLineStandardInputOrAFile) {
  EXPECT_EQ(DriverRun({"--emit=ast", "-e", "BEGIN { }"}).out, "probe \"BEGIN\"\n");
  EXPECT_EQ(DriverRun({"--emit=ast", "-"}, "END { }").out, "probe \"END\"\n");
  DriverRun missing({"--emit=ast", "/nonexistent/x.bt"});
  EXPECT_EQ(missing.status, 1);
  EXPECT_EQ(missing.err,
            "bpftracec: error: cannot open '/nonexistent/x.bt': No such file or directory\n");
}

TEST(Driver, NamesTheProgramOfTheCommandLineAsBpftraceDoes) {
  DriverRun run({"--emit=ast", "-e", "BEGIN {"});
  EXPECT_EQ(run.status, 1);
  EXPECT_TRUE(run.err.starts_with("stdin:1:7: error: ")) << run.err;
  EXPECT_EQ(run.out, "");
}

TEST(Driver, WritesAStageToAFile) {
  auto directory = base::TemporaryDirectory::create(std::filesystem::temp_directory_path());
  ASSERT_TRUE(directory);
  EXPECT_EQ(DriverRun({"--emit=ast", "-e", "BEGIN { }", "-o", directory->file("x")}).status, 0);
  EXPECT_EQ(*base::read_file(directory->file("x")), "probe \"BEGIN\"\n");
  DriverRun failed({"--emit=ast", "-e", "BEGIN { }", "-o", "/nonexistent/x"});
  EXPECT_EQ(failed.status, 1);
  EXPECT_EQ(failed.err,
            "bpftracec: error: cannot write '/nonexistent/x': No such file or directory\n");
}

TEST(Driver, HandsWhatIsSaidOfTheWorldToIt) {
  const DriverRun run({"--emit=ast", "-I", "a", "-Ib", "--include", "x.h", "-D", "N=1", "-DM",
                       "--btf", "vmlinux.btf", "-e", "BEGIN { }"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.wanted.headers.include_directories, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(run.wanted.headers.include_files, std::vector<std::string>{"x.h"});
  EXPECT_EQ(run.wanted.headers.defines, (std::vector<std::string>{"N=1", "M"}));
  EXPECT_EQ(run.wanted.btf_file, "vmlinux.btf");
}

TEST(Driver, TakesFromTheEnvironmentWhatTheCommandLineDoesNotSay) {
  const DriverRun::Variables variables = {{"BPFTRACE_BTF", "env.btf"},
                                          {"BPFTRACE_KERNEL_SOURCE", "/src"},
                                          {"BPFTRACE_KERNEL_BUILD", "/build"}};
  const DriverRun run({"--emit=ast", "-e", "BEGIN { }"}, "", variables);
  EXPECT_EQ(run.wanted.btf_file, "env.btf");
  EXPECT_EQ(run.wanted.headers.kernel_source, "/src");
  EXPECT_EQ(run.wanted.headers.kernel_build, "/build");
  const DriverRun both({"--emit=ast", "--btf", "own.btf", "-e", "BEGIN { }"}, "", variables);
  EXPECT_EQ(both.wanted.btf_file, "own.btf");
}

TEST(Driver, QuietMeansNoWarnings) {
  EXPECT_NE(DriverRun({"--emit=ast", "-e", "BEGIN { } /*"}).err, "");
  EXPECT_EQ(DriverRun({"--emit=ast", "-q", "-e", "BEGIN { } /*"}).err, "");
}

TEST(Driver, VerboseTellsTheStages) {
  EXPECT_NE(DriverRun({"--emit=ast", "-v", "-e", "BEGIN { }"}).err.find("parse"),
            std::string::npos);
}

// PATH of these tests leads nowhere; bpftool is looked for in the system's directories, too, and
// may be there.
TEST(Driver, MissingProgramsAreNamedWithTheirPackage) {
  DriverRun run({"-o", "/nonexistent/tool", "-e", "BEGIN { }"});
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.err.find("on Debian, the package"), std::string::npos) << run.err;
}

TEST(Format, PrintsWritesBackOrChecks) {
  auto directory = base::TemporaryDirectory::create(std::filesystem::temp_directory_path());
  ASSERT_TRUE(directory);
  const std::string path = directory->file("x.bt");
  const std::string formatted = "BEGIN\n{\n  f();\n}\n";
  EXPECT_EQ(DriverRun({"fmt"}, "BEGIN{f()}").out, formatted);
  ASSERT_TRUE(base::write_file(path, "BEGIN{f()}"));
  EXPECT_EQ(DriverRun({"fmt", path}).out, formatted);
  const DriverRun unformatted({"fmt", "--check", path});
  EXPECT_EQ(unformatted.status, 1);
  EXPECT_EQ(unformatted.err, path + ": not formatted\n");
  EXPECT_EQ(*base::read_file(path), "BEGIN{f()}");
  EXPECT_EQ(DriverRun({"fmt", "-i", path}).status, 0);
  EXPECT_EQ(*base::read_file(path), formatted);
  EXPECT_EQ(DriverRun({"fmt", "--check", path}).status, 0);
}

TEST(Format, RefusesScriptsThatAreWrong) {
  auto directory = base::TemporaryDirectory::create(std::filesystem::temp_directory_path());
  ASSERT_TRUE(directory);
  const std::string path = directory->file("x.bt");
  ASSERT_TRUE(base::write_file(path, "BEGIN{f(}"));
  const DriverRun run({"fmt", "-i", path});
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.err.find("ExpectedExpression"), std::string::npos) << run.err;
  EXPECT_EQ(*base::read_file(path), "BEGIN{f(}");
  EXPECT_EQ(DriverRun({"fmt", "-i", "--check", path}).status, 2);
}

}  // namespace
}  // namespace bpftracec::driver
