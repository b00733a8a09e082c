// The typed program for people: one line a statement, expressions as in the script with every
// conversion and result type told, and layouts beside what they belong to. No numbers of records or
// constants, so that a change in one place of a script changes one place here.
#include <iterator>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/base/overloaded.h"
#include "bpftracec/sema/analyze.h"
#include "bpftracec/sema/name_tables.h"

namespace bpftracec::sema {
namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (c < 0x20 || c > 0x7e) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string_view name_of(ProgramKind kind) {
  switch (kind) {
    case ProgramKind::RawTracepoint:
      return "raw_tracepoint";
    case ProgramKind::Tracepoint:
      return "tracepoint";
    case ProgramKind::Uprobe:
      return "uprobe";
    case ProgramKind::Kprobe:
      return "kprobe";
    case ProgramKind::Kretprobe:
      return "kretprobe";
    case ProgramKind::Fentry:
      return "fentry";
    case ProgramKind::Fexit:
      return "fexit";
    case ProgramKind::Uretprobe:
      return "uretprobe";
    case ProgramKind::PerfEvent:
      return "perf_event";
  }
  base::internal_error("unknown program kind");
}

std::string_view name_of(RecordKind kind) {
  switch (kind) {
    case RecordKind::Printf:
      return "printf";
    case RecordKind::PrintValue:
      return "print";
    case RecordKind::PrintMap:
      return "print";
    case RecordKind::Clear:
      return "clear";
    case RecordKind::Zero:
      return "zero";
    case RecordKind::Time:
      return "time";
    case RecordKind::Exit:
      return "exit";
    case RecordKind::Cat:
      return "cat";
    case RecordKind::System:
      return "system";
    case RecordKind::Errorf:
      return "errorf";
    case RecordKind::Warnf:
      return "warnf";
    case RecordKind::Join:
      return "join";
    case RecordKind::UserStack:
      return "user stack";
  }
  base::internal_error("unknown record kind");
}

std::string_view name_of(Operation operation) {
  switch (operation) {
#define OPERATION(name, spelling) \
  case Operation::name:           \
    return spelling;
#include "bpftracec/sema/operation.def"
  }
  base::internal_error("unknown operation");
}

std::string_view name_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::Add:
      return "+";
    case BinaryOp::Subtract:
      return "-";
    case BinaryOp::Multiply:
      return "*";
    case BinaryOp::Divide:
      return "/";
    case BinaryOp::Modulo:
      return "%";
    case BinaryOp::BitwiseAnd:
      return "&";
    case BinaryOp::BitwiseOr:
      return "|";
    case BinaryOp::BitwiseXor:
      return "^";
    case BinaryOp::ShiftLeft:
      return "<<";
    case BinaryOp::ShiftRight:
      return ">>";
    case BinaryOp::Equal:
      return "==";
    case BinaryOp::NotEqual:
      return "!=";
    case BinaryOp::Less:
      return "<";
    case BinaryOp::LessEqual:
      return "<=";
    case BinaryOp::Greater:
      return ">";
    case BinaryOp::GreaterEqual:
      return ">=";
  }
  base::internal_error("unknown operator");
}

std::string_view name_of(UnaryOp op) {
  switch (op) {
    case UnaryOp::LogicalNot:
      return "!";
    case UnaryOp::BitwiseNot:
      return "~";
    case UnaryOp::Negate:
      return "-";
  }
  base::internal_error("unknown operator");
}

std::string_view name_of(AddressSpace space) {
  switch (space) {
    case AddressSpace::Unknown:
    case AddressSpace::Either:
      return "any";
    case AddressSpace::Kernel:
      return "kernel";
    case AddressSpace::User:
      return "user";
  }
  base::internal_error("unknown address space");
}

