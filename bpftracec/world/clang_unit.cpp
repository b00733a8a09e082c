#include "bpftracec/world/clang_unit.h"

namespace bpftracec::world {

std::optional<ClangUnit> ClangUnit::parse(std::span<const VirtualFile> files,
                                          std::span<const std::string> arguments) {
  std::vector<CXUnsavedFile> unsaved;
  for (const VirtualFile& file : files) {
    unsaved.push_back({file.path.c_str(), file.text.data(), file.text.size()});
  }
  std::vector<const char*> words;
  for (const std::string& argument : arguments) words.push_back(argument.c_str());

  // Bodies of inline functions are most of the kernel's headers and tell nothing of types. Without
  // KeepGoing, the first header that is missing would hide the others.
  constexpr unsigned kOptions = CXTranslationUnit_DetailedPreprocessingRecord |
                                CXTranslationUnit_SkipFunctionBodies | CXTranslationUnit_KeepGoing;
  ClangUnit result;
  result.index_.reset(clang_createIndex(0, 0));
  CXTranslationUnit unit = nullptr;
  const CXErrorCode error = clang_parseTranslationUnit2(
      result.index_.get(), files[0].path.c_str(), words.data(), static_cast<int>(words.size()),
      unsaved.data(), static_cast<unsigned>(unsaved.size()), kOptions, &unit);
  result.unit_.reset(unit);
  if (error != CXError_Success || unit == nullptr) return std::nullopt;
  return result;
}

std::string take(CXString text) {
  const char* characters = clang_getCString(text);
  std::string result = characters == nullptr ? "" : characters;
  clang_disposeString(text);
  return result;
}

ClangPlace place_of(CXSourceLocation location) {
  ClangPlace place;
  clang_getFileLocation(location, &place.file, &place.line, &place.column, &place.offset);
  return place;
}

}  // namespace bpftracec::world
