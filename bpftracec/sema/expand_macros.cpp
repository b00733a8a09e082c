#include "bpftracec/sema/expand_macros.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bpftracec/syntax/rewriter.h"
#include "bpftracec/syntax/walker.h"

namespace bpftracec::sema {
namespace {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;
using diagnostics::DiagnosticSink;
using syntax::Expr;
using syntax::Macro;
using syntax::MacroParameter;
using syntax::SourceRange;

// Macros that call others twice double with each level: what a script of a few lines can make of
// itself must end somewhere.
constexpr uint32_t kMaxExpansions = 20'000;
// Likewise arguments that are used twice, of calls inside of calls.
constexpr size_t kMaxCopiedNodes = 1'000'000;

// ---- definitions --------------------------------------------------------------------------------

// "$x, @m, e"
std::string parameter_list(const Macro& macro) {
  std::string list;
  for (const MacroParameter& parameter : macro.parameters) {
    if (!list.empty()) list += ", ";
    if (parameter.kind == MacroParameter::Kind::Variable) list += '$';
    if (parameter.kind == MacroParameter::Kind::Map) list += '@';
    list += parameter.name;
  }
  return list;
}

const MacroParameter* find_parameter(const Macro& macro, MacroParameter::Kind kind,
                                     std::string_view name) {
  const auto found = std::ranges::find_if(macro.parameters, [&](const MacroParameter& parameter) {
    return parameter.kind == kind && parameter.name == name;
  });
  return found != macro.parameters.end() ? &*found : nullptr;
}

// What a body may not do, however it is called.
class DefinitionCheck : public syntax::Walker<DefinitionCheck> {
 public:
  DefinitionCheck(const Macro& macro, DiagnosticSink& sink) : macro_(macro), sink_(sink) {
    walk(*macro.body);
  }

  void visit(const syntax::MapAccess& map) {
    walk_children(map);
    if (find_parameter(macro_, MacroParameter::Kind::Map, map.name) != nullptr) return;
    sink_.report<DiagnosticKind::UnhygienicMap>(map.range, macro_.name, "@" + std::string(map.name))
        .hint("make it a parameter: macro {}({}{}@{})", macro_.name, parameter_list(macro_),
              macro_.parameters.empty() ? "" : ", ", map.name);
  }
  void visit(const syntax::ReturnStatement& statement) { report_jump(statement.range, "return"); }
  void visit(const syntax::BreakStatement& statement) {
    if (loop_depth_ == 0) report_jump(statement.range, "break");
  }
  void visit(const syntax::ContinueStatement& statement) {
    if (loop_depth_ == 0) report_jump(statement.range, "continue");
  }
  void visit(const syntax::WhileStatement& loop) { walk_loop(loop); }
  void visit(const syntax::ForEachStatement& loop) { walk_loop(loop); }
  void visit(const syntax::ForRangeStatement& loop) { walk_loop(loop); }

 private:
  template <typename Loop>
  void walk_loop(const Loop& loop) {
    ++loop_depth_;
    walk_children(loop);
    --loop_depth_;
  }

  void report_jump(SourceRange where, std::string_view word) {
    sink_.report<DiagnosticKind::JumpOutOfMacro>(where, word, macro_.name);
  }

  const Macro& macro_;
  DiagnosticSink& sink_;
  uint32_t loop_depth_ = 0;
};

bool have_same_signature(const Macro& a, const Macro& b) {
  return std::ranges::equal(a.parameters, b.parameters, {}, &MacroParameter::kind,
                            &MacroParameter::kind);
}

void check_parameters(const Macro& macro, DiagnosticSink& sink) {
  std::set<std::pair<MacroParameter::Kind, std::string_view>> seen;
  for (const MacroParameter& parameter : macro.parameters) {
    if (seen.emplace(parameter.kind, parameter.name).second) continue;
    sink.report<DiagnosticKind::MacroParameterTwice>(parameter.range, macro.name, parameter.name);
  }
}

// ---- calls --------------------------------------------------------------------------------------

bool takes(const MacroParameter& parameter, const Expr& argument) {
  switch (parameter.kind) {
    case MacroParameter::Kind::Variable:
      return std::holds_alternative<const syntax::Variable*>(argument);
    case MacroParameter::Kind::Map: {
      const auto* const* map = std::get_if<const syntax::MapAccess*>(&argument);
      return map != nullptr && !(*map)->has_keys;
    }
    case MacroParameter::Kind::Expression:
      return true;
  }
  return false;
}

// How many parameters ask for more than just an expression; -1 when the arguments do not fit.
int fitness(const Macro& macro, std::span<const Expr> arguments) {
  if (macro.parameters.size() != arguments.size()) return -1;
  int specific = 0;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!takes(macro.parameters[i], arguments[i])) return -1;
    if (macro.parameters[i].kind != MacroParameter::Kind::Expression) ++specific;
  }
  return specific;
}