std::string_view name_of(TracepointField::Kind kind) {
  switch (kind) {
    case TracepointField::Kind::Scalar:
      return "scalar";
    case TracepointField::Kind::CharArray:
      return "char array";
    case TracepointField::Kind::Array:
      return "array";
    case TracepointField::Kind::DataLoc:
      return "data_loc";
    case TracepointField::Kind::RelDataLoc:
      return "rel_data_loc";
  }
  base::internal_error("unknown kind of field");
}

class Dumper {
 public:
  explicit Dumper(const Program& program) : program_(program) {}

  std::string dump() && {
    dump_config();
    for (const LateConstant& constant : program_.late_constants) {
      line(0, "late {}: {} bytes", constant.symbol, constant.size);
    }
    for (const MapPlan& map : program_.maps) dump(map);
    for (const StackStore& store : program_.stack_stores) {
      line(0, "stacks of {} frames{} in {}", store.frames,
           store.has_build_ids ? " with build ids" : "", store.symbol);
    }
    for (const TracepointRecord& record : program_.tracepoint_records) dump(record);
    for (const KernelRecord& record : program_.kernel_records) dump(record);
    for (const FunctionProgram& function : program_.functions) dump(function);
    for (const ProbeProgram& program : program_.programs) dump(program);
    return std::move(out_);
  }

 private:
  template <typename... Args>
  void line(uint32_t depth, fmt::format_string<const Args&...> format, const Args&... args) {
    out_.append(depth * 2, ' ');
    out_ += fmt::format(format, args...);
    out_ += '\n';
  }

  // Only what differs from the defaults.
  void dump_config() {
    const Config& config = program_.config;
    const Config defaults;
    if (config.max_strlen != defaults.max_strlen) line(0, "max_strlen {}", config.max_strlen);
    if (config.max_map_keys != defaults.max_map_keys) {
      line(0, "max_map_keys {}", config.max_map_keys);
    }
    if (config.str_trunc_trailer != defaults.str_trunc_trailer) {
      line(0, "str_trunc_trailer {}", quoted(config.str_trunc_trailer));
    }
    if (config.license != defaults.license) line(0, "license {}", quoted(config.license));
    if (!config.print_maps_on_exit) line(0, "print_maps_on_exit false");
    if (!config.fails_on_missing_probes) line(0, "missing probes are no failure");
    if (config.ring_buffer_bytes != defaults.ring_buffer_bytes) {
      line(0, "ring buffer of {} bytes", config.ring_buffer_bytes);
    }
  }

  // ---- maps, records ----

  std::string text(const LateInteger& integer) const {
    if (const auto* value = std::get_if<int64_t>(&integer)) return std::to_string(*value);
    return program_.late_constants[std::get<LateConstantId>(integer)].symbol;
  }

  void dump(const MapPlan& map) {
    std::string key;
    for (const Slot& slot : key_slots(map)) {
      if (!key.empty()) key += ", ";
      key += fmt::format("{} at {}", spelling(slot.type), slot.offset);
    }
    line(0, "map {}{}: {}", map.name, map.is_scalar ? "" : "[" + key + "]",
         spelling(map.value.type));
    line(1, "{} {}{}, key {} bytes, value {} bytes, {} {}", map.symbol,
         map.is_per_cpu ? "per-CPU " : "",
         map.is_lru      ? "LRU hash"
         : map.is_scalar ? "array"
                         : "hash",
         map.key_size, map.value_size, map.max_entries, map.max_entries == 1 ? "entry" : "entries");
    if (map.value.type.kind == TypeKind::Hist) {
      line(1, "{} bits, {} buckets", map.hist_bits, map.bucket_count);
    } else if (map.value.type.kind == TypeKind::Tseries) {
      line(1, "{} intervals of {} ns", map.tseries.count, map.tseries.interval);
    } else if (map.value.type.kind == TypeKind::Lhist) {
      line(1, "from {} to {} by {}, {} buckets", text(map.lhist_min), text(map.lhist_max),
           text(map.lhist_step), map.bucket_count);
    }
  }

