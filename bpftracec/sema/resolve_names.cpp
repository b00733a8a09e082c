#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "bpftracec/base/nearest_name.h"
#include "bpftracec/sema/name_tables.h"
#include "bpftracec/sema/names.h"
#include "bpftracec/syntax/walker.h"

namespace bpftracec::sema {
namespace {

using diagnostics::DiagnosticKind;
using diagnostics::DiagnosticSink;
using syntax::range_of;

// The map when `expr` is one that is named without keys.
const syntax::MapAccess* as_bare_map(const syntax::Expr& expr) {
  const auto* const* map = std::get_if<const syntax::MapAccess*>(&expr);
  return map != nullptr && !(*map)->has_keys ? *map : nullptr;
}

bool is_call_of(const syntax::Statement& statement, Function function) {
  const auto* const* expression = std::get_if<const syntax::ExprStatement*>(&statement);
  if (expression == nullptr) return false;
  std::string_view name;
  if (const auto* const* call = std::get_if<const syntax::CallExpr*>(&(*expression)->expr)) {
    name = (*call)->name;
  }
  if (const auto* const* word = std::get_if<const syntax::Identifier*>(&(*expression)->expr)) {
    name = (*word)->name;
  }
  const FunctionInfo* info = find_function(name);
  return info != nullptr && info->function == function;
}

// Whether nothing that follows in the same block runs.
bool ends_flow(const syntax::Statement& statement) {
  return std::holds_alternative<const syntax::ReturnStatement*>(statement) ||
         std::holds_alternative<const syntax::BreakStatement*>(statement) ||
         std::holds_alternative<const syntax::ContinueStatement*>(statement) ||
         is_call_of(statement, Function::Exit);
}

// ---- maps ---------------------------------------------------------------------------------------

// Gathers how a script uses its maps; ids are given in the order of names when all is known.
class MapTable {
 public:
  explicit MapTable(DiagnosticSink& sink) : sink_(sink) {}

  void declare(const syntax::MapDeclaration& declaration) {
    const auto [entry, is_new] = declarations_.emplace(declaration.name, &declaration);
    if (is_new) return;
    sink_.report<DiagnosticKind::DuplicateMap>(declaration.name_range, map_name(declaration))
        .note(entry->second->name_range, "it is declared here");
  }

  // A use that says nothing of keys, such as clear(@m).
  MapInfo& use(const syntax::MapAccess& access) {
    const auto [entry, is_new] = maps_.try_emplace(access.name);
    if (is_new) {
      entry->second.info.name = "@" + std::string(access.name);
      entry->second.info.first_use = access.range;
    }
    return entry->second.info;
  }

  void use_with_keys(const syntax::MapAccess& access, size_t key_count, SourceRange where) {
    use(access);
    Entry& entry = maps_.find(access.name)->second;
    MapInfo& map = entry.info;
    if (!entry.has_shape) {
      entry.has_shape = true;
      map.is_scalar = key_count == 0;
      map.shape_origin = where;
    } else if (map.is_scalar && key_count != 0) {
      sink_.report<DiagnosticKind::ScalarMapWithKey>(where, map.name)
          .note(map.shape_origin, "without a key here");
    } else if (!map.is_scalar && key_count == 0) {
      sink_.report<DiagnosticKind::KeyedMapWithoutKey>(where, map.name)
          .note(map.shape_origin, "with a key here");
    }
  }

  void move_into(Names& names) {
    for (const auto& [name, declaration] : declarations_) {
      const auto used = maps_.find(name);
      if (used != maps_.end()) {
        used->second.info.declaration = declaration;
      } else {
        sink_.report<DiagnosticKind::UnusedMap>(declaration->name_range, map_name(*declaration));
      }
    }
    for (auto& [name, entry] : maps_) {
      names.map_ids.emplace(name, static_cast<MapId>(names.maps.size()));
      names.maps.push_back(std::move(entry.info));
    }
  }

