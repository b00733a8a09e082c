// Each variable and each map's value is a node; an assignment connects its target with what its
// value reads. Nodes are settled in the order of these dependencies, so that the types that a value
// is made of are final when it is looked at, and each assignment is looked at once. Only nodes that
// depend on each other (`$i = $i + 1`) are gone through again until nothing changes.
#include "bpftracec/sema/infer_types.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <unordered_map>
#include <variant>

#include "bpftracec/sema/build_program.h"
#include "bpftracec/syntax/walker.h"

namespace bpftracec::sema {
namespace {

using NodeId = uint32_t;

// ---- strongly connected components (Tarjan), without recursion -------------------------------------

// The groups of nodes that reach each other; a group comes after all that it depends on.
class ComponentFinder {
 public:
  explicit ComponentFinder(const std::vector<std::vector<NodeId>>& edges)
      : edges_(edges), index_(edges.size(), kUnseen), low_(edges.size()), on_stack_(edges.size()) {}

  std::vector<std::vector<NodeId>> find() && {
    for (NodeId node = 0; node < edges_.size(); ++node) {
      if (index_[node] == kUnseen) visit(node);
    }
    return std::move(components_);
  }

 private:
  static constexpr uint32_t kUnseen = std::numeric_limits<uint32_t>::max();

  struct Frame {
    NodeId node;
    size_t next_edge = 0;
  };

  void enter(NodeId node) {
    index_[node] = low_[node] = next_index_++;
    stack_.push_back(node);
    on_stack_[node] = true;
    frames_.push_back({node});
  }

  void visit(NodeId root) {
    enter(root);
    while (!frames_.empty()) {
      const NodeId node = frames_.back().node;
      if (frames_.back().next_edge < edges_[node].size()) {
        const NodeId target = edges_[node][frames_.back().next_edge++];
        if (index_[target] == kUnseen) {
          enter(target);
        } else if (on_stack_[target]) {
          low_[node] = std::min(low_[node], index_[target]);
        }
        continue;
      }
      frames_.pop_back();
      if (!frames_.empty()) {
        const NodeId parent = frames_.back().node;
        low_[parent] = std::min(low_[parent], low_[node]);
      }
      if (low_[node] == index_[node]) take_component(node);
    }
  }

  void take_component(NodeId root) {
    std::vector<NodeId>& component = components_.emplace_back();
    NodeId node = 0;
    do {
      node = stack_.back();
      stack_.pop_back();
      on_stack_[node] = false;
      component.push_back(node);
    } while (node != root);
  }

  const std::vector<std::vector<NodeId>>& edges_;
  std::vector<uint32_t> index_;
  std::vector<uint32_t> low_;
  std::vector<bool> on_stack_;
  std::vector<NodeId> stack_;
  std::vector<Frame> frames_;
  uint32_t next_index_ = 0;
  std::vector<std::vector<NodeId>> components_;
};

// ---- the graph ----------------------------------------------------------------------------------

// One assignment, `++` or `--` in one program.
struct Source {
  uint32_t probe;
  NodeId target;
  // A call: of find(), which sets its variable.
  std::variant<const syntax::Assignment*, const syntax::LetStatement*, const syntax::IncrementExpr*,
               const syntax::CallExpr*>
      statement;
  std::vector<NodeId> reads;
};

class Inference {
 public:
  Inference(ScriptContext& script, const ResolvedProbes& probes)
      : script_(script), probes_(probes) {}

  void run() && {
    make_nodes();
    collect_sources();
    settle_all();
    collect_keys();
    // What a loop over a map gives is known when the map's key is; it may take part in other values
    // and keys.
    for (uint32_t round = 0; round < kMaxRounds && fix_elements(); ++round) {
      settle_all();
      collect_keys();
    }
  }

 private:
  // Loops whose elements depend on each other in a longer chain than this are an oddity, and end as
  // types that do not match.
  static constexpr uint32_t kMaxRounds = 8;

  struct ElementLoop {
    uint32_t probe;
    const syntax::ForEachStatement* statement;
  };

  // Gathers the sources of one program.
  struct SourceCollector : syntax::Walker<SourceCollector> {
    Inference& inference;
    uint32_t probe;