  void dump(const TracepointRecord& record) {
    line(0, "tracepoint record {}:{} as {}", record.category, record.event, record.struct_name);
    for (const TracepointField& field : record.fields) {
      line(1, "{}: {}, {} of {} bytes at {} here", field.name, spelling(field.type),
           name_of(field.kind), field.storage_size, field.offset);
    }
  }

  void dump(const KernelRecord& record) {
    line(0, "the kernel's {}, {} bytes here", title(record), record.size);
    for (const KernelMember& member : record.members) {
      line(1, "{}: {} at bit {} here", member.name,
           member.bit_size != 0 ? fmt::format("{} bits", member.bit_size)
                                : fmt::format("{} bytes", member.type.size),
           member.bit_offset);
    }
  }

  // ---- programs ----

  void dump(const ProbeProgram& program) {
    variables_ = &program.variables;
    out_ += '\n';
    const AttachPoint& point = program.attach_point;
    line(0, "program {}: {} by {}", program.symbol, quoted(point.name), name_of(program.kind));
    if (!point.target.empty()) line(1, "target {}", quoted(point.target));
    if (!point.function.empty()) line(1, "function {}", quoted(point.function));
    if (!point.count_text.empty()) line(1, "count {}", quoted(point.count_text));
    if (point.count != 0) line(1, "count {}", point.count);
    if (point.offset != 0) line(1, "offset {}", point.offset);
    if (point.has_parameters) line(1, "holds parameters");
    if (point.has_wildcards) line(1, "holds wildcards");
    if (program.filters_by_target_pid) line(1, "filters by -p");
    if (program.default_return != 0) line(1, "returns {}", program.default_return);
    dump_variables(0);
    if (program.predicate) line(1, "if {}", text(*program.predicate));
    dump(program.body, 1);
  }

  void dump(const FunctionProgram& function) {
    variables_ = &function.variables;
    out_ += '\n';
    std::string parameters;
    for (VariableId id = 0; id < function.parameter_count; ++id) {
      if (id != 0) parameters += ", ";
      parameters += variable_name(id) + ": " + spelling((*variables_)[id].type);
    }
    line(0, "function {}({}): {}", function.name, parameters, spelling(function.result));
    dump_variables(function.parameter_count);
    dump(function.body, 1);
  }

  void dump_variables(VariableId first) {
    for (VariableId id = first; id < variables_->size(); ++id) {
      line(1, "variable {}: {}", variable_name(id), spelling((*variables_)[id].type));
    }
  }

  // Names may repeat, since blocks have their own variables; those that the script does not name
  // have a number only.
  std::string variable_name(VariableId id) const {
    const std::string& name = (*variables_)[id].name;
    if (name.empty()) return fmt::format("${}", id);
    uint32_t earlier = 0;
    for (VariableId other = 0; other < id; ++other) {
      if ((*variables_)[other].name == name) ++earlier;
    }
    return earlier == 0 ? "$" + name : fmt::format("${}'{}", name, earlier + 1);
  }

  void dump(const Block& block, uint32_t depth) {
    for (const Statement& statement : block) dump(statement, depth);
  }

  void dump(const Statement& statement, uint32_t depth) {
    std::visit([&](const auto& node) { dump(node, depth); }, statement.node);
  }

  void dump(const Evaluate& node, uint32_t depth) {
    if (const auto* emit = std::get_if<EmitRecord>(&node.value->node)) return dump(*emit, depth);
    line(depth, "{}", text(*node.value));
  }

  void dump(const EmitRecord& emit, uint32_t depth) {
    const RecordPlan& plan = program_.records[emit.record];
    line(depth, "{} {}, {} bytes{}", name_of(plan.kind), what(plan), plan.fixed_size,
         plan.max_tail_size == 0 ? "" : fmt::format(" and a tail of {}", plan.max_tail_size));
    for (size_t i = 0; i < emit.arguments.size(); ++i) {
      const RecordField& field = plan.fields[i];
      line(depth + 1, "at {}, {} bytes{}: {} = {}", field.offset, field.size,
           field.is_tail ? " to the tail" : "", spelling(field.type), text(*emit.arguments[i]));
    }
  }

