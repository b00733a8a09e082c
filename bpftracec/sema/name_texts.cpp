#include "bpftracec/sema/name_texts.h"

#include <cstring>
#include <span>
#include <string_view>
#include <sys/syscall.h>

#include "bpftracec/base/internal_error.h"

namespace bpftracec::sema {
namespace {

struct Syscall {
  uint32_t number;
  std::string_view name;
};

// Those of the machine that the compiler runs on, which is also what tools are made for.
constexpr Syscall kSyscalls[] = {
#define SYSCALL(name) {SYS_##name, #name},
#include "bpftracec/sema/syscall.def"
};

// The kernel's largest numbers (include/uapi/asm-generic/errno.h; the last real-time signal).
constexpr int kMaxError = 133;
constexpr int kMaxSignal = 64;

using Describe = const char* (*)(int);

std::vector<std::string> described(Describe describe, int max, std::string_view unknown) {
  std::vector<std::string> names;
  for (int number = 0; number <= max; ++number) {
    const char* text = describe(number);
    names.emplace_back(text != nullptr ? std::string_view(text) : unknown);
  }
  names.emplace_back(unknown);
  return names;
}

std::vector<std::string> syscall_names() {
  constexpr std::string_view kUnknown = "Unknown syscall";
  std::vector<std::string> names;
  for (const Syscall& call : kSyscalls) {
    if (call.number >= names.size()) names.resize(call.number + 1, std::string(kUnknown));
    names[call.number] = call.name;
  }
  names.emplace_back(kUnknown);
  return names;
}

}  // namespace

std::vector<std::string> names_of(Operation operation) {
  switch (operation) {
    case Operation::ErrorName:
      return described(strerrordesc_np, kMaxError, "Unknown error");
    case Operation::SignalName:
      return described(sigdescr_np, kMaxSignal, "N/A");
    case Operation::SyscallName:
      return syscall_names();
    default:
      base::internal_error("no table of names");
  }
}

std::string name_of_number(Operation operation, int64_t number) {
  const std::vector<std::string> names = names_of(operation);
  auto index = static_cast<uint64_t>(number);
  // Functions of the kernel return errors as negative numbers.
  if (operation == Operation::ErrorName && number < 0) index = -index;
  return index < names.size() ? names[index] : names.back();
}

}  // namespace bpftracec::sema
