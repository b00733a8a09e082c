#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "failure.h"
#include "integer_literal.h"
#include "parameters.h"
#include "script_options.h"

namespace bpftracec::rt {

namespace {

// Long options without a letter.
enum LongOption : int { kDryRun = 256, kProbes, kBtf };
// And from here on those of the script.
constexpr int kScriptOption = 1024;

constexpr option kLongOptions[] = {
    {"pid", required_argument, nullptr, 'p'},    {"cmd", required_argument, nullptr, 'c'},
    {"output", required_argument, nullptr, 'o'}, {"format", required_argument, nullptr, 'f'},
    {"quiet", no_argument, nullptr, 'q'},        {"verbose", no_argument, nullptr, 'v'},
    {"help", no_argument, nullptr, 'h'},         {"version", no_argument, nullptr, 'V'},
    {"dry-run", no_argument, nullptr, kDryRun},  {"probes", no_argument, nullptr, kProbes},
    {"btf", required_argument, nullptr, kBtf},   {nullptr, 0, nullptr, 0},
};

constexpr const char* kOptionsHelp =
    "Options:\n"
    "  -p, --pid PID        trace this process only, and end with it\n"
    "  -c, --cmd COMMAND    start COMMAND when all is attached, and end with it\n"
    "  -o, --output FILE    write the output to FILE\n"
    "  -f, --format FORMAT  text (the default) or json, one object a line\n"
    "  -B MODE              buffering of the output: line (the default), full or none\n"
    "  -q, --quiet          do not say when the probes are attached\n"
    "  -v, --verbose        say what is done, how long it takes, and why the kernel refuses\n"
    "      --dry-run        load the programs and let the kernel verify them, attach nothing\n"
    "      --probes         list the probes and whether they can be attached here\n"
    "      --btf FILE       types of the running kernel, where it has no /sys/kernel/btf/vmlinux\n"
    "  -h, --help           show this\n"
    "  -V, --version        show where the tool comes from\n";

constexpr const char* kEnvironmentHelp =
    "Environment:\n"
    "  BPFTRACE_MAX_MAP_KEYS        entries that a map with keys can hold\n"
    "  BPFTRACE_PERF_RB_PAGES       pages of the buffer for events; 0: as memory and CPUs suggest\n"
    "  BPFTRACE_LOG_SIZE            bytes of the verifier's log that -v shows\n"
    "  BPFTRACE_PRINT_MAPS_ON_EXIT  1 or 0\n"
    "  BPFTRACE_MISSING_PROBES      error, warn or ignore: probes that cannot be attached here\n"
    "  BPFTRACE_BTF                 as --btf\n"
    "  BPFTRACE_TRACEFS             where tracefs is mounted, for containers and tests\n";

void print_usage(const ToolDescription& tool, FILE* to) {
  fprintf(to, "Usage: %s [OPTIONS] [--] [PARAMETERS]\n", tool.name);
}

void print_parameters(const ToolDescription& tool) {
  if (tool.parameters.size == 0) {
    puts("It takes no parameters.");
    return;
  }
  puts("Parameters:");
  for (const ParameterDescription& parameter : tool.parameters) {
    printf("  $%-18u %s\n", parameter.index, parameter.is_integer ? "a number" : "text");
  }
}

void print_script_options(const ToolDescription& tool) {
  if (tool.options.size == 0) return;
  puts("Options of the script:");
  for (const OptionDescription& option : tool.options)
    printf("  --%s: %s\n", option.name, option.help);
}

void print_help(const ToolDescription& tool) {
  print_usage(tool, stdout);
  printf("\nTraces as %s says; compiled by bpftracec %s.\n", tool.script_name, tool.version);
  if (tool.is_unsafe) puts("Compiled with --unsafe: it may change what it traces.");
  print_parameters(tool);
  print_script_options(tool);
  printf("\n%s\n%s", kOptionsHelp, kEnvironmentHelp);
}

bool parse_pid(const char* text, uint32_t& pid, Failure& failure) {
  // The highest that the kernel gives a process (PID_MAX_LIMIT).
  constexpr int64_t kMaxPid = 0x400000;
  int64_t value = 0;
  if (!parse_integer(text_of(text), value)) return failure.set("-p: '%s' is not a number", text);
  if (value < 1 || value > kMaxPid) return failure.set("-p: %s is no process id", text);
  pid = static_cast<uint32_t>(value);
  return true;
}

bool parse_format(const char* text, OutputMode& mode, Failure& failure) {
  if (strcmp(text, "text") == 0) {
    mode = OutputMode::Text;
  } else if (strcmp(text, "json") == 0) {
    mode = OutputMode::Json;
  } else {
    return failure.set("-f: '%s' is no output format, which are text and json", text);
  }
  return true;
}

bool parse_buffering(const char* text, Buffering& buffering, Failure& failure) {
  if (strcmp(text, "line") == 0) {
    buffering = Buffering::Line;
  } else if (strcmp(text, "full") == 0) {
    buffering = Buffering::Full;
  } else if (strcmp(text, "none") == 0) {
    buffering = Buffering::None;
  } else {
    return failure.set("-B: '%s' is no buffering, which are line, full and none", text);
  }
  return true;
}

// Options that have taken effect, or that end the tool at once.
enum class Parsed { Option, Help, Version, Wrong };

Parsed apply_option(int letter, char** argv, Options& options, Failure& failure) {
  bool is_right = true;
  switch (letter) {
    case 'p':
      is_right = parse_pid(optarg, options.pid, failure);
      break;
    case 'c':
      options.command = optarg;
      is_right = *optarg != '\0' || failure.set("-c: there is no command in ''");
      break;
    case 'o':
      options.output_path = optarg;
      is_right = *optarg != '\0' || failure.set("-o: '' is no name of a file");
      break;
    case 'f':
      is_right = parse_format(optarg, options.mode, failure);
      break;
    case 'B':
      is_right = parse_buffering(optarg, options.buffering, failure);
      break;
    case 'q':
      options.is_quiet = true;
      break;
    case 'v':
      options.is_verbose = true;
      break;
    case kDryRun:
      options.is_dry_run = true;
      break;
    case kProbes:
      options.lists_probes = true;
      break;
    case kBtf:
      options.btf_path = optarg;
      break;
    case 'h':
      return Parsed::Help;
    case 'V':
      return Parsed::Version;
    case ':':
      is_right = failure.set("%s wants an argument", argv[optind - 1]);
      break;
    default:
      // A letter may stand among others; a long option is a word of its own.
      is_right = optopt > 0 && optopt < 256 ? failure.set("unknown option -%c", optopt)
                                            : failure.set("unknown option %s", argv[optind - 1]);
      failure.hint("a parameter that starts with '-' must follow '--'");
      break;
  }
  return is_right ? Parsed::Option : Parsed::Wrong;
}

// -- --help
bool asks_for_options(const Options& options) {
  for (uint32_t index = 0; index < options.parameter_count; ++index) {
    if (strcmp(options.parameters[index], "--help") == 0) return true;
  }
  return false;
}

// Our own options and those of the script, which stand behind them: getopt_long() takes the first
// of a name.
option* all_options(const ToolDescription& tool) {
  constexpr uint32_t kOwn = sizeof kLongOptions / sizeof kLongOptions[0] - 1;
  auto* all = static_cast<option*>(allocate(sizeof(option) * (kOwn + tool.options.size + 1)));
  memcpy(all, kLongOptions, sizeof(option) * kOwn);
  for (uint32_t index = 0; index < tool.options.size; ++index) {
    all[kOwn + index] = {tool.options[index].name, optional_argument, nullptr,
                         kScriptOption + static_cast<int>(index)};
  }
  all[kOwn + tool.options.size] = {};
  return all;
}

int wrong_usage(const ToolDescription& tool, const Failure& failure, Stream& errors) {
  failure.print(errors);
  print_usage(tool, stderr);
  fprintf(stderr, "%s --help tells more.\n", tool.name);
  return kExitWrongUsage;
}

}  // namespace

int flush_stdout(Stream& errors) {
  if (fflush(stdout) == 0 && ferror(stdout) == 0) return 0;
  Failure failure;
  failure.set("cannot write the output: %s", error_text(errno));
  failure.print(errors);
  return kExitFailure;
}

int parse_options(const ToolDescription& tool, int argc, char** argv, Stream& errors,
                  Options& options) {
  Failure failure;
  opterr = 0;
  options.script_options = default_options(tool);
  const option* long_options = all_options(tool);
  for (int letter;
       (letter = getopt_long(argc, argv, ":p:c:o:f:B:qvhV", long_options, nullptr)) != -1;) {
    if (letter >= kScriptOption) {
      const int index = letter - kScriptOption;
      if (!set_option(tool.options[static_cast<uint32_t>(index)], optarg,
                      options.script_options[index], failure)) {
        return wrong_usage(tool, failure, errors);
      }
      continue;
    }
    switch (apply_option(letter, argv, options, failure)) {
      case Parsed::Option:
        break;
      case Parsed::Help:
        print_help(tool);
        return flush_stdout(errors);
      case Parsed::Version:
        printf("%s (%s, compiled by bpftracec %s)\n", tool.name, tool.script_name, tool.version);
        return flush_stdout(errors);
      case Parsed::Wrong:
        return wrong_usage(tool, failure, errors);
    }
  }
  if (options.pid != 0 && options.command != nullptr) {
    failure.set("-p and -c exclude each other");
    return wrong_usage(tool, failure, errors);
  }
  options.parameters = argv + optind;
  options.parameter_count = static_cast<uint32_t>(argc - optind);
  if (tool.options.size != 0 && asks_for_options(options)) {
    // As bpftrace has it: not what was asked of the tool, but of the script.
    fputs("HINT: expected program options:\n", stderr);
    for (const OptionDescription& option : tool.options)
      fprintf(stderr, "--%s: %s\n", option.name, option.help);
    return kExitFailure;
  }
  if (!take_options(tool, argv + optind, options.parameter_count, options.script_options,
                    failure)) {
    return wrong_usage(tool, failure, errors);
  }

  const Bindings bindings = {.parameter_count = options.parameter_count,
                             .parameters = options.parameters};
  if (!check_parameters(tool, bindings, failure)) return wrong_usage(tool, failure, errors);
  return -1;
}

}  // namespace bpftracec::rt
