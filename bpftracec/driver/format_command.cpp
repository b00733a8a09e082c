#include "bpftracec/driver/format_command.h"

#include <iterator>
#include <optional>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "bpftracec/base/file_io.h"
#include "bpftracec/diagnostics/text_renderer.h"
#include "bpftracec/driver/options.h"
#include "bpftracec/syntax/format.h"
#include "bpftracec/syntax/lexer.h"
#include "bpftracec/syntax/parser.h"

namespace bpftracec::driver {
namespace {

using base::Error;
using base::Result;
using diagnostics::DiagnosticSink;
using diagnostics::SourceFile;

struct FormatOptions {
  std::vector<std::string> paths;  // "-": standard input
  bool is_in_place = false;
  bool is_check = false;
};

std::variant<FormatOptions, int> parse_format_options(DriverEnv& env,
                                                      std::span<const std::string> arguments) {
  FormatOptions options;
  CLI::App app("Writes scripts in their usual form.", "bpftracec fmt");
  app.add_option("SCRIPT", options.paths, "The scripts; '-' or none reads standard input");
  CLI::Option* in_place = app.add_flag("-i,--in-place", options.is_in_place,
                                       "Write each script back to its file");
  app.add_flag("--check", options.is_check, "Only say by the exit status whether one would change")
      ->excludes(in_place);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& failure) {
    if (failure.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
      return app.exit(failure, env.out, env.err);
    return reject_usage(env.err, diagnostics::printable(failure.what()), "bpftracec fmt");
  }
  if (options.paths.empty()) options.paths.emplace_back("-");
  return options;
}

class FormatCommand {
 public:
  FormatCommand(DriverEnv& env, const FormatOptions& options) : env_(env), options_(options) {}

  int run() && {
    int status = 0;
    for (const std::string& path : options_.paths) {
      if (!format_one(path)) status = 1;
    }
    env_.out.flush();
    return status;
  }

 private:
  // False for a script that is wrong, or would change where that is the question.
  bool format_one(const std::string& path) {
    const bool is_stdin = path == "-";
    Result<std::string> text = is_stdin ? std::string(std::istreambuf_iterator<char>(env_.in), {})
                                        : base::read_file(path);
    if (text && text->size() > SourceFile::kMaxSize) text = Error{"the script is too large"};
    if (!text) return fail(text.error());
    const SourceFile file(is_stdin ? "stdin" : path, *std::move(text));
    const std::optional<std::string> formatted = format(file);
    if (!formatted) return false;
    const bool is_same = *formatted == file.text();
    if (options_.is_check) {
      if (!is_same) env_.err << diagnostics::printable(file.name()) << ": not formatted\n";
      return is_same;
    }
    if (!options_.is_in_place || is_stdin) {
      env_.out << *formatted;
      return env_.out ? true : fail(Error{"cannot write to standard output"});
    }
    if (is_same) return true;
    Result<void> written = base::write_file(path, *formatted);
    return written ? true : fail(written.error());
  }

  std::optional<std::string> format(const SourceFile& file) {
    syntax::AstContext context;
    DiagnosticSink sink;
    const syntax::Script* script = syntax::parse(file, context, sink);
    env_.err << diagnostics::render(sink, file, {.use_colors = env_.use_colors});
    if (sink.has_errors()) return std::nullopt;
    DiagnosticSink heard;  // the parser's lexer has told the same
    return syntax::format(*script, syntax::lex(file, context, heard), file);
  }

  bool fail(const Error& error) {
    env_.err << "bpftracec: error: " << diagnostics::printable(error.message) << '\n';
    return false;
  }

  DriverEnv& env_;
  const FormatOptions& options_;
};

}  // namespace

int run_format(DriverEnv& env, std::span<const std::string> arguments) {
  std::variant<FormatOptions, int> parsed = parse_format_options(env, arguments);
  if (const int* status = std::get_if<int>(&parsed)) return *status;
  return FormatCommand(env, std::get<FormatOptions>(parsed)).run();
}

}  // namespace bpftracec::driver
