#include "tests/unit/sema/analyzed.h"

#include <gtest/gtest.h>

#include "bpftracec/diagnostics/text_renderer.h"
#include "bpftracec/syntax/parser.h"
#include "tests/support/world/fixture_world.h"

namespace bpftracec::sema {

Analyzed::Analyzed(std::string text) : file_("test.bt", std::move(text)) {
  const testing_support::FixtureWorld world;
  const syntax::Script* script = syntax::parse(file_, context_, sink_);
  program_ = analyze(*script, file_, world, sink_);
}

const Program& Analyzed::program() const {
  static const Program kNone{};
  if (program_) return *program_;
  ADD_FAILURE() << diagnostics::render(sink_, file_);
  return kNone;
}

std::vector<diagnostics::DiagnosticKind> Analyzed::reported() const {
  std::vector<diagnostics::DiagnosticKind> kinds;
  for (const diagnostics::Diagnostic* diagnostic : sink_.in_source_order())
    kinds.push_back(diagnostic->kind);
  return kinds;
}

std::string_view Analyzed::reported_text(size_t number) const {
  const auto diagnostics = sink_.in_source_order();
  return number < diagnostics.size() ? file_.text(diagnostics[number]->where) : "";
}

std::string Analyzed::variable(const std::string& name) const {
  for (const ProbeProgram& probe : program().programs) {
    for (const Variable& variable : probe.variables) {
      if (variable.name == name) return spelling(variable.type);
    }
  }
  ADD_FAILURE() << "no variable $" << name;
  return "";
}

const MapPlan& Analyzed::map_plan(const std::string& name) const {
  static const MapPlan kNone{};
  for (const MapPlan& map : program().maps) {
    if (map.name == name) return map;
  }
  ADD_FAILURE() << "no map " << name;
  return kNone;
}

std::string Analyzed::map(const std::string& name) const {
  return spelling(map_plan(name).value.type);
}

std::string Analyzed::key(const std::string& name, size_t part) const {
  const std::vector<Slot> slots = key_slots(map_plan(name));
  return part < slots.size() ? spelling(slots[part].type) : "none";
}

std::string type_of_x(const std::string& statements) {
  return Analyzed("BEGIN { " + statements + " }").variable("x");
}

}  // namespace bpftracec::sema