  std::string what(const RecordPlan& plan) const {
    if (plan.map) return program_.maps[*plan.map].name;
    if (plan.kind == RecordKind::Time) return quoted(plan.time_format);
    if (plan.kind != RecordKind::Printf) return "value";
    std::string format;
    for (const FormatPiece& piece : plan.format) {
      if (!format.empty()) format += ' ';
      format += piece.conversion == 0 ? quoted(piece.text) : text(piece);
    }
    return format.empty() ? quoted("") : format;
  }

  static std::string text(const FormatPiece& piece) {
    std::string result = "%" + piece.flags;
    if (piece.width) result += std::to_string(*piece.width);
    if (piece.precision) result += "." + std::to_string(*piece.precision);
    result += piece.conversion;
    const bool has_size = std::string_view("diuxXo").find(piece.conversion) != std::string::npos;
    return has_size ? fmt::format("{}({})", result, piece.integer_size) : result;
  }

  void dump(const AssignVariable& node, uint32_t depth) {
    line(depth, "{} = {}", variable_name(node.variable), text(*node.value));
  }

  void dump(const AssignMap& node, uint32_t depth) {
    line(depth, "{} = {}", element(node.map, node.key), text(*node.value));
  }

  void dump(const UpdateAggregation& node, uint32_t depth) {
    line(depth, "{} <- {}", element(node.map, node.key),
         node.value ? text(*node.value) : std::string("+1"));
  }

  void dump(const If& node, uint32_t depth) {
    line(depth, "if {}", text(*node.condition));
    dump(node.then_block, depth + 1);
    if (node.else_block.empty()) return;
    line(depth, "else");
    dump(node.else_block, depth + 1);
  }

  void dump(const While& node, uint32_t depth) {
    line(depth, "while {}", text(*node.condition));
    dump(node.body, depth + 1);
  }

  void dump(const Unroll& node, uint32_t depth) {
    line(depth, "unroll {}",
         node.late_count ? program_.late_constants[*node.late_count].symbol
                         : std::to_string(node.count));
    dump(node.body, depth + 1);
  }

  void dump(const ForRange& node, uint32_t depth) {
    line(depth, "for {} in {} .. {}", variable_name(node.variable), text(*node.begin),
         text(*node.end));
    dump(node.body, depth + 1);
  }

  void dump(const ForMap& node, uint32_t depth) {
    line(depth, "for {} in {}", variable_name(node.variable), program_.maps[node.map].name);
    dump(node.body, depth + 1);
  }

  void dump(const Return& node, uint32_t depth) {
    line(depth, "return{}", node.value ? " " + text(*node.value) : std::string());
  }

  void dump(const LeaveProgram& /*node*/, uint32_t depth) { line(depth, "leave"); }
  void dump(const Break& /*node*/, uint32_t depth) { line(depth, "break"); }
  void dump(const Continue& /*node*/, uint32_t depth) { line(depth, "continue"); }

  // ---- expressions ----

  std::string element(MapId map, const ExprPtr& key) const {
    const std::string& name = program_.maps[map].name;
    if (key == nullptr) return name;
    const auto* tuple = std::get_if<TupleMake>(&key->node);
    const bool is_several = tuple != nullptr && !is_record(key->type) && !key->type.is_array;
    return fmt::format("{}[{}]", name, is_several ? list(tuple->elements) : text(*key));
  }

  std::string list(const std::vector<ExprPtr>& exprs) const {
    std::string result;
    for (const ExprPtr& expr : exprs) {
      if (!result.empty()) result += ", ";
      result += text(*expr);
    }
    return result;
  }

  std::string tuple(const Expr& expr, const TupleMake& node) const {
    if (!is_record(expr.type)) return "(" + list(node.elements) + ")";
    std::string result;
    for (size_t i = 0; i < node.elements.size(); ++i) {
      if (i != 0) result += ", ";
      result += (*expr.type.members)[i].name + " = " + text(*node.elements[i]);
    }
    return "(" + result + ")";
  }

