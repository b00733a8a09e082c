#include "bpftracec/driver/driver.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <utility>

#include <fmt/core.h>

#include "bpftracec/base/file_io.h"
#include "bpftracec/bpf/compile.h"
#include "bpftracec/diagnostics/diagnostic.h"
#include "bpftracec/diagnostics/source_file.h"
#include "bpftracec/diagnostics/text_renderer.h"
#include "bpftracec/driver/build_tool.h"
#include "bpftracec/driver/format_command.h"
#include "bpftracec/driver/imports.h"
#include "bpftracec/driver/options.h"
#include "bpftracec/host/generate_cpp.h"
#include "bpftracec/sema/analyze.h"
#include "bpftracec/syntax/dump.h"
#include "bpftracec/syntax/lexer.h"
#include "bpftracec/syntax/parser.h"

namespace bpftracec::driver {
namespace {

using base::Error;
using base::Result;
using diagnostics::DiagnosticSink;
using diagnostics::SourceFile;
using diagnostics::SourcePart;

constexpr int kFailure = 1;

// An error may have several lines, if another program wrote them; its text may come from anywhere.
void report(DriverEnv& env, const Error& error) {
  env.err << "bpftracec: error: ";
  std::string_view rest = error.message;
  while (!rest.empty()) {
    size_t length = std::min(rest.find('\n'), rest.size());
    env.err << diagnostics::printable(rest.substr(0, length)) << '\n';
    rest.remove_prefix(std::min(length + 1, rest.size()));
  }
}

// What -v says: how long each stage took.
class StageClock {
 public:
  explicit StageClock(std::ostream* log) : log_(log) {}

  void end(std::string_view stage) {
    std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now();
    report(stage, std::chrono::duration<double, std::milli>(now - begin_).count());
    begin_ = std::chrono::steady_clock::now();
  }

  void report(std::string_view what, double milliseconds) {
    if (log_ != nullptr) *log_ << fmt::format("{:<20}{:9.2f} ms\n", what, milliseconds);
  }

 private:
  std::ostream* log_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// One script on its way through the stages. Each step says by its result whether the next can
// follow; what is wrong has then been told.
class Compilation {
 public:
  Compilation(DriverEnv& env, const Options& options, const SourceFile& file,
              std::span<const SourcePart> parts, DiagnosticSink& sink)
      : env_(env),
        options_(options),
        file_(file),
        parts_(parts),
        sink_(sink),
        world_(env.open_world(complete(options.world))),
        clock_(options.is_verbose ? &env.err : nullptr) {
    build_environment_ = {env.prefix, env.variable,
                          [this](std::string_view program, double milliseconds) {
                            clock_.report(fmt::format("  {}", program), milliseconds);
                          }};
  }

  int run() {
    // ---- the script ----
    if (options_.emit == Stage::Tokens) return emit_tokens();
    const syntax::Script* script = syntax::parse(file_, parts_, context_, sink_);
    clock_.end("parse");
    if (options_.emit == Stage::Ast)
      return finish_diagnostics() ? emit(syntax::dump_ast(*script)) : kFailure;

    // After syntax errors, too: a user wants to see all that is wrong at once. What the parser had
    // to leave out may have defined names, so sema does not complain then that they are unknown.
    std::optional<sema::Program> program = analyze(*script);
    clock_.end("analyze");
    if (!finish_diagnostics() || !program) return kFailure;
    if (options_.emit == Stage::TypedAst) return emit(sema::dump(*program));

    // ---- the part that runs in the kernel ----
    if (options_.emit == Stage::LlvmIr) return emit(bpf::compile_to_ir(*program, false));
    if (options_.emit == Stage::BpfAsm) return emit(bpf::compile_to_assembly(*program));
    if (options_.emit == Stage::HostCpp) return emit(generate_cpp(*program));
    Result<std::string> object = bpf::compile_to_object(*program);
    clock_.end("compile to BPF");
    if (!object || options_.emit == Stage::BpfObj) return emit(object);
    Result<std::string> skeleton = generate_skeleton(*object, build_environment_);
    clock_.end("make skeleton");
    if (!skeleton || options_.emit == Stage::Skeleton) return emit(skeleton);

    // ---- the part that runs in user space, and all together ----
    std::string cpp = generate_cpp(*program);
    clock_.end("generate C++");
    Result<void> built = build_tool(cpp, *skeleton, options_.output_path, build_environment_);
    clock_.end("build tool");
    return built ? 0 : fail(built.error());
  }