 private:
  struct Entry {
    MapInfo info;
    bool has_shape = false;
  };

  static std::string map_name(const syntax::MapDeclaration& declaration) {
    return "@" + std::string(declaration.name);
  }

  DiagnosticSink& sink_;
  std::map<std::string_view, Entry> maps_;
  std::map<std::string_view, const syntax::MapDeclaration*> declarations_;
};

// ---- variables ----------------------------------------------------------------------------------

// The variables of one probe while its statements are gone through in order.
class VariableTable {
 public:
  explicit VariableTable(DiagnosticSink& sink) : sink_(sink) { open_scope(); }

  void open_scope() { scopes_.emplace_back(); }

  void close_scope() {
    for (const auto& [name, id] : scopes_.back()) closed_[name].push_back(id);
    scopes_.pop_back();
  }

  // An assignment: of what is visible, or of a new variable of this block.
  void assign(const syntax::Variable& variable) {
    std::optional<VariableId> id = find_visible(variable.name);
    if (!id) id = declare(variable, nullptr);
    variables_[*id].is_assigned = true;
    uses_.emplace_back(&variable, *id);
  }

  void declare_by_let(const syntax::LetStatement& let) {
    declare_new(*let.variable, let.type ? &*let.type : nullptr, let.value.has_value());
  }

  void declare_by_loop(const syntax::Variable& variable) { declare_new(variable, nullptr, true); }

  void declare_parameter(const syntax::FunctionParameter& parameter) {
    declare_new(*parameter.variable, &parameter.type, true);
  }

  // `++`, `op=`: counts from zero where nothing has been assigned yet, but not out of nowhere.
  void update(const syntax::Variable& variable, bool may_be_lost) {
    if (const std::optional<VariableId> id = find_visible(variable.name)) {
      variables_[*id].is_assigned = true;
      uses_.emplace_back(&variable, *id);
      return;
    }
    use(variable, may_be_lost);
  }

  void use(const syntax::Variable& variable, bool may_be_lost) {
    std::optional<VariableId> id = find_visible(variable.name);
    if (!id) id = find_outside_block(variable);
    if (!id) return report_undefined(variable, may_be_lost);
    Entry& entry = variables_[*id];
    if (!entry.is_assigned && !entry.is_reported) {
      entry.is_reported = true;
      entry.first_unassigned_use = variable.range;
    }
    uses_.emplace_back(&variable, *id);
  }

  void move_into(Names& names) {
    report_unassigned();
    // What was merged gets one number; numbers stay in the order of declaration.
    std::vector<VariableInfo> infos;
    std::vector<VariableId> numbers(variables_.size());
    for (VariableId id = 0; id < variables_.size(); ++id) {
      if (root(id) != id) continue;
      numbers[id] = static_cast<VariableId>(infos.size());
      infos.push_back(std::move(variables_[id].info));
    }
    for (const auto& [variable, id] : uses_)
      names.variable_uses.emplace(variable, numbers[root(id)]);
    names.variables.push_back(std::move(infos));
  }

 private:
  struct Entry {
    VariableInfo info;
    VariableId merged_into;
    bool is_assigned = false;
    bool is_reported = false;
    SourceRange first_unassigned_use;
  };

  VariableId root(VariableId id) const {
    while (variables_[id].merged_into != id) id = variables_[id].merged_into;
    return id;
  }

  std::optional<VariableId> find_visible(std::string_view name) const {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      if (const auto found = scope->find(name); found != scope->end()) return root(found->second);
    }
    return std::nullopt;
  }

  void declare_new(const syntax::Variable& variable, const syntax::TypeName* type,
                   bool is_assigned) {
    if (const std::optional<VariableId> shadowed = find_visible(variable.name)) {
      sink_.report<DiagnosticKind::VariableShadowed>(variable.range, variable.name)
          .note(variables_[*shadowed].info.origin, "it is declared here");
      uses_.emplace_back(&variable, *shadowed);
      return;
    }
    const VariableId id = declare(variable, type);
    variables_[id].is_assigned = is_assigned;
    uses_.emplace_back(&variable, id);
  }