    SourceCollector(Inference& owner, uint32_t probe_number)
        : inference(owner), probe(probe_number) {}

    void visit(const syntax::Assignment& assignment) {
      inference.add_source(probe, assignment);
      walk_children(assignment);
    }
    void visit(const syntax::LetStatement& let) {
      inference.add_source(probe, let);
      walk_children(let);
    }
    void visit(const syntax::ForEachStatement& loop) {
      inference.element_loops_.push_back({probe, &loop});
      walk_children(loop);
    }
    void visit(const syntax::ForRangeStatement& loop) {
      inference.fix_counter(probe, *loop.variable);
      walk_children(loop);
    }
    void visit(const syntax::CallExpr& call) {
      inference.add_find(probe, call);
      walk_children(call);
    }
    void visit(const syntax::IncrementExpr& increment) {
      inference.add_increment(probe, increment);
      walk_children(increment);
    }
  };

  // Gathers the nodes whose types the type of an expression may depend on.
  struct ReadCollector : syntax::Walker<ReadCollector> {
    const Inference& inference;
    uint32_t probe;
    std::vector<NodeId> reads;

    ReadCollector(const Inference& owner, uint32_t probe_number)
        : inference(owner), probe(probe_number) {}

    void visit(const syntax::Variable& variable) {
      if (const auto node = inference.node_of(probe, variable)) reads.push_back(*node);
    }
    // Not below the keys: they have no say in the value's type.
    void visit(const syntax::MapAccess& map) { reads.push_back(inference.node_of(map)); }
  };

  void make_nodes() {
    const Names& names = script_.names;
    script_.types.maps.resize(names.maps.size());
    auto next = static_cast<NodeId>(names.maps.size());
    for (const ResolvedProbe& probe : probes_.probes) {
      const std::vector<VariableInfo>& variables = names.variables[probe.probe_index];
      first_variable_.push_back(next);
      next += static_cast<NodeId>(variables.size());
      script_.types.variables.emplace_back(variables.size());
    }
    sources_of_.resize(next);
    edges_.resize(next);
    fix_declared();
  }

  void fix_declared() {
    for (uint32_t probe = 0; probe < probes_.probes.size(); ++probe) {
      const auto& variables = script_.names.variables[probes_.probes[probe].probe_index];
      for (size_t id = 0; id < variables.size(); ++id) {
        // What is asked about may not be known yet: add_source() sees to it.
        const syntax::TypeName* declared = variables[id].declared_type;
        if (declared == nullptr || declared->type_of != nullptr) continue;
        ProbeContext context = context_of(probe);
        if (const auto type = resolve_type(context, *declared)) {
          script_.types.variables[probe][id].fix(*type, variables[id].origin);
        }
      }
    }
  }

  NodeId node_of(const syntax::MapAccess& map) const { return script_.names.map(map); }

  std::optional<NodeId> node_of(uint32_t probe, const syntax::Variable& variable) const {
    const auto id = script_.names.variable(variable);
    if (!id) return std::nullopt;
    return first_variable_[probe] + *id;
  }

  std::optional<NodeId> node_of(uint32_t probe, const syntax::Expr& target) const {
    if (const auto* const* map = std::get_if<const syntax::MapAccess*>(&target)) {
      return node_of(**map);
    }
    if (const auto* const* variable = std::get_if<const syntax::Variable*>(&target)) {
      return node_of(probe, **variable);
    }
    return std::nullopt;
  }

  InferredType& type_of(NodeId node) {
    if (node < script_.types.maps.size()) return script_.types.maps[node].value;
    const auto probe = static_cast<size_t>(
        std::upper_bound(first_variable_.begin(), first_variable_.end(), node) -
        first_variable_.begin() - 1);
    return script_.types.variables[probe][node - first_variable_[probe]];
  }

  void collect_sources() {
    for (uint32_t probe = 0; probe < probes_.probes.size(); ++probe) {
      SourceCollector collector(*this, probe);
      if (const auto& function = probes_.probes[probe].function) {
        collector.walk(*script_.functions.list[*function].syntax->body);
      } else {
        collector.walk(*probes_.probes[probe].syntax);
      }
    }
  }

