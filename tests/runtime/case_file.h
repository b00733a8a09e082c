// The text files that hold run-time cases: one suite a file, one case a paragraph. docs: README.md
// in this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bpftracec::runtime_tests {

enum class StopBy { Interrupt, Terminate, Itself };

struct Case {
  std::string suite;
  std::string name;  // as an identifier: blanks and signs are underscores
  std::string file;
  int line = 0;

  std::string script;            // may hold %{programs}
  std::string script_file;       // instead of it, relative to the case file
  std::string compile;           // options for the compiler, as a shell reads them
  std::string args;              // of the tool, as a shell reads them
  std::string env;               // NAME=VALUE ..., as a shell reads them
  std::string setup;             // shell command before the tool starts
  std::string background;        // shell command that runs beside the tool, from before its start
  std::string during;            // shell command once the tool is attached
  std::string after;             // shell command after the tool's end
  StopBy stop = StopBy::Itself;  // Interrupt if there is a `during`
  std::vector<std::string> expect;        // lines of stdout, in this order, others may be between
  std::vector<std::string> expect_exact;  // all of stdout
  std::vector<std::string> expect_not;    // no line of stdout or stderr is one of these
  std::vector<std::string> error;         // lines of stderr, in this order, others may be between
  bool is_exact = false;
  bool has_error = false;  // without, stderr has nothing but the "Attached" line
  int status = 0;
  int timeout_s = 20;
  std::vector<std::string> needs;
  bool runs_alone = false;
  bool runs_in_vm = true;
};

struct CaseFile {
  std::vector<Case> cases;
  std::vector<std::string> errors;  // "file:line: what"
};

// Whether a case must say what it expects. Those of the differential test don't: what bpftrace
// prints is expected.
enum class Expectations { Required, Elsewhere };

// `suite` is the file's name without its ending.
CaseFile parse_case_file(std::string_view text, const std::string& suite, const std::string& file,
                         Expectations expectations = Expectations::Required);

}  // namespace bpftracec::runtime_tests