  VariableId declare(const syntax::Variable& variable, const syntax::TypeName* type) {
    const auto id = static_cast<VariableId>(variables_.size());
    variables_.push_back(
        {{std::string(variable.name), variable.range, type}, id, false, false, {}});
    scopes_.back().emplace(variable.name, id);
    return id;
  }

  // Scripts from before block scoping go on using a variable after its block. All of that name in
  // blocks that are closed were one variable then, and become one here; from now on the whole probe
  // sees it.
  std::optional<VariableId> find_outside_block(const syntax::Variable& variable) {
    const auto closed = closed_.find(variable.name);
    if (closed == closed_.end()) return std::nullopt;
    const VariableId first = root(closed->second.front());
    for (const VariableId other : closed->second) {
      const VariableId other_root = root(other);
      variables_[other_root].merged_into = first;
      variables_[first].is_assigned |= variables_[other_root].is_assigned;
    }
    sink_.report<DiagnosticKind::VariableOutsideBlock>(variable.range, variable.name)
        .note(variables_[first].info.origin, "it belongs to the block that assigns it here")
        .hint("declare it before the block: let ${};", variable.name);
    scopes_.front().emplace(variable.name, first);
    closed_.erase(closed);
    return first;
  }

  void report_undefined(const syntax::Variable& variable, bool may_be_lost) {
    if (!undefined_.insert(variable.name).second || may_be_lost) return;
    diagnostics::Diagnostic& diagnostic = sink_.report<DiagnosticKind::UndefinedVariable>(
        variable.range, variable.name);
    base::NearestName search(variable.name);
    for (const Entry& entry : variables_) search.consider(entry.info.name);
    if (const auto nearest = search.found()) diagnostic.hint("did you mean '${}'?", *nearest);
  }

  void report_unassigned() {
    for (VariableId id = 0; id < variables_.size(); ++id) {
      const Entry& entry = variables_[id];
      if (!entry.is_reported) continue;
      if (!entry.is_assigned && entry.info.declared_type == nullptr) {
        sink_.report<DiagnosticKind::VariableNeverAssigned>(entry.info.origin, entry.info.name);
      } else {
        sink_.report<DiagnosticKind::VariableUsedBeforeAssigned>(entry.first_unassigned_use,
                                                                 entry.info.name);
      }
    }
  }

  DiagnosticSink& sink_;
  std::vector<Entry> variables_;
  std::vector<std::map<std::string_view, VariableId>> scopes_;
  std::map<std::string_view, std::vector<VariableId>> closed_;
  std::set<std::string_view> undefined_;
  std::vector<std::pair<const syntax::Variable*, VariableId>> uses_;
};

// ---- the walk -----------------------------------------------------------------------------------

class NameResolver : public syntax::Walker<NameResolver> {
 public:
  NameResolver(const syntax::Script& script, DiagnosticSink& sink)
      : script_(script), sink_(sink), may_define_more_(may_define_more(script)), maps_(sink) {}

  Names resolve() && {
    for (const syntax::MapDeclaration& declaration : script_.map_declarations)
      maps_.declare(declaration);
    for (const syntax::Probe& probe : script_.probes) {
      VariableTable variables(sink_);
      variables_ = &variables;
      walk_children(probe);
      variables.move_into(names_);
    }
    for (const syntax::Function& function : script_.functions) {
      VariableTable variables(sink_);
      variables_ = &variables;
      for (const syntax::FunctionParameter& parameter : function.parameters)
        variables.declare_parameter(parameter);
      walk(*function.body);
      variables.move_into(names_);
    }
    maps_.move_into(names_);
    return std::move(names_);
  }