  void add_source(uint32_t probe, const syntax::Assignment& assignment) {
    const auto target = node_of(probe, assignment.target);
    if (!target) return;
    ReadCollector collector(*this, probe);
    collector.walk(assignment.value);
    if (assignment.compound_op) collector.reads.push_back(*target);
    add_source({probe, *target, &assignment, std::move(collector.reads)});
  }

  void fix_counter(uint32_t probe, const syntax::Variable& variable) {
    const auto node = node_of(probe, variable);
    if (node) type_of(*node).fix(integer_type(8, true), variable.range);
  }

  // Whether any loop's variable got another type.
  bool fix_elements() {
    bool has_changed = false;
    for (const ElementLoop& loop : element_loops_) {
      const auto node = node_of(loop.probe, *loop.statement->variable);
      const MapTypes& map = script_.types.maps[node_of(*loop.statement->map)];
      if (!node || !map.key.is_known() || !map.value.is_known()) continue;
      Type value = map.value.type();
      if (is_aggregation(value)) {
        if (!is_castable_aggregation(value)) continue;
        value = integer_type(8, value.kind == TypeKind::Count || value.is_signed);
      }
      Type element = tuple_type(
          {{.name = {}, .type = map.key.type()}, {.name = {}, .type = value}});
      if (type_of(*node).type() == element) continue;
      type_of(*node).fix(element, loop.statement->variable->range);
      has_changed = true;
    }
    return has_changed;
  }

  void add_source(uint32_t probe, const syntax::LetStatement& let) {
    const auto target = node_of(probe, *let.variable);
    const bool has_asked_type = let.type && let.type->type_of != nullptr;
    if (!target || (!let.value && !has_asked_type)) return;
    ReadCollector collector(*this, probe);
    if (has_asked_type) {
      collector.walk(*let.type);
    } else {
      collector.walk(*let.value);
    }
    add_source({probe, *target, &let, std::move(collector.reads)});
  }

  void add_source(Source source) {
    std::sort(source.reads.begin(), source.reads.end());
    source.reads.erase(std::unique(source.reads.begin(), source.reads.end()), source.reads.end());
    std::vector<NodeId>& edges = edges_[source.target];
    edges.insert(edges.end(), source.reads.begin(), source.reads.end());
    sources_of_[source.target].push_back(static_cast<uint32_t>(sources_.size()));
    sources_.push_back(std::move(source));
  }

  void add_find(uint32_t probe, const syntax::CallExpr& call) {
    const FunctionInfo* info = find_function(call.name);
    if (info == nullptr || info->function != Function::Find || call.arguments.size() != 3) return;
    const auto target = node_of(probe, call.arguments[2]);
    const auto* const* map = std::get_if<const syntax::MapAccess*>(&call.arguments[0]);
    if (target && map != nullptr) add_source({probe, *target, &call, {node_of(**map)}});
  }

  void add_increment(uint32_t probe, const syntax::IncrementExpr& increment) {
    const auto target = node_of(probe, increment.target);
    if (!target) return;
    add_source({probe, *target, &increment, {}});
  }

  // ---- settling ----

  void settle_all() {
    for (const std::vector<NodeId>& component : ComponentFinder(edges_).find()) settle(component);
  }

  void settle(const std::vector<NodeId>& component) {
    const bool depends_on_itself = component.size() > 1 ||
                                   std::find(edges_[component[0]].begin(),
                                             edges_[component[0]].end(),
                                             component[0]) != edges_[component[0]].end();
    if (!depends_on_itself) {
      for (const uint32_t source : sources_of_[component[0]]) evaluate(sources_[source]);
      return;
    }
    settle_cycle(component);
  }

  // All start out as unknown, which an expression passes on: a value counts as soon as all that it
  // is made of is known.
  void settle_cycle(const std::vector<NodeId>& component) {
    std::deque<uint32_t> queue;
    std::vector<uint32_t> sources;
    for (const NodeId node : component) {
      sources.insert(sources.end(), sources_of_[node].begin(), sources_of_[node].end());
    }
    std::sort(sources.begin(), sources.end());  // source order: the first value decides on a clash
    std::unordered_map<NodeId, std::vector<uint32_t>> readers;
    for (const uint32_t source : sources) {
      for (const NodeId node : sources_[source].reads) readers[node].push_back(source);
    }
    const auto drain = [&] {
      while (!queue.empty()) {
        const uint32_t source = queue.front();
        queue.pop_front();
        if (!evaluate(sources_[source])) continue;
        const auto& affected = readers[sources_[source].target];
        queue.insert(queue.end(), affected.begin(), affected.end());
      }
    };
    queue.assign(sources.begin(), sources.end());
    drain();
    if (!seed(component)) return;
    queue.assign(sources.begin(), sources.end());
    drain();
  }

