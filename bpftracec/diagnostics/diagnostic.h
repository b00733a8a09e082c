// What is wrong with a script, as data. A stage reports to a DiagnosticSink,
//
//   sink.report<DiagnosticKind::UnknownBuiltin>(call.range, call.name).hint("did you mean '{}'?",
//   nearest);
//
// and goes on, so that all errors of a script come out of one run. The kind's format comes from
// diagnostic_kind.def and is checked against the arguments when the compiler is compiled. Making
// lines of text out of it is text_renderer.h's work.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <fmt/core.h>

#include "bpftracec/diagnostics/source_range.h"

namespace bpftracec::diagnostics {

enum class Severity : uint8_t { Warning, Error };

enum class DiagnosticKind : uint16_t {
#define DIAGNOSTIC(kind, severity, format) kind,
#include "bpftracec/diagnostics/diagnostic_kind.def"
#undef DIAGNOSTIC
};

struct DiagnosticInfo {
  std::string_view name;
  Severity severity;
  std::string_view format;
};

inline constexpr DiagnosticInfo kDiagnosticInfos[] = {
#define DIAGNOSTIC(kind, severity, format) {#kind, Severity::severity, format},
#include "bpftracec/diagnostics/diagnostic_kind.def"
#undef DIAGNOSTIC
};

constexpr const DiagnosticInfo& info(DiagnosticKind kind) {
  return kDiagnosticInfos[static_cast<size_t>(kind)];
}

// The other place that matters: "first used as a count here".
struct Note {
  SourceRange where;
  std::string text;

  friend bool operator==(const Note&, const Note&) = default;
};

struct Diagnostic {
  DiagnosticKind kind;
  SourceRange where;
  std::string text;
  std::vector<std::string> hints;
  std::vector<Note> notes;

  Severity severity() const { return info(kind).severity; }

  // What to do about it.
  template <typename... Args>
  Diagnostic& hint(fmt::format_string<const Args&...> format, const Args&... args) {
    hints.push_back(fmt::format(format, args...));
    return *this;
  }

  template <typename... Args>
  Diagnostic& note(SourceRange other_place, fmt::format_string<const Args&...> format,
                   const Args&... args) {
    notes.push_back({other_place, fmt::format(format, args...)});
    return *this;
  }
};

class DiagnosticSink {
 public:
  // Of a script that is wrong from end to end, nobody reads more than this.
  static constexpr size_t kMaxDiagnostics = 100;

  // The result is for adding hints and notes at once; it is good until the next report.
  template <DiagnosticKind kind, typename... Args>
  Diagnostic& report(SourceRange where, const Args&... args) {
    constexpr std::string_view format = info(kind).format;
    return add(
        {kind, where, fmt::format(fmt::format_string<const Args&...>(format), args...), {}, {}});
  }

  // Adds a note to all that has been reported inside of `place`.
  void note_inside(SourceRange place, SourceRange other_place, const std::string& text);

  bool has_errors() const { return error_count_ != 0; }
  size_t error_count() const { return error_count_; }

  // How many came after kMaxDiagnostics and were counted only.
  size_t omitted_count() const { return omitted_count_; }

  // In source order, whichever stage found them first.
  std::vector<const Diagnostic*> in_source_order() const;

 private:
  // One that was reported before (same kind, place and text) is dropped: two passes, or a token
  // that is read again, may see the same fault.
  Diagnostic& add(Diagnostic diagnostic);

  struct Hash {
    size_t operator()(const Diagnostic* diagnostic) const;
  };
  struct SameReport {
    bool operator()(const Diagnostic* a, const Diagnostic* b) const;
  };

  std::deque<Diagnostic> diagnostics_;  // a deque: references to its elements stay good
  std::unordered_set<const Diagnostic*, Hash, SameReport> known_;
  Diagnostic dropped_{};  // takes the hints and notes of those that are not kept
  size_t error_count_ = 0;
  size_t omitted_count_ = 0;
};

}  // namespace bpftracec::diagnostics