  std::string tuple_element(const TupleElement& node) const {
    const std::string& name = (*node.tuple->type.members)[node.index].name;
    return fmt::format("{}.{}", text(*node.tuple),
                       name.empty() ? std::to_string(node.index) : name);
  }

  std::string constant(const Expr& expr, const IntegerConstant& node) const {
    if (expr.type.kind == TypeKind::None) return "nothing";
    if (expr.type.kind == TypeKind::Bool) return node.value != 0 ? "true" : "false";
    const std::string number = expr.type.is_signed
                                   ? std::to_string(static_cast<int64_t>(node.value))
                                   : std::to_string(node.value);
    return fmt::format("{}:{}", number, spelling(expr.type));
  }

  std::string text(const Expr& expr) const {
    const auto typed = [&](std::string result) {
      return fmt::format("{}:{}", result, spelling(expr.type));
    };
    return std::visit(
        base::overloaded{
            [&](const IntegerConstant& node) { return constant(expr, node); },
            [&](const StringConstant& node) { return typed(quoted(node.value)); },
            [&](const BuiltinRead& node) { return builtin(node); },
            [&](const RegisterRead& node) { return register_name(node.place); },
            [&](const LateConstantRead& node) {
              return program_.late_constants[node.constant].symbol;
            },
            [&](const VariableRead& node) { return variable_name(node.variable); },
            [&](const MapRead& node) { return element(node.map, node.key); },
            [&](const FieldRead& node) { return field(node); },
            [&](const MemoryRead& node) {
              return typed(fmt::format("*{}({})", name_of(node.space), text(*node.address)));
            },
            [&](const MemberAddress& node) {
              return fmt::format("&{}", member(*node.base, node.place));
            },
            [&](const MemberRead& node) {
              return typed(
                  fmt::format("{}({})", name_of(node.space), member(*node.base, node.place)));
            },
            [&](const KernelHas& node) { return "has " + member_path(node.place); },
            [&](const KernelSize& node) {
              return fmt::format("sizeof({})", title(program_.kernel_records[node.record]));
            },
            [&](const StringRead& node) {
              return typed(fmt::format(
                  "str({}, {}{})", name_of(node.space), text(*node.address),
                  node.max_length ? ", at most " + text(*node.max_length) : std::string()));
            },
            [&](const StringIndex& node) {
              return fmt::format("{}[{}]", text(*node.text), text(*node.index));
            },
            [&](const Compute& node) {
              return typed(fmt::format("{}({})", name_of(node.operation), list(node.arguments)));
            },
            [&](const Unary& node) {
              return typed(fmt::format("({}{})", name_of(node.op), text(*node.operand)));
            },
            [&](const Binary& node) {
              return typed(
                  fmt::format("({} {} {})", text(*node.lhs), name_of(node.op), text(*node.rhs)));
            },
            [&](const StringCompare& node) {
              const std::string limit = node.limit ? fmt::format(" up to {}", *node.limit) : "";
              return typed(fmt::format("({} {} {}{})", text(*node.lhs),
                                       node.is_equal ? "==" : "!=", text(*node.rhs), limit));
            },
            [&](const Logical& node) {
              return typed(fmt::format("({} {} {})", text(*node.lhs), node.is_and ? "&&" : "||",
                                       text(*node.rhs)));
            },
            [&](const Conditional& node) {
              return typed(fmt::format("({} ? {} : {})", text(*node.condition),
                                       text(*node.when_true), text(*node.when_false)));
            },
            [&](const Convert& node) {
              return fmt::format("<{}>({})", spelling(expr.type), text(*node.operand));
            },
            [&](const Increment& node) { return increment(node); },
            [&](const DeleteElement& node) {
              return fmt::format("delete {}", element(node.map, node.key));
            },
            [&](const HasKey& node) { return "has " + element(node.map, node.key); },
            [&](const MapLength& node) {
              return fmt::format("len({})", program_.maps[node.map].name);
            },
            [&](const TupleMake& node) { return tuple(expr, node); },
            [&](const TupleElement& node) { return tuple_element(node); },
            [&](const StackCapture&) { return spelling(expr.type); },
            [&](const StackDepth& node) { return fmt::format("len({})", text(*node.stack)); },
            [&](const UserSymbolMake& node) {
              return fmt::format("usym({})", text(*node.address));
            },
            [&](const EmitRecord& node) {
              return std::string(name_of(program_.records[node.record].kind));
            },
            [&](const BindVariable& node) {
              return fmt::format("({} = {}; {})", variable_name(node.variable), text(*node.value),
                                 text(*node.body));
            },
            [&](const Sequence& node) { return sequence(node); },
            [&](const Call& node) { return call(node); },
            [&](const AddressOf& node) {
              return "&" + (node.variable ? variable_name(*node.variable)
                                          : program_.maps[*node.map].name);
            },
        },
        expr.node);
  }