// A copy with nodes of its own: sema keeps what it finds out by node.
struct Copier : syntax::Rewriter<Copier> {
  using Rewriter::Rewriter;
};

class Expander : public syntax::Rewriter<Expander> {
 public:
  Expander(const syntax::Script& script, syntax::AstContext& context, DiagnosticSink& sink)
      : Rewriter(context), sink_(sink), copier_(context) {
    for (const Macro& macro : script.macros) define(macro);
  }

  using Rewriter::rewrite;

  Expr rewrite(const syntax::CallExpr& call) {
    const syntax::CallExpr* written = copy_children(call);
    const auto found = macros_.find(call.name);
    if (found == macros_.end()) return written;
    if (const Macro* macro = best_match(found->second, written->arguments)) {
      return expand(*macro, call.range, written->arguments);
    }
    report_arguments(call, found->second);
    return make(syntax::ErrorExpr{call.range});
  }

  Expr rewrite(const syntax::Identifier& word) {
    if (frame_ != nullptr) {
      const auto argument = frame_->expressions.find(word.name);
      if (argument != frame_->expressions.end()) return copy_argument(word, argument->second);
    }
    const auto found = macros_.find(word.name);
    if (found == macros_.end()) return &word;
    const Macro* macro = best_match(found->second, {});
    return macro != nullptr ? expand(*macro, word.range, {}) : Expr(&word);
  }

  const syntax::Variable* variable(const syntax::Variable& node) {
    if (frame_ == nullptr) return make(node);
    const auto argument = frame_->variables.find(node.name);
    if (argument != frame_->variables.end()) {
      return make(syntax::Variable{node.range, argument->second});
    }
    // No script can write such a name; messages can show it.
    const std::string own = std::string(node.name) + frame_->suffix;
    return make(syntax::Variable{node.range, context().copy(std::string_view(own))});
  }

  const syntax::MapAccess* map(const syntax::MapAccess& node) {
    syntax::MapAccess result = node;
    result.keys = copy(node.keys);
    if (frame_ != nullptr) {
      const auto argument = frame_->maps.find(node.name);
      if (argument != frame_->maps.end()) result.name = argument->second;
    }
    return make(result);
  }

  const ExpandedMacros& first_calls() const { return first_calls_; }

 private:
  // What the names in a body stand for.
  struct Frame {
    const Frame* caller;
    const Macro* macro;
    std::string suffix;  // of the body's own variables
    std::map<std::string_view, Expr> expressions = {};
    std::map<std::string_view, std::string_view> variables = {};
    std::map<std::string_view, std::string_view> maps = {};
  };

  void define(const Macro& macro) {
    check_parameters(macro, sink_);
    DefinitionCheck(macro, sink_);
    std::vector<const Macro*>& others = macros_[macro.name];
    for (const Macro* other : others) {
      if (!have_same_signature(macro, *other)) continue;
      sink_.report<DiagnosticKind::DuplicateMacro>(macro.name_range, macro.name)
          .note(other->name_range, "the other one is here");
      return;
    }
    others.push_back(&macro);
  }

  Expr copy_argument(const syntax::Identifier& use, const Expr& argument) {
    if (copier_.made() < kMaxCopiedNodes) return copier_.copy(argument);
    report_limit(use.range);
    return make(syntax::ErrorExpr{use.range});
  }

  static const Macro* best_match(const std::vector<const Macro*>& macros,
                                 std::span<const Expr> arguments) {
    const Macro* best = nullptr;
    int best_fitness = -1;
    for (const Macro* macro : macros) {
      const int found = fitness(*macro, arguments);
      if (found > best_fitness) {
        best = macro;
        best_fitness = found;
      }
    }
    return best;
  }

