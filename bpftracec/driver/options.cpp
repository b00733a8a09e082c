#include "bpftracec/driver/options.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "bpftracec/base/nearest_name.h"
#include "bpftracec/diagnostics/text_renderer.h"

namespace bpftracec::driver {
namespace {

constexpr int kWrongUsage = 2;

struct StageName {
  Stage stage;
  std::string_view name;
  std::string_view description;
};

constexpr std::array kStages = {
#define STAGE(enumerator, name, description) StageName{Stage::enumerator, name, description},
#include "bpftracec/driver/stage.def"
#undef STAGE
};

std::string stage_list() {
  std::string text = "Stages for --emit:\n";
  for (const StageName& stage : kStages)
    text += fmt::format("  {:<12}{}\n", stage.name, stage.description);
  return text;
}

std::optional<Stage> find_stage(std::string_view name) {
  const auto* found = std::find_if(kStages.begin(), kStages.end(),
                                   [&](const StageName& stage) { return stage.name == name; });
  if (found == kStages.end()) return std::nullopt;
  return found->stage;
}

// "dir/opens.bt" -> "opens".
std::string stem(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  constexpr std::string_view kExtension = ".bt";
  if (name.size() > kExtension.size() && name.ends_with(kExtension))
    name.resize(name.size() - kExtension.size());
  return name;
}

// A tool goes where compilers put what they make: beside us, under the script's name, or a.out.
// Never over the script.
void complete_output(Options& options) {
  bool has_own_name = !options.program && options.script_path.ends_with(".bt");
  if (options.output_path.empty() && options.emit == Stage::Exe) {
    options.output_path = has_own_name ? stem(options.script_path) : "a.out";
  }
  if (options.output_path == "-") options.output_path.clear();
  if (!options.tool_name.empty()) return;
  if (has_own_name) {
    options.tool_name = stem(options.script_path);
  } else {
    options.tool_name = options.output_path.empty() ? "tool" : stem(options.output_path);
  }
}

// What is wrong with them as a whole; empty if nothing is.
std::string find_contradiction(const Options& options) {
  if (options.program && !options.script_path.empty()) {
    return fmt::format("there is a script, '{}', and a program after -e; one of them is enough",
                       diagnostics::printable(options.script_path));
  }
  if (!options.program && options.script_path.empty())
    return "there is no script; name a file, '-', or use -e";
  if (options.program && options.program->empty()) return "the program after -e is empty";
  if (options.output_path == "-" && options.emit == Stage::Exe)
    return "a tool cannot be written to standard output";
  return {};
}

int reject(std::ostream& err, const std::string& message) {
  return reject_usage(err, message, "bpftracec");
}

void add_world_options(CLI::App& app, world::HostWorldOptions& options) {
  const auto add_list = [&](const char* name, std::vector<std::string>& list, const char* text) {
    app.add_option(name, list, text)->allow_extra_args(false);  // what follows may be the script
  };
  add_list("-I", options.headers.include_directories, "Look for headers in this directory, too");
  add_list("--include", options.headers.include_files, "As an #include line before the script");
  add_list("-D", options.headers.defines, "Define a macro for C: NAME or NAME=VALUE");
  app.add_option("--btf", options.btf_file,
                 "The file that tells the kernel's types (default: $BPFTRACE_BTF, or the running "
                 "kernel's)");
}

}  // namespace

int reject_usage(std::ostream& err, const std::string& message, std::string_view command) {
  err << "bpftracec: error: " << message << "\n" << command << " --help shows the options\n";
  return kWrongUsage;
}

std::variant<Options, int> parse_options(std::span<const std::string> arguments, std::ostream& out,
                                         std::ostream& err) {
  Options options;
  std::string program;
  std::string stage_name;
  bool stops_at_object = false;

  CLI::App app("Compiles a bpftrace script to a standalone executable.", "bpftracec");
  app.footer(stage_list() + "\n'bpftracec fmt' writes scripts in their usual form.");
  app.add_option("SCRIPT", options.script_path, "The script; '-' reads it from standard input");
  CLI::Option* inline_program = app.add_option("-e", program,
                                               "The script itself, in place of a file");
  app.add_option("-o,--output", options.output_path,
                 "Where the result goes (default: the script's name without .bt)");
  app.add_option("--emit", stage_name, "Stop after this stage and show what it made");
  app.add_flag("-c", stops_at_object, "Stop at the BPF object: --emit=bpf-obj");
  app.add_option("--name", options.tool_name,
                 "What the tool calls itself (default: the script's name without .bt)");
  add_world_options(app, options.world);
  app.add_flag("--unsafe", options.is_unsafe,
               "Allow what changes what is traced: system(), signal(), probes at addresses");
  app.add_flag("-v,--verbose", options.is_verbose,
               "Say what each stage took, and which programs are run");
  app.add_flag("-q,--quiet", options.is_quiet, "No warnings");
  app.set_version_flag("-V,--version", "bpftracec " BPFTRACEC_VERSION);

  // CLI11 wants them in reverse, to take them from the back.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& failure) {
    if (failure.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
      return app.exit(failure, out, err);
    return reject(err, diagnostics::printable(failure.what()));
  }

  if (inline_program->count() > 0) options.program = program;
  if (stops_at_object) options.emit = Stage::BpfObj;
  if (!stage_name.empty()) {
    std::optional<Stage> stage = find_stage(stage_name);
    if (!stage) {
      std::vector<std::string_view> names;
      names.reserve(kStages.size());
      for (const StageName& known : kStages) names.push_back(known.name);
      std::optional<std::string_view> nearest = base::nearest_name(stage_name, names);
      return reject(err, fmt::format("there is no stage '{}'{}", diagnostics::printable(stage_name),
                                     nearest ? fmt::format("; did you mean '{}'?", *nearest) : ""));
    }
    options.emit = *stage;
  }
  if (std::string contradiction = find_contradiction(options); !contradiction.empty()) {
    return reject(err, contradiction);
  }
  complete_output(options);
  return options;
}

}  // namespace bpftracec::driver
