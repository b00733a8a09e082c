#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "bpftracec/driver/driver.h"
#include "bpftracec/world/host_world.h"

namespace {

std::optional<std::string> environment_variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

// BPFTRACE_COLOR is bpftrace's own variable.
bool wants_colors() {
  std::string choice = environment_variable("BPFTRACE_COLOR").value_or("auto");
  if (choice == "always") return true;
  return choice != "never" && ::isatty(STDERR_FILENO) != 0;
}

// Where we are installed, or our build tree, which has the same layout.
std::string installation_prefix() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path().parent_path();
}

std::unique_ptr<const bpftracec::world::World> open_host_world(
    const bpftracec::world::HostWorldOptions& options) {
  return std::make_unique<bpftracec::world::HostWorld>(options);
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  bpftracec::driver::DriverEnv env{std::cin,
                                   std::cout,
                                   std::cerr,
                                   open_host_world,
                                   wants_colors(),
                                   installation_prefix(),
                                   environment_variable};
  std::vector<std::string> arguments(argv + 1, argv + argc);
  return bpftracec::driver::run(env, arguments);
}