  // What is made of nothing but itself, as in `@total += $n`, starts as a 0.
  bool seed(const std::vector<NodeId>& component) {
    bool was_needed = false;
    Operand zero(integer_constant({}, 0, literal_type(0)));
    zero.adapts = true;
    for (const NodeId node : component) {
      if (type_of(node).is_known()) continue;
      type_of(node).add(zero, {});
      was_needed = true;
    }
    return was_needed;
  }

  // Looks at one assignment; whether its target's type has changed.
  bool evaluate(const Source& source) {
    ProbeContext context = context_of(source.probe);
    InferredType& type = type_of(source.target);
    if (const auto* const* let = std::get_if<const syntax::LetStatement*>(&source.statement)) {
      if ((*let)->type && (*let)->type->type_of != nullptr) {
        return fix_as_asked(context, **let, type);
      }
      return type.add(copied_array(context, build(context, *(*let)->value)), (*let)->range);
    }
    if (const auto* const* step = std::get_if<const syntax::IncrementExpr*>(&source.statement)) {
      return type.add_increment((*step)->is_increment, (*step)->range);
    }
    if (const auto* const* find = std::get_if<const syntax::CallExpr*>(&source.statement)) {
      const auto* map = std::get<const syntax::MapAccess*>((*find)->arguments[0]);
      return type.add(read_map(context, (*find)->range, node_of(*map), nullptr), (*find)->range);
    }
    const auto& assignment = *std::get<const syntax::Assignment*>(source.statement);
    const bool is_map = source.target < script_.types.maps.size();
    const syntax::CallExpr* function = is_map && !assignment.compound_op
                                           ? as_map_function_call(assignment.value)
                                           : nullptr;
    if (function != nullptr) {
      const auto call = build_map_function_call(context, *function);
      if (!call) return false;
      return type.add_aggregation(call->type, assignment.range);
    }
    Operand old = Operand::error(assignment.range);
    if (assignment.compound_op && type.is_known()) {
      old = Operand(make_expr(type.type(), assignment.range, IntegerConstant{0}));
      old.adapts = type.adapts();
    }
    Operand value = build_assigned_value(context, assignment, std::move(old));
    value = is_map ? copied(context, std::move(value)) : copied_array(context, std::move(value));
    return type.add(value, assignment.range);
  }

  // `let $x : typeof(...)`
  static bool fix_as_asked(ProbeContext& context, const syntax::LetStatement& let,
                           InferredType& type) {
    const auto asked = resolve_type(context, *let.type);
    if (!asked || (type.is_fixed() && type.type() == *asked)) return false;
    type.fix(*asked, let.variable->range);
    return true;
  }

  void collect_keys() {
    for (uint32_t probe = 0; probe < probes_.probes.size(); ++probe) {
      ProbeContext context = context_of(probe);
      context.purpose = Purpose::Keys;
      if (context.probe.function) {
        build_function(context);
      } else {
        build_program(context);
      }
    }
  }

  ProbeContext context_of(uint32_t probe) {
    return {script_,        probes_.probes[probe], script_.types.variables[probe],
            unread_tables_, unread_sink_,          Purpose::Types};
  }

  ScriptContext& script_;
  const ResolvedProbes& probes_;
  std::vector<NodeId> first_variable_;  // of each program
  std::vector<Source> sources_;
  std::vector<ElementLoop> element_loops_;
  std::vector<std::vector<uint32_t>> sources_of_;  // by node
  std::vector<std::vector<NodeId>> edges_;         // from a node to those that its sources read
  ProgramTables unread_tables_;
  diagnostics::DiagnosticSink unread_sink_;
};

}  // namespace

void infer_types(ScriptContext& script, const ResolvedProbes& probes) {
  Inference(script, probes).run();
}

}  // namespace bpftracec::sema