 private:
  int emit_tokens() {
    std::vector<syntax::Token> tokens = syntax::lex(file_, context_, sink_);
    clock_.end("lex");
    return finish_diagnostics() ? emit(syntax::dump_tokens(tokens, file_)) : kFailure;
  }

  // The environment says what the command line does not; the names are bpftrace's.
  world::HostWorldOptions complete(world::HostWorldOptions options) const {
    if (options.btf_file.empty()) options.btf_file = env_.variable("BPFTRACE_BTF").value_or("");
    options.headers.kernel_source = env_.variable("BPFTRACE_KERNEL_SOURCE").value_or("");
    options.headers.kernel_build = env_.variable("BPFTRACE_KERNEL_BUILD").value_or("");
    return options;
  }

  std::optional<sema::Program> analyze(const syntax::Script& script) {
    return sema::analyze(script, file_, *world_, sink_, {.is_unsafe = options_.is_unsafe});
  }

  std::string generate_cpp(const sema::Program& program) {
    host::GenerateOptions options;
    options.tool_name = options_.tool_name;
    options.version = BPFTRACEC_VERSION;
    return host::generate_cpp(program, options);
  }

  // Writes what has been reported. False if errors are among it.
  bool finish_diagnostics() {
    diagnostics::RenderOptions render_options;
    render_options.use_colors = env_.use_colors;
    render_options.show_warnings = !options_.is_quiet;
    render_options.parts = parts_;
    env_.err << diagnostics::render(sink_, file_, render_options);
    return !sink_.has_errors();
  }

  int emit(const std::string& output) {
    if (!options_.output_path.empty()) {
      Result<void> written = base::write_file(options_.output_path, output);
      return written ? 0 : fail(written.error());
    }
    env_.out << output << std::flush;
    return env_.out ? 0 : fail(Error{"cannot write to standard output"});
  }

  int emit(const Result<std::string>& output) {
    return output ? emit(*output) : fail(output.error());
  }

  int fail(const Error& error) {
    report(env_, error);
    return kFailure;
  }

  DriverEnv& env_;
  const Options& options_;
  const SourceFile& file_;
  std::span<const SourcePart> parts_;
  DiagnosticSink& sink_;
  std::unique_ptr<const world::World> world_;
  StageClock clock_;
  BuildEnvironment build_environment_;
  syntax::AstContext context_;
};

Result<std::string> read_script(DriverEnv& env, const Options& options) {
  if (options.program) return *options.program;
  if (options.script_path == "-") return std::string(std::istreambuf_iterator<char>(env.in), {});
  return base::read_file(options.script_path);
}

}  // namespace

int run(DriverEnv& env, std::span<const std::string> arguments) {
  if (!arguments.empty() && arguments.front() == "fmt") {
    return run_format(env, arguments.subspan(1));
  }
  std::variant<Options, int> parsed = parse_options(arguments, env.out, env.err);
  if (const int* status = std::get_if<int>(&parsed)) return *status;
  const Options& options = std::get<Options>(parsed);

  Result<std::string> text = read_script(env, options);
  if (text && text->size() > SourceFile::kMaxSize) text = Error{"the script is too large"};
  if (!text) {
    report(env, text.error());
    return kFailure;
  }
  bool is_file = !options.program && options.script_path != "-";
  DiagnosticSink sink;
  ScriptText script = load_imports(is_file ? options.script_path : "stdin", *text, sink);
  SourceFile file(script.parts.front().name, std::move(script.text));
  return Compilation(env, options, file, script.parts, sink).run();
}

}  // namespace bpftracec::driver
