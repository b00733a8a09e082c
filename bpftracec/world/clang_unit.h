// One run of Clang's parser: libclang's handles, and its answers as ordinary strings.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <clang-c/Index.h>

#include "bpftracec/base/free_with.h"

namespace bpftracec::world {

// A file that only Clang sees, in place of one on the disk.
struct VirtualFile {
  std::string path;
  std::string text;
};

struct ClangPlace {
  CXFile file = nullptr;  // null: in no file, such as the command line
  uint32_t line = 0;
  uint32_t column = 0;
  uint32_t offset = 0;
};

class ClangUnit {
 public:
  // Parses files[0]. Nothing when Clang itself failed.
  static std::optional<ClangUnit> parse(std::span<const VirtualFile> files,
                                        std::span<const std::string> arguments);

  CXTranslationUnit get() const { return unit_.get(); }
  CXFile file(const std::string& path) const { return clang_getFile(get(), path.c_str()); }

 private:
  template <auto Free>
  using Deleter = base::FreeWith<Free>;

  std::unique_ptr<std::remove_pointer_t<CXIndex>, Deleter<clang_disposeIndex>> index_;
  std::unique_ptr<std::remove_pointer_t<CXTranslationUnit>, Deleter<clang_disposeTranslationUnit>>
      unit_;
};

std::string take(CXString text);
// Where something is written: the use of a macro rather than its definition.
ClangPlace place_of(CXSourceLocation location);

}  // namespace bpftracec::world
