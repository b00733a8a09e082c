// What resolving one attach point needs: where it was written, whom to ask, where to report. The
// families of probes are in resolve_<family>.cpp.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bpftracec/sema/resolved_probe.h"

namespace bpftracec::sema {

struct ProbeKindInfo {
  ProbeKind kind;
  std::string_view spelling;
  std::string_view short_spelling;
};

// What is shared by all attach points of a script.
struct ProbeResolution {
  const world::World& world;
  diagnostics::DiagnosticSink& sink;
  bool is_unsafe;  // --unsafe
  ResolvedProbes result = {};

  struct FormatLookup {
    const world::TracepointFormat* format = nullptr;
    std::string problem = {};  // why events cannot be looked up
  };
  std::map<std::pair<std::string, std::string>, FormatLookup> formats = {};
  std::optional<std::vector<std::string>> event_names = {};

  // Looking for the nearest of thousands of names takes its time; nobody reads more hints than
  // these.
  bool may_hint() { return ++hints <= kMaxHints; }
  static constexpr uint32_t kMaxHints = 20;
  uint32_t hints = 0;
};

// The attach point at hand.
struct WrittenAttachPoint {
  ProbeResolution& resolution;
  ProbeKindInfo kind;
  SourceRange range;
  std::span<const syntax::AttachPointPart> parts;  // behind the kind
  bool reads_fields;        // the probe's body or predicate reads fields of `args`
  bool reads_probe;         // they ask what the probe is called
  bool takes_kernel_stack;  // it reads `kstack`

  template <diagnostics::DiagnosticKind diagnostic, typename... Args>
  diagnostics::Diagnostic& report(SourceRange where, const Args&... args) const {
    return resolution.sink.report<diagnostic>(where, args...);
  }
};

// ---- one function a family: false where the attach point is wrong, which has been reported ------

bool resolve_special(const WrittenAttachPoint& written, AttachPoint& point);
bool resolve_self(const WrittenAttachPoint& written, AttachPoint& point);
bool resolve_kprobe(const WrittenAttachPoint& written, AttachPoint& point);
bool resolve_fentry(const WrittenAttachPoint& written, AttachPoint& point);
bool resolve_tracepoint(const WrittenAttachPoint& written, AttachPoint& point,
                        ResolvedProbe& resolved);
bool resolve_raw_tracepoint(const WrittenAttachPoint& written, AttachPoint& point);
bool resolve_uprobe(const WrittenAttachPoint& written, AttachPoint& point);
bool resolve_usdt(const WrittenAttachPoint& written, AttachPoint& point);
bool resolve_timer(const WrittenAttachPoint& written, AttachPoint& point);
bool resolve_counted_event(const WrittenAttachPoint& written, AttachPoint& point);
bool resolve_watchpoint(const WrittenAttachPoint& written, AttachPoint& point);

// ---- pieces ----

// `shape`: how the probe is to be written, for the hint.
bool check_part_count(const WrittenAttachPoint& written, size_t least, size_t most,
                      std::string_view shape);
// A part that names something: not empty, no pattern.
bool check_name(const WrittenAttachPoint& written, const syntax::AttachPointPart& part,
                std::string_view what);
// The same where the language has no wildcards at all.
bool check_plain_name(const WrittenAttachPoint& written, const syntax::AttachPointPart& part,
                      std::string_view what);
bool check_without_parameters(const WrittenAttachPoint& written,
                              const syntax::AttachPointPart& part, std::string_view what);
bool has_wildcard(const syntax::AttachPointPart& part);
// A part that is not empty and may be a pattern.
bool check_filled(const WrittenAttachPoint& written, const syntax::AttachPointPart& part,
                  std::string_view what);
void report_wildcard(diagnostics::DiagnosticSink& sink, const syntax::AttachPointPart& part);

bool is_digit(char c);
// A number in any form of a literal; binary ones as well, which only attach points and parameters
// take.
std::optional<uint64_t> parse_number(std::string_view text);
// Whether a number that is one ends with a unit of time.
bool is_duration(std::string_view text);
std::string join_parts(std::initializer_list<std::string_view> parts);

inline constexpr uint64_t kMaxPeriod = INT64_MAX;

}  // namespace bpftracec::sema
