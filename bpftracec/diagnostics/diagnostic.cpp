#include "bpftracec/diagnostics/diagnostic.h"

#include <functional>
#include <map>
#include <utility>

namespace bpftracec::diagnostics {

size_t DiagnosticSink::Hash::operator()(const Diagnostic* diagnostic) const {
  size_t hash = std::hash<std::string>{}(diagnostic->text);
  hash = hash * 31 + diagnostic->where.begin;
  hash = hash * 31 + diagnostic->where.end;
  return hash * 31 + static_cast<size_t>(diagnostic->kind);
}

bool DiagnosticSink::SameReport::operator()(const Diagnostic* a, const Diagnostic* b) const {
  return a->kind == b->kind && a->where == b->where && a->text == b->text;
}

Diagnostic& DiagnosticSink::add(Diagnostic diagnostic) {
  bool is_new = !known_.contains(&diagnostic);
  bool is_kept = is_new && diagnostics_.size() < kMaxDiagnostics;
  if (is_new && diagnostic.severity() == Severity::Error) ++error_count_;
  if (is_new && !is_kept) ++omitted_count_;
  if (!is_kept) {
    dropped_ = std::move(diagnostic);
    return dropped_;
  }
  Diagnostic& kept = diagnostics_.emplace_back(std::move(diagnostic));
  known_.insert(&kept);
  return kept;
}

void DiagnosticSink::note_inside(SourceRange place, SourceRange other_place,
                                 const std::string& text) {
  for (Diagnostic& diagnostic : diagnostics_) {
    const bool is_inside = diagnostic.where.begin >= place.begin &&
                           diagnostic.where.end <= place.end;
    if (is_inside) diagnostic.notes.push_back({other_place, text});
  }
}

std::vector<const Diagnostic*> DiagnosticSink::in_source_order() const {
  // By place, and at one place by the order of reporting: a multimap keeps equal keys in order of
  // insertion.
  std::multimap<uint32_t, const Diagnostic*> by_place;
  for (const Diagnostic& diagnostic : diagnostics_)
    by_place.emplace(diagnostic.where.begin, &diagnostic);
  std::vector<const Diagnostic*> ordered;
  ordered.reserve(by_place.size());
  for (const auto& [begin, diagnostic] : by_place) ordered.push_back(diagnostic);
  return ordered;
}

}  // namespace bpftracec::diagnostics
