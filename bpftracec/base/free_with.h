// A deleter made from the function that a C library offers for it:
//   using Archive = std::unique_ptr<Elf, FreeWith<elf_end>>;
#pragma once

namespace bpftracec::base {

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};

}  // namespace bpftracec::base