  void visit(const syntax::Block& block) {
    variables_->open_scope();
    for (size_t i = 0; i < block.statements.size(); ++i) {
      walk(block.statements[i]);
      if (i + 1 < block.statements.size() && ends_flow(block.statements[i])) {
        sink_.report<DiagnosticKind::UnreachableCode>(range_of(block.statements[i + 1]));
        for (size_t rest = i + 1; rest < block.statements.size(); ++rest)
          walk(block.statements[rest]);
        break;
      }
    }
    variables_->close_scope();
  }

  void visit(const syntax::Assignment& assignment) {
    walk(assignment.value);
    if (assignment.compound_op) return update(assignment.target);
    assign(assignment.target);
  }

  void visit(const syntax::IncrementExpr& increment) { update(increment.target); }

  void visit(const syntax::LetStatement& let) {
    if (let.type) walk(*let.type);
    if (let.value) walk(*let.value);
    variables_->declare_by_let(let);
  }

  void visit(const syntax::WhileStatement& loop) {
    walk(loop.condition);
    ++loop_depth_;
    walk(*loop.body);
    --loop_depth_;
  }

  void visit(const syntax::ForEachStatement& loop) {
    maps_.use(*loop.map);
    visit_for_body(*loop.variable, *loop.body);
  }

  void visit(const syntax::ForRangeStatement& loop) {
    walk(loop.begin);
    walk(loop.end);
    visit_for_body(*loop.variable, *loop.body);
  }

  void visit(const syntax::BreakStatement& statement) { check_jump(statement.range, "break"); }
  void visit(const syntax::ContinueStatement& statement) {
    check_jump(statement.range, "continue");
  }

  void visit(const syntax::Variable& variable) { variables_->use(variable, may_define_more_); }

  void visit(const syntax::MapAccess& access) {
    walk_children(access);
    maps_.use_with_keys(access, key_parts(access.keys).size(), access.range);
  }

  // `&@m` says nothing of keys.
  void visit(const syntax::UnaryExpr& unary) {
    const syntax::MapAccess* map = unary.op == syntax::UnaryOp::AddressOf
                                       ? as_bare_map(unary.operand)
                                       : nullptr;
    if (map == nullptr) return walk_children(unary);
    maps_.use(*map);
  }

  void visit(const syntax::CallExpr& call) {
    const FunctionInfo* info = find_function(call.name);
    std::span<const syntax::Expr> arguments = call.arguments;
    if (info != nullptr && info->function == Function::Delete) return resolve_delete(call);
    const bool asks_key = info != nullptr &&
                          (info->function == Function::HasKey || info->function == Function::Find);
    if (asks_key && arguments.size() == info->min_arguments) return resolve_key_question(call);
    const bool takes_map = info != nullptr &&
                           (info->function == Function::Clear || info->function == Function::Zero ||
                            info->function == Function::Print || info->function == Function::Len ||
                            info->function == Function::IsScalar);
    if (takes_map && !arguments.empty()) {
      if (const syntax::MapAccess* map = as_bare_map(arguments.front())) {
        maps_.use(*map);
        arguments = arguments.subspan(1);
      }
    }
    for (const syntax::Expr& argument : arguments) walk(argument);
  }

 private:
  // The variable of a loop lives in a block of its own around the body.
  void visit_for_body(const syntax::Variable& variable, const syntax::Block& body) {
    variables_->open_scope();
    variables_->declare_by_loop(variable);
    ++loop_depth_;
    walk(body);
    --loop_depth_;
    variables_->close_scope();
  }

  // has_key(@m, key), find(@m, key, $value): the variable is assigned.
  void resolve_key_question(const syntax::CallExpr& call) {
    for (const syntax::Expr& part : call.arguments.subspan(1, 1)) walk(part);
    if (const syntax::MapAccess* map = as_bare_map(call.arguments.front())) {
      const size_t count = key_parts(call.arguments.subspan(1, 1)).size();
      maps_.use_with_keys(*map, count, map->range);
    } else {
      walk(call.arguments.front());
    }
    if (call.arguments.size() == 3) assign(call.arguments[2]);
  }

