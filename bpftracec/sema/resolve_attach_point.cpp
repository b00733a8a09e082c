#include "bpftracec/sema/resolve_attach_point.h"

#include <charconv>

#include "bpftracec/syntax/integer_literal.h"

namespace bpftracec::sema {

using diagnostics::DiagnosticKind;
using diagnostics::DiagnosticSink;
using syntax::AttachPointPart;

bool check_part_count(const WrittenAttachPoint& written, size_t least, size_t most,
                      std::string_view shape) {
  const size_t count = written.parts.size();
  if (count >= least && count <= most) return true;
  const std::string wanted = least == most ? std::to_string(least)
                                           : std::to_string(least) + " or " + std::to_string(most);
  written
      .report<DiagnosticKind::ProbePartCount>(written.range, written.kind.spelling, wanted,
                                              most == 1 ? "part" : "parts", count)
      .hint("its form is {}", shape);
  return false;
}

bool check_name(const WrittenAttachPoint& written, const AttachPointPart& part,
                std::string_view what) {
  if (part.text.empty()) {
    written.report<DiagnosticKind::EmptyProbePart>(part.range, written.kind.spelling, what);
    return false;
  }
  if (part.text.find('*') != std::string_view::npos) {
    report_wildcard(written.resolution.sink, part);
    return false;
  }
  return true;
}

bool check_plain_name(const WrittenAttachPoint& written, const AttachPointPart& part,
                      std::string_view what) {
  if (part.text.find('*') == std::string_view::npos) return check_name(written, part, what);
  written.report<DiagnosticKind::WildcardNotAllowed>(part.range, written.kind.spelling);
  return false;
}

bool check_without_parameters(const WrittenAttachPoint& written, const AttachPointPart& part,
                              std::string_view what) {
  if (!part.has_parameters) return true;
  written.report<DiagnosticKind::ParameterInProbe>(part.range, what);
  return false;
}

bool has_wildcard(const AttachPointPart& part) {
  return part.text.find('*') != std::string_view::npos;
}

bool check_filled(const WrittenAttachPoint& written, const AttachPointPart& part,
                  std::string_view what) {
  if (!part.text.empty()) return true;
  written.report<DiagnosticKind::EmptyProbePart>(part.range, written.kind.spelling, what);
  return false;
}

void report_wildcard(DiagnosticSink& sink, const AttachPointPart& part) {
  sink.report<DiagnosticKind::WildcardInProbe>(part.range)
      .hint("name each one, separated by commas");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<uint64_t> parse_number(std::string_view text) {
  if (text.starts_with("0b") || text.starts_with("0B")) {
    uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + 2, end, value, 2);
    return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
  }
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  DiagnosticSink unheard;  // what is wrong is told in the words of the attach point
  return syntax::parse_integer_literal(text, {}, unheard);
}

bool is_duration(std::string_view text) {
  return !text.empty() && !text.starts_with("0x") && !text.starts_with("0X") &&
         std::string_view("smhd").find(text.back()) != std::string_view::npos;
}

std::string join_parts(std::initializer_list<std::string_view> parts) {
  std::string result;
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    if (!result.empty()) result += ':';
    result += part;
  }
  return result;
}

}  // namespace bpftracec::sema
