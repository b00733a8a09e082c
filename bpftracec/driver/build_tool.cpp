#include "bpftracec/driver/build_tool.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <span>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "bpftracec/base/deferred_signals.h"
#include "bpftracec/base/file_io.h"
#include "bpftracec/base/free_with.h"
#include "bpftracec/base/subprocess.h"
#include "bpftracec/base/temporary_directory.h"

namespace bpftracec::driver {
namespace {

using base::DeferredSignals;
using base::Error;
using base::Result;
using base::TemporaryDirectory;

// A program that we run: under which names and where it is looked for, and what brings it.
struct Program {
  std::string_view what;
  std::string_view variable;  // that names it, for who has it elsewhere
  std::span<const std::string_view> names;
  std::span<const std::string_view> directories;  // besides those of PATH
  std::string_view package;
};

// Debian keeps bpftool where the PATH of an ordinary user does not look.
constexpr std::array<std::string_view, 1> kBpftoolNames = {"bpftool"};
constexpr std::array<std::string_view, 3> kSystemDirectories = {"/usr/sbin", "/usr/local/sbin",
                                                                "/sbin"};
constexpr Program kBpftool = {"bpftool", "BPFTRACEC_BPFTOOL", kBpftoolNames, kSystemDirectories,
                              "bpftool"};

constexpr std::array<std::string_view, 4> kCompilerNames = {"g++", "c++", "clang++-19", "clang++"};
constexpr Program kCompiler = {"C++ compiler", "BPFTRACEC_CXX", kCompilerNames, {}, "g++"};

constexpr std::array<std::string_view, 2> kLinkerNames = {"ld.lld-19", "ld.lld"};
constexpr std::array<std::string_view, 1> kLinkerDirectories = {"/usr/lib/llvm-19/bin"};
constexpr Program kLinker = {"lld", "BPFTRACEC_LLD", kLinkerNames, kLinkerDirectories, "lld-19"};

// Which package brings what a compiler or linker did not find.
struct MissingPart {
  std::string_view in_message;
  std::string_view package;
};

constexpr std::array kMissingParts = {
    MissingPart{"bpf/libbpf.h", "libbpf-dev"}, MissingPart{"-lbpf", "libbpf-dev"},
    MissingPart{"-lelf", "libelf-dev"},        MissingPart{"-lz", "zlib1g-dev"},
    MissingPart{"-llzma", "liblzma-dev"},      MissingPart{"-lstdc++", "g++"},
    MissingPart{"-lc", "libc6-dev"},
};

std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> directories;
  size_t begin = 0;
  while (begin <= path.size()) {
    size_t end = std::min(path.find(':', begin), path.size());
    if (end > begin) directories.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return directories;
}

Result<std::string> find_program(const Program& program, const BuildEnvironment& environment) {
  std::vector<std::string> directories = split_path(
      environment.variable("PATH").value_or("/usr/bin:/bin"));
  directories.insert(directories.end(), program.directories.begin(), program.directories.end());
  std::vector<std::string> names(program.names.begin(), program.names.end());
  if (auto chosen = environment.variable(program.variable); chosen && !chosen->empty()) {
    if (chosen->find('/') != std::string::npos) return *chosen;
    names = {*chosen};
  }
  std::string tried;
  for (const std::string& name : names) {
    for (const std::string& directory : directories) {
      std::string path = directory + "/" + name;
      if (::access(path.c_str(), X_OK) == 0) return path;
    }
    tried += (tried.empty() ? "" : ", ") + name;
  }
  return Error{fmt::format("no {} found (looked for {}); on Debian, the package {} has it",
                           program.what, tried, program.package)};
}

// -B wants the directory in which the linker is called ld.lld; what PATH has is often a link to
// there.
Result<std::string> find_linker_directory(const BuildEnvironment& environment) {
  auto linker = find_program(kLinker, environment);
  if (!linker) return linker;
  std::unique_ptr<char, base::FreeWith<std::free>> real_path(::realpath(linker->c_str(), nullptr));
  std::filesystem::path directory = std::filesystem::path(real_path ? real_path.get()
                                                                    : linker->c_str())
                                        .parent_path();
  return ::access((directory / "ld.lld").c_str(), X_OK) == 0
             ? directory.string()
             : std::filesystem::path(*linker).parent_path().string();
}

Result<std::string> require_file(const std::string& path, std::string_view what) {
  if (::access(path.c_str(), R_OK) == 0) return path;
  return Error{fmt::format("{} is missing: there is no '{}'; bpftracec is not installed completely",
                           what, path)};
}

Result<std::string> run(const std::vector<std::string>& arguments, const DeferredSignals& signals,
                        const TemporaryDirectory& directory, const BuildEnvironment& environment) {
  auto begin = std::chrono::steady_clock::now();
  // What compilers leave behind when they are ended goes with the directory.
  const std::array<std::string, 1> variables = {"TMPDIR=" + directory.path()};
  auto output = base::run_process(arguments, {&signals, variables});
  if (!output) return std::move(output).error();
  std::chrono::duration<double, std::milli> duration = std::chrono::steady_clock::now() - begin;
  std::string name = std::filesystem::path(arguments.front()).filename();
  environment.on_program_end(name, duration.count());
  if (output->succeeded()) return std::move(output->standard_output);

  std::string message = fmt::format("{} failed ({})", name, output->status_text());
  for (const MissingPart& part : kMissingParts) {
    // The message ends with the name: -lc must not be found in -lcrypto.
    size_t position = output->standard_error.find(part.in_message);
    if (position == std::string::npos) continue;
    char following = output->standard_error[position + part.in_message.size()];
    if (following != '\n' && following != ':' && following != '\0') continue;
    message += fmt::format("; on Debian, the package {} has what is missing", part.package);
    break;
  }
  if (!output->standard_error.empty()) message += ":\n" + output->standard_error;
  return Error{std::move(message)};
}

Result<TemporaryDirectory> make_work_directory(const BuildEnvironment& environment) {
  std::string parent = environment.variable("TMPDIR").value_or("");
  return TemporaryDirectory::create(parent.empty() ? "/tmp" : parent);
}

// A device or a pipe cannot be replaced by renaming; what is linked elsewhere is written into it.
bool is_special_file(const std::string& path) {
  std::error_code ignored;
  std::filesystem::file_status status = std::filesystem::status(path, ignored);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
         !std::filesystem::is_directory(status);
}

}  // namespace

Result<std::string> generate_skeleton(std::string_view object,
                                      const BuildEnvironment& environment) {
  auto bpftool = find_program(kBpftool, environment);
  if (!bpftool) return bpftool;
  DeferredSignals signals;
  auto directory = make_work_directory(environment);
  if (!directory) return std::move(directory).error();
  std::string object_path = directory->file("tool.bpf.o");
  if (auto written = base::write_file(object_path, object); !written)
    return std::move(written).error();
  return run({*bpftool, "gen", "skeleton", object_path, "name", "tool"}, signals, *directory,
             environment);
}

Result<void> build_tool(std::string_view cpp, std::string_view skeleton,
                        const std::string& output_path, const BuildEnvironment& environment) {
  auto compiler = find_program(kCompiler, environment);
  if (!compiler) return std::move(compiler).error();
  auto linker_directory = find_linker_directory(environment);
  if (!linker_directory) return std::move(linker_directory).error();
  auto stub = require_file(environment.prefix + "/lib/bpftracec/libruntime-stub.a",
                           "the tools' library");
  if (!stub) return std::move(stub).error();
  auto header = require_file(environment.prefix + "/include/bpftracec/rt/tool.h",
                             "the tools' header");
  if (!header) return std::move(header).error();

  DeferredSignals signals;
  auto directory = make_work_directory(environment);
  if (!directory) return std::move(directory).error();
  std::string cpp_path = directory->file("tool.cpp");
  if (auto written = base::write_file(cpp_path, cpp); !written) return written;
  if (auto written = base::write_file(directory->file("tool.skel.h"), skeleton); !written)
    return written;

  bool is_special = is_special_file(output_path);
  auto pending = base::PendingFile::create(is_special ? directory->file("tool") : output_path);
  if (!pending) return std::move(pending).error();
  // One process tree for compiling and linking. lld takes half of the time that the default linker
  // takes; optimising what are mostly tables would take longer and gain nothing. On a full disk,
  // writing reports an error where mapped memory would fault. Tools use no exceptions and no type
  // information.
  auto linked = run({*compiler,
                     "-std=c++20",
                     "-O1",
                     "-fno-exceptions",
                     "-fno-rtti",
                     "-fno-asynchronous-unwind-tables",
                     "-I" + environment.prefix + "/include",
                     cpp_path,
                     "-o",
                     pending->temporary_path(),
                     *stub,
                     "-B" + *linker_directory,
                     "-fuse-ld=lld",
                     "-static",
                     "-s",
                     "-Wl,--gc-sections,--no-mmap-output-file",
                     "-lbpf",
                     "-lelf",
                     "-lz",
                     "-llzma"},
                    signals, *directory, environment);
  if (!linked) return std::move(linked).error();
  if (auto committed = pending->commit(); !committed) return committed;
  if (!is_special) return {};
  auto tool = base::read_file(directory->file("tool"));
  if (!tool) return std::move(tool).error();
  return base::write_file(output_path, *tool);
}

}  // namespace bpftracec::driver