  void resolve_delete(const syntax::CallExpr& call) {
    const auto targets = delete_targets(call);
    if (!targets) return resolve_wrong_delete(call);
    for (const DeleteTarget& target : *targets) {
      for (const syntax::Expr& key : target.keys) walk(key);
      maps_.use_with_keys(*target.map, target.keys.size(), target.map->range);
    }
  }

  // What is wrong with it is told with the types; its map counts as used, keyed or not.
  void resolve_wrong_delete(const syntax::CallExpr& call) {
    for (const syntax::Expr& argument : call.arguments) {
      if (const syntax::MapAccess* map = as_bare_map(argument)) {
        maps_.use(*map);
      } else {
        walk(argument);
      }
    }
  }

  void assign(const syntax::Expr& target) {
    if (const auto* const* variable = std::get_if<const syntax::Variable*>(&target)) {
      variables_->assign(**variable);
    } else if (const auto* const* map = std::get_if<const syntax::MapAccess*>(&target)) {
      walk(target);
      maps_.use(**map).is_assigned = true;
    }
  }

  // Reads and assigns. A map reads as empty before its first assignment, a variable must be there.
  void update(const syntax::Expr& target) {
    if (const auto* const* variable = std::get_if<const syntax::Variable*>(&target)) {
      variables_->update(**variable, may_define_more_);
    } else {
      assign(target);
    }
  }

  void check_jump(SourceRange where, std::string_view word) {
    if (loop_depth_ == 0) sink_.report<DiagnosticKind::JumpOutsideLoop>(where, word);
  }

  const syntax::Script& script_;
  DiagnosticSink& sink_;
  bool may_define_more_;
  MapTable maps_;
  VariableTable* variables_ = nullptr;  // of the probe that is being walked
  uint32_t loop_depth_ = 0;
  Names names_;
};

}  // namespace

bool is_library(const syntax::ImportStatement& import) {
  return import.target == "stdlib" || import.target.starts_with("stdlib/");
}

bool imports_c(const syntax::ImportStatement& import) {
  return import.target.ends_with(".c") || import.target.ends_with(".o");
}

bool may_define_more(const syntax::Script& script) {
  return !script.is_complete || std::ranges::any_of(script.imports, imports_c) ||
         !script.macros.empty();
}

std::span<const syntax::Expr> key_parts(std::span<const syntax::Expr> keys) {
  if (keys.size() != 1) return keys;
  const auto* const* tuple = std::get_if<const syntax::TupleExpr*>(&keys.front());
  const bool is_empty = tuple != nullptr && (*tuple)->elements.empty();  // no key, and no keys
  return tuple != nullptr && !is_empty ? (*tuple)->elements : keys;
}

std::optional<std::vector<DeleteTarget>> delete_targets(const syntax::CallExpr& call) {
  if (call.arguments.empty()) return std::nullopt;
  const syntax::MapAccess* bare = as_bare_map(call.arguments.front());
  if (bare != nullptr && call.arguments.size() == 2) {
    return std::vector<DeleteTarget>{{bare, key_parts(call.arguments.subspan(1))}};
  }
  std::vector<DeleteTarget> targets;
  for (const syntax::Expr& argument : call.arguments) {
    const auto* const* map = std::get_if<const syntax::MapAccess*>(&argument);
    if (map == nullptr) return std::nullopt;
    targets.push_back({*map, key_parts((*map)->keys)});
  }
  return targets;
}

Names resolve_names(const syntax::Script& script, diagnostics::DiagnosticSink& sink) {
  return NameResolver(script, sink).resolve();
}

std::optional<VariableId> Names::variable(const syntax::Variable& use) const {
  const auto found = variable_uses.find(&use);
  if (found == variable_uses.end()) return std::nullopt;
  return found->second;
}

MapId Names::map(const syntax::MapAccess& use) const { return map_ids.find(use.name)->second; }

}  // namespace bpftracec::sema