  void report_arguments(const syntax::CallExpr& call, const std::vector<const Macro*>& macros) {
    Diagnostic& diagnostic = sink_.report<DiagnosticKind::MacroArguments>(call.range, call.name);
    for (const Macro* macro : macros)
      diagnostic.note(macro->name_range, "it takes ({})", parameter_list(*macro));
  }

  // "a > b > a" if the macro is being expanded already.
  std::optional<std::string> recursion(const Macro& macro) const {
    std::string chain(macro.name);
    for (const Frame* frame = frame_; frame != nullptr; frame = frame->caller) {
      chain = std::string(frame->macro->name) + " > " + chain;
      if (frame->macro == &macro) return chain;
    }
    return std::nullopt;
  }

  bool may_expand(const Macro& macro, SourceRange call) {
    if (const auto chain = recursion(macro)) {
      sink_.report<DiagnosticKind::RecursiveMacro>(call, macro.name, *chain);
      return false;
    }
    if (expansions_ < kMaxExpansions) return true;
    report_limit(call);
    return false;
  }

  void report_limit(SourceRange where) {
    if (!is_limit_reported_) sink_.report<DiagnosticKind::TooManyExpansions>(where);
    is_limit_reported_ = true;
  }

  Expr expand(const Macro& macro, SourceRange call, std::span<const Expr> arguments) {
    if (!may_expand(macro, call)) return make(syntax::ErrorExpr{call});
    ++expansions_;
    if (frame_ == nullptr) first_calls_.emplace(&macro, call);
    Frame frame{.caller = frame_, .macro = &macro, .suffix = suffix_for(macro)};
    for (size_t i = 0; i < arguments.size(); ++i) bind(macro.parameters[i], arguments[i], frame);
    frame_ = &frame;
    const syntax::Block* body = copy(macro.body);
    frame_ = frame.caller;
    return make(syntax::Block{call, body->statements, body->ends_in_value});
  }

  std::string suffix_for(const Macro& macro) {
    const uint32_t number = ++numbers_[&macro];
    std::string suffix = " of macro " + std::string(macro.name);
    return number == 1 ? suffix : suffix + ", expansion " + std::to_string(number);
  }

  static void bind(const MacroParameter& parameter, const Expr& argument, Frame& frame) {
    switch (parameter.kind) {
      case MacroParameter::Kind::Variable:
        frame.variables.emplace(parameter.name, std::get<const syntax::Variable*>(argument)->name);
        break;
      case MacroParameter::Kind::Map:
        frame.maps.emplace(parameter.name, std::get<const syntax::MapAccess*>(argument)->name);
        break;
      case MacroParameter::Kind::Expression:
        frame.expressions.emplace(parameter.name, argument);
        break;
    }
  }

  DiagnosticSink& sink_;
  Copier copier_;
  std::map<std::string_view, std::vector<const Macro*>> macros_;
  std::map<const Macro*, uint32_t> numbers_;  // of expansions
  ExpandedMacros first_calls_;
  const Frame* frame_ = nullptr;  // of the body at hand
  uint32_t expansions_ = 0;
  bool is_limit_reported_ = false;
};

}  // namespace

syntax::Script expand_macros(const syntax::Script& script, syntax::AstContext& context,
                             DiagnosticSink& sink, ExpandedMacros& expanded) {
  if (script.macros.empty()) return script;
  Expander expander(script, context, sink);
  syntax::Script result = script;
  std::vector<syntax::Probe> probes;
  for (const syntax::Probe& probe : script.probes) probes.push_back(expander.copy(probe));
  result.probes = context.copy(probes);
  std::vector<syntax::Function> functions(script.functions.begin(), script.functions.end());
  for (syntax::Function& function : functions) function.body = expander.copy(function.body);
  result.functions = context.copy(functions);
  result.macros = {};
  expanded = expander.first_calls();
  return result;
}

void note_expansions(const ExpandedMacros& expanded, DiagnosticSink& sink) {
  for (const auto& [macro, call] : expanded) {
    sink.note_inside(macro->body->range, call,
                     "macro '" + std::string(macro->name) + "' is expanded here");
  }
}

}  // namespace bpftracec::sema
