// Where Clang looks for headers, and what it is told about the kernel that they are for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bpftracec::world {

struct CHeaderOptions {
  std::vector<std::string> include_directories;  // -I
  std::vector<std::string> include_files;        // as #include lines before the script
  std::vector<std::string> defines;              // NAME or NAME=VALUE
  // Trees of a kernel's headers (BPFTRACE_KERNEL_SOURCE, BPFTRACE_KERNEL_BUILD). If one is empty it
  // is as the other; if both are, the running kernel's are taken where they are installed.
  std::string kernel_source;
  std::string kernel_build;
};

// What to tell Clang. `has_kernel_btf` is what scripts see as BPFTRACE_HAVE_BTF.
std::vector<std::string> clang_arguments(const CHeaderOptions& options, bool has_kernel_btf);

// Whether an #include <path> may mean a header of the kernel: most machines have none of these.
bool is_kernel_header(std::string_view path);

}  // namespace bpftracec::world
