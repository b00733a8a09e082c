#include "tests/runtime/tool_store.h"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/runtime/child.h"
#include "tests/runtime/file_lock.h"

namespace bpftracec::runtime_tests {
namespace {

constexpr auto kCompileTimeout = std::chrono::seconds(120);

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

std::string identity_of(const std::string& path) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0) return path + " is missing\n";
  return path + " " + std::to_string(info.st_size) + " " + std::to_string(info.st_mtim.tv_sec) +
         "." + std::to_string(info.st_mtim.tv_nsec) + "\n";
}

}  // namespace

std::string substitute(std::string text, const std::string& name, const std::string& value) {
  const std::string key = "%{" + name + "}";
  for (size_t at = text.find(key); at != std::string::npos;
       at = text.find(key, at + value.size())) {
    text.replace(at, key.size(), value);
  }
  return text;
}

std::string tool_path(const ToolStore& store, const Case& test) {
  return store.directory + "/" + test.suite + "." + test.name;
}

std::unique_ptr<FileLock> lock_programs(const ToolStore& store, const Case& test) {
  const std::string* const texts[] = {&test.script, &test.args,       &test.env,  &test.setup,
                                      &test.during, &test.background, &test.after};
  const bool is_used = std::any_of(std::begin(texts), std::end(texts), [](const std::string* text) {
    return text->find("%{programs}") != std::string::npos;
  });
  if (!is_used) return nullptr;
  return std::make_unique<FileLock>(store.programs + "/programs.lock", FileLock::Mode::Exclusive);
}

Tool get_tool(const ToolStore& store, const Case& test) {
  Tool tool;
  tool.path = tool_path(store, test);
  if (store.is_complete) {
    if (access(tool.path.c_str(), X_OK) != 0) tool.error = "no tool at " + tool.path;
    return tool;
  }
  const std::string text = test.script_file.empty()
                               ? test.script
                               : read_file(std::filesystem::path(test.file).replace_filename(
                                     test.script_file));
  const std::string script = substitute(text, "programs", store.programs);
  std::string made_from = script + "\n" + test.compile + "\n" + identity_of(store.compiler);
  for (const std::string& file : store.also_from) {
    made_from += identity_of(file);
  }
  std::filesystem::create_directories(store.directory);
  const FileLock lock(tool.path + ".lock", FileLock::Mode::Exclusive);
  if (access(tool.path.c_str(), X_OK) == 0 && read_file(tool.path + ".from") == made_from) {
    return tool;
  }
  std::error_code ignored;
  std::filesystem::remove(tool.path, ignored);
  std::ofstream(tool.path + ".bt", std::ios::binary) << script << "\n";
  Child compiler("exec '" + store.compiler + "' " + test.compile + " -o '" + tool.path + "' '" +
                     tool.path + ".bt'",
                 store.directory);
  if (!compiler.wait_for_end(Clock::now() + kCompileTimeout)) {
    tool.error = "the compiler does not end";
  } else if (compiler.status() != 0 || access(tool.path.c_str(), X_OK) != 0) {
    tool.error = "bpftracec ended with status " + std::to_string(compiler.status()) + "\n" +
                 compiler.out() + compiler.error();
  } else {
    std::ofstream(tool.path + ".from", std::ios::binary) << made_from;
  }
  return tool;
}

}  // namespace bpftracec::runtime_tests
