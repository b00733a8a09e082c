#include "bpftracec/world/c_headers.h"

#include <algorithm>
#include <array>
#include <optional>
#include <sys/utsname.h>
#include <unistd.h>

namespace bpftracec::world {
namespace {

// The folders of include/ and arch/x86/include/ in the kernel's tree, sorted.
constexpr auto kKernelFolders = std::to_array<std::string_view>({
    "acpi",      "asm",    "asm-generic", "clocksource", "crypto", "drm",   "dt-bindings",
    "generated", "hyperv", "keys",        "kunit",       "kvm",    "linux", "math-emu",
    "media",     "memory", "misc",        "net",         "pcmcia", "ras",   "rdma",
    "rv",        "scsi",   "soc",         "sound",       "target", "trace", "uapi",
    "ufs",       "vdso",   "video",       "xen",
});
static_assert(std::is_sorted(kKernelFolders.begin(), kKernelFolders.end()));

struct KernelTrees {
  std::string source;
  std::string build;
};

bool is_readable(const std::string& path) { return ::access(path.c_str(), R_OK) == 0; }

bool are_complete(const KernelTrees& trees) {
  return is_readable(trees.source + "/include/linux/kconfig.h") &&
         is_readable(trees.build + "/include/generated/autoconf.h");
}

std::optional<KernelTrees> find_kernel_trees(const CHeaderOptions& options) {
  KernelTrees trees{options.kernel_source, options.kernel_build};
  if (trees.source.empty()) trees.source = trees.build;
  if (trees.build.empty()) trees.build = trees.source;
  if (trees.source.empty()) {
    utsname system;
    if (::uname(&system) != 0) return std::nullopt;
    trees.build = std::string("/lib/modules/") + system.release + "/build";
    // Debian and others keep the two apart and link one to the other only sometimes.
    trees.source = std::string("/lib/modules/") + system.release + "/source";
    if (!are_complete(trees)) trees.source = trees.build;
  }
  if (!are_complete(trees)) return std::nullopt;
  return trees;
}

// What the kernel's own Makefile calls LINUXINCLUDE and USERINCLUDE. They are system headers to
// Clang, whose warnings about them nobody wants.
void add_kernel_arguments(const KernelTrees& trees, std::vector<std::string>& arguments) {
  const std::string arch = "/arch/x86/include";
  for (const std::string& directory :
       {trees.source + arch, trees.build + arch + "/generated", trees.source + "/include",
        trees.build + "/include", trees.source + arch + "/uapi",
        trees.build + arch + "/generated/uapi", trees.source + "/include/uapi",
        trees.build + "/include/generated/uapi"}) {
    arguments.push_back("-isystem" + directory);
  }
  // Not with the C library's headers, which define some of the same names. Clang's own (stddef.h)
  // stay, in the form that asks for no others.
  arguments.insert(arguments.end(),
                   {"-nostdlibinc", "-ffreestanding", "-D__KERNEL__", "-D__BPF_TRACING__",
                    "-include", trees.source + "/include/linux/kconfig.h"});
}

}  // namespace

std::vector<std::string> clang_arguments(const CHeaderOptions& options, bool has_kernel_btf) {
  std::vector<std::string> arguments = {"-xc", "-std=gnu11", "--target=x86_64-linux-gnu",
                                        // A script's C has no end to be reached by mistake.
                                        "-ferror-limit=0"};
  for (const std::string& directory : options.include_directories) {
    arguments.push_back("-I" + directory);
  }
  if (const std::optional<KernelTrees> trees = find_kernel_trees(options)) {
    add_kernel_arguments(*trees, arguments);
  }
  if (has_kernel_btf) arguments.emplace_back("-DBPFTRACE_HAVE_BTF");
  for (const std::string& define : options.defines) arguments.push_back("-D" + define);
  for (const std::string& file : options.include_files) {
    arguments.insert(arguments.end(), {"-include", file});
  }
  return arguments;
}

bool is_kernel_header(std::string_view path) {
  const size_t slash = path.find('/');
  return slash != std::string_view::npos &&
         std::binary_search(kKernelFolders.begin(), kKernelFolders.end(), path.substr(0, slash));
}

}  // namespace bpftracec::world
