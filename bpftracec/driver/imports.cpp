#include "bpftracec/driver/imports.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "bpftracec/base/file_io.h"
#include "bpftracec/diagnostics/source_file.h"
#include "bpftracec/sema/names.h"
#include "bpftracec/syntax/parser.h"

namespace bpftracec::driver {
namespace {

namespace fs = std::filesystem;
using diagnostics::DiagnosticKind;
using diagnostics::DiagnosticSink;
using diagnostics::SourceFile;
using diagnostics::SourcePart;
using diagnostics::SourceRange;

struct Import {
  std::string target;
  SourceRange where;  // in the whole text
};

class ImportLoader {
 public:
  ImportLoader(std::string name, const std::string& text, DiagnosticSink& sink) : sink_(sink) {
    add(std::move(name), text);
  }

  ScriptText load() && {
    for (size_t part = 0; part < result_.parts.size(); ++part) {
      const fs::path directory = fs::path(result_.parts[part].name).parent_path();
      for (const Import& import : imports_of(result_.parts[part])) resolve(directory, import);
    }
    return std::move(result_);
  }

 private:
  void add(std::string name, std::string_view text) {
    std::error_code ignored;
    if (!seen_.insert(fs::weakly_canonical(name, ignored)).second) return;
    if (!result_.parts.empty()) result_.text += '\n';
    const auto begin = static_cast<uint32_t>(result_.text.size());
    result_.text += text;
    result_.parts.push_back({std::move(name), {begin, static_cast<uint32_t>(result_.text.size())}});
  }

  // What is wrong with the file is told when all are parsed together.
  std::vector<Import> imports_of(const SourcePart& part) const {
    const std::string_view text = std::string_view(result_.text)
                                      .substr(part.range.begin, part.range.end - part.range.begin);
    if (text.find("import") == std::string_view::npos) return {};
    const SourceFile file(part.name, std::string(text));
    syntax::AstContext context;
    DiagnosticSink unread;
    std::vector<Import> imports;
    for (const syntax::ImportStatement& import : syntax::parse(file, context, unread)->imports) {
      if (sema::is_library(import) || sema::imports_c(import)) continue;
      imports.push_back(
          {std::string(import.target),
           {part.range.begin + import.range.begin, part.range.begin + import.range.end}});
    }
    return imports;
  }

  void resolve(const fs::path& directory, const Import& import) {
    const fs::path path = directory / import.target;
    std::error_code ignored;
    const fs::file_status status = fs::status(path, ignored);
    if (!fs::exists(status)) {
      sink_.report<DiagnosticKind::ImportNotFound>(import.where, import.target)
          .hint("looked for {}", path.string());
      return;
    }
    if (is_open_to_all(path, status, import)) return;
    if (fs::is_directory(status)) {
      resolve_directory(path, import);
    } else if (path.extension() == ".bt") {
      load_file(path, import);
    } else if (path.extension() != ".h") {  // which only C that is imported sees
      sink_.report<DiagnosticKind::ImportUnreadable>(import.where, "this is no script")
          .hint("scripts end in .bt; a directory stands for all in it");
    }
  }

  bool is_open_to_all(const fs::path& path, const fs::file_status& status, const Import& import) {
    const bool is_open = (status.permissions() & fs::perms::others_write) != fs::perms::none;
    if (is_open) sink_.report<DiagnosticKind::ImportSkipped>(import.where, path.string());
    return is_open;
  }

  void resolve_directory(const fs::path& path, const Import& import) {
    std::vector<fs::path> files;
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(path, ignored)) {
      if (entry.path().extension() == ".bt") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    for (const fs::path& file : files) {
      if (!is_open_to_all(file, fs::status(file, ignored), import)) load_file(file, import);
    }
  }

  void load_file(const fs::path& path, const Import& import) {
    const auto text = base::read_file(path.string());
    if (!text) {
      sink_.report<DiagnosticKind::ImportUnreadable>(import.where, text.error().message);
    } else if (result_.text.size() + text->size() >= SourceFile::kMaxSize) {
      sink_.report<DiagnosticKind::ImportUnreadable>(import.where, "the script is too large");
    } else {
      add(path.string(), *text);
    }
  }

  DiagnosticSink& sink_;
  ScriptText result_;
  std::set<fs::path> seen_;
};

}  // namespace

ScriptText load_imports(std::string name, const std::string& text, DiagnosticSink& sink) {
  return ImportLoader(std::move(name), text, sink).load();
}

}  // namespace bpftracec::driver