  // The statements of an expression have lines of their own, below that of the statement that it is
  // part of: they stand here in short.
  std::string sequence(const Sequence& node) const {
    Dumper inner(program_);
    inner.variables_ = variables_;
    for (const Statement& statement : node.body) inner.dump(statement, 0);
    std::string result = "{ ";
    for (const char c : inner.out_) result += c == '\n' ? std::string("; ") : std::string(1, c);
    return result + text(*node.value) + " }";
  }

  std::string call(const Call& node) const {
    const std::string& name = program_.functions[node.function].name;
    return name + (node.arguments ? text(*node.arguments) : std::string("()"));
  }

  static std::string title(const KernelRecord& record) {
    if (record.name.empty()) return "an unnamed struct";
    if (record.is_typedef) return record.name;
    return (record.is_union ? "union " : "struct ") + record.name;
  }

  std::string member(const Expr& base, const KernelPlace& place) const {
    return text(base) + "->" + steps(place);
  }

  std::string member_path(const KernelPlace& place) const {
    return title(program_.kernel_records[place.record]) + "." + steps(place);
  }

  std::string steps(const KernelPlace& place) const {
    std::string result;
    const KernelRecord* record = &program_.kernel_records[place.record];
    for (const uint32_t index : place.path) {
      const KernelMember& step = record->members[index];
      if (!result.empty()) result += '.';
      result += step.name;
      if (step.type.record) record = &program_.kernel_records[*step.type.record];
    }
    return result;
  }

  static std::string register_name(Register place) {
    static constexpr std::string_view kNames[] = {
#define REGISTER(name, spelling, x86_64, aarch64) spelling,
#include "bpftracec/sema/register.def"
    };
    return fmt::format("reg(\"{}\")", kNames[static_cast<size_t>(place)]);
  }

  static std::string builtin(const BuiltinRead& node) {
    if (node.builtin == Builtin::Argument) return fmt::format("arg{}", node.argument_index);
    return std::string(builtin_spelling(node.builtin));
  }

  std::string field(const FieldRead& node) const {
    const std::string& name = program_.tracepoint_records[node.record].fields[node.field].name;
    return node.index ? fmt::format("args.{}[{}]", name, text(*node.index)) : "args." + name;
  }

  std::string increment(const Increment& node) const {
    const std::string target = node.variable ? variable_name(*node.variable)
                                             : element(*node.map, node.key);
    const std::string_view op = node.is_increment ? "++" : "--";
    return node.is_prefix ? fmt::format("{}{}", op, target) : fmt::format("{}{}", target, op);
  }

  const Program& program_;
  const std::vector<Variable>* variables_ = nullptr;  // of the program at hand
  std::string out_;
};

}  // namespace

std::string dump(const Program& program) { return Dumper(program).dump(); }

}  // namespace bpftracec::sema
