#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "bpftracec/base/overloaded.h"
#include "bpftracec/base/quoted.h"
#include "bpftracec/syntax/dump.h"
#include "bpftracec/syntax/operators.h"

namespace bpftracec::syntax {
namespace {

using base::overloaded;

class AstDumper {
 public:
  void add(const Script& script) {
    if (!script.is_complete) add_line("incomplete");
    for (const CDefinition& definition : script.c_definitions) add(definition);
    if (!script.config.empty()) add_line("config");
    ++depth_;
    for (const ConfigSetting& setting : script.config) add(setting);
    --depth_;
    for (const ImportStatement& import : script.imports) add_line(show(import));
    for (const MapDeclaration& declaration : script.map_declarations) add(declaration);
    for (const Macro& macro : script.macros) add(macro);
    for (const Function& function : script.functions) add(function);
    for (const Probe& probe : script.probes) add(probe);
  }

  std::string take() { return std::move(text_); }

 private:
  void add_line(std::string_view line) {
    text_.append(depth_ * 2, ' ');
    text_ += line;
    text_ += '\n';
  }

  void add(const ConfigSetting& setting) {
    std::string value = std::visit(
        overloaded{
            [](uint64_t number) { return std::to_string(number); },
            [](bool flag) { return std::string(flag ? "true" : "false"); },
            [](std::string_view word) { return base::quoted(word); },
        },
        setting.value);
    add_line(fmt::format("{} = {}", setting.name, value));
  }

  void add(const CDefinition& definition) {
    add_line((definition.is_preprocessor_line ? "preprocessor " : "c ") +
             base::quoted(definition.text));
  }

  void add(const MapDeclaration& declaration) {
    add_line(fmt::format("let @{} = {}({})", declaration.name, declaration.map_type,
                         declaration.max_entries));
  }

  void add(const Macro& macro) {
    std::string parameters;
    for (const MacroParameter& parameter : macro.parameters) {
      if (!parameters.empty()) parameters += ", ";
      if (parameter.kind == MacroParameter::Kind::Variable) parameters += '$';
      if (parameter.kind == MacroParameter::Kind::Map) parameters += '@';
      parameters += parameter.name;
    }
    add_line(fmt::format("macro {}({})", macro.name, parameters));
    add_nested(*macro.body);
    if (macro.body->ends_in_value) add_line("  (its last expression is its value)");
  }

  void add(const Function& function) {
    std::string parameters;
    for (const FunctionParameter& parameter : function.parameters) {
      if (!parameters.empty()) parameters += ", ";
      parameters += fmt::format("${} : {}", parameter.variable->name, show(parameter.type));
    }
    add_line(fmt::format("fn {}({}) : {}", function.name, parameters, show(function.return_type)));
    add_nested(*function.body);
  }

  void add(const Probe& probe) {
    for (const AttachPoint& attach_point : probe.attach_points) add(attach_point);
    ++depth_;
    if (probe.predicate) add_line("when " + show(*probe.predicate));
    add_statements(*probe.body);
    --depth_;
  }

  void add(const AttachPoint& attach_point) {
    std::string line = "probe";
    if (!attach_point.own_name.empty()) line += fmt::format(" {} =", attach_point.own_name);
    for (const AttachPointPart& part : attach_point.parts) {
      line += " " + base::quoted(part.text);
      if (part.has_parameters) line += "$";
    }
    add_line(line);
  }

  void add_statements(const Block& block) {
    for (const Statement& statement : block.statements) add(statement);
  }

  void add_nested(const Block& block) {
    ++depth_;
    add_statements(block);
    --depth_;
  }

  void add(const Statement& statement) {
    std::visit(overloaded{
                   [&](const IfStatement* node) { add_if(*node); },
                   [&](const WhileStatement* node) {
                     add_line("while " + show(node->condition));
                     add_nested(*node->body);
                   },
                   [&](const UnrollStatement* node) {
                     add_line("unroll " + show(node->count));
                     add_nested(*node->body);
                   },
                   [&](const ForEachStatement* node) {
                     add_line(show_head(*node));
                     add_nested(*node->body);
                   },
                   [&](const ForRangeStatement* node) {
                     add_line(show_head(*node));
                     add_nested(*node->body);
                   },
                   [&](const Block* node) {
                     add_line("block");
                     add_nested(*node);
                   },
                   [&](const auto* node) { add_line(show(*node)); },
               },
               statement);
  }

  void add_if(const IfStatement& statement) {
    add_line("if " + show(statement.condition));
    add_nested(*statement.then_block);
    if (statement.else_block == nullptr) return;
    add_line("else");
    add_nested(*statement.else_block);
  }

  // ---- statements in one line ----

  static std::string show(const ExprStatement& statement) {
    return (statement.is_discard ? "_ = " : "") + show(statement.expr);
  }

  static std::string show(const Assignment& assignment) {
    return fmt::format("{} {}= {}", show(assignment.target),
                       assignment.compound_op ? spelling(*assignment.compound_op) : "",
                       show(assignment.value));
  }

  static std::string show(const LetStatement& let) {
    std::string line = fmt::format("let ${}", let.variable->name);
    if (let.type) line += " : " + show(*let.type);
    if (let.value) line += " = " + show(*let.value);
    return line;
  }

  static std::string show(const ReturnStatement& statement) {
    return statement.value ? "return " + show(*statement.value) : "return";
  }
  static std::string show(const BreakStatement& /*statement*/) { return "break"; }
  static std::string show(const ContinueStatement& /*statement*/) { return "continue"; }
  static std::string show(const ImportStatement& statement) {
    return "import " + base::quoted(statement.target);
  }

  static std::string show_head(const ForEachStatement& loop) {
    return fmt::format("for ${} : {}", loop.variable->name, show(loop.map));
  }
  static std::string show_head(const ForRangeStatement& loop) {
    return fmt::format("for ${} : {} .. {}", loop.variable->name, show(loop.begin), show(loop.end));
  }

  static std::string show(const WhileStatement& loop) {
    return fmt::format("while {} {}", show(loop.condition), show(*loop.body));
  }
  static std::string show(const UnrollStatement& loop) {
    return fmt::format("unroll {} {}", show(loop.count), show(*loop.body));
  }
  static std::string show(const ForEachStatement& loop) {
    return fmt::format("{} {}", show_head(loop), show(*loop.body));
  }
  static std::string show(const ForRangeStatement& loop) {
    return fmt::format("{} {}", show_head(loop), show(*loop.body));
  }

  static std::string show(const IfStatement& statement) {
    std::string text = fmt::format("if {} {}", show(statement.condition),
                                   show(*statement.then_block));
    if (statement.else_block != nullptr) text += " else " + show(*statement.else_block);
    return text;
  }

  static std::string show(const Block& block) {
    std::string text = "{";
    for (const Statement& statement : block.statements) {
      text += ' ';
      text += std::visit([](const auto* node) { return show(*node); }, statement);
      if (text.back() != '}') text += ';';
    }
    if (block.ends_in_value && text.back() == ';') text.pop_back();
    return text + " }";
  }

  // ---- types and expressions ----

  static std::string show(const TypeName& type) {
    std::string text;
    if (!type.tag.empty()) text += std::string(type.tag) + " ";
    text += type.type_of != nullptr ? show(*type.type_of) : type.name;
    for (const TypeSuffix& suffix : type.suffixes) {
      if (suffix.kind == TypeSuffix::Kind::Pointer) {
        text += text.back() == '*' ? "*" : " *";
      } else {
        text += suffix.size ? fmt::format("[{}]", *suffix.size) : "[]";
      }
    }
    return text;
  }

  static std::string show(const TypeofExpr& node) {
    return fmt::format("typeof({})", show_operand(node.operand));
  }

  static std::string show_operand(const TypeOrExpr& operand) {
    if (const auto* expr = std::get_if<Expr>(&operand)) return show(*expr);
    return "type " + show(std::get<TypeName>(operand));
  }

  static std::string show(const RecordExpr& record) {
    std::string text;
    for (const RecordField& field : record.fields) {
      if (!text.empty()) text += ", ";
      text += fmt::format("{} = {}", field.name, show(field.value));
    }
    return fmt::format("record({})", text);
  }

  static std::string show(const OffsetofExpr& node) {
    std::string path;
    for (const FieldName& field : node.path) {
      if (!path.empty()) path += '.';
      path += field.name;
    }
    return fmt::format("{}({}, {})", node.asks_existence ? "has_field" : "offsetof",
                       show_operand(node.object), path);
  }

  static std::string show_list(std::span<const Expr> expressions) {
    std::string text;
    for (const Expr& expr : expressions) {
      if (!text.empty()) text += ", ";
      text += show(expr);
    }
    return text;
  }

  static std::string show(const Expr& expr) {
    return std::visit(
        overloaded{
            [](const ErrorExpr*) { return std::string("<error>"); },
            [](const IntegerLiteral* node) { return std::to_string(node->value); },
            [](const StringLiteral* node) { return base::quoted(node->value); },
            [](const BooleanLiteral* node) { return std::string(node->value ? "true" : "false"); },
            [](const Identifier* node) { return std::string(node->name); },
            [](const Variable* node) { return fmt::format("${}", node->name); },
            [](const MapAccess* node) {
              if (!node->has_keys) return fmt::format("@{}", node->name);
              return fmt::format("@{}[{}]", node->name, show_list(node->keys));
            },
            [](const PositionalParameter* node) { return fmt::format("${}", node->index); },
            [](const ParameterCount*) { return std::string("$#"); },
            [](const FieldAccess* node) {
              return fmt::format("{}{}{}", show(node->object), node->is_arrow ? "->" : ".",
                                 node->field);
            },
            [](const IndexAccess* node) {
              return fmt::format("{}[{}]", show(node->object), show(node->index));
            },
            [](const CallExpr* node) {
              return fmt::format("{}({})", node->name, show_list(node->arguments));
            },
            [](const UnaryExpr* node) {
              return fmt::format("({}{})", spelling(node->op), show(node->operand));
            },
            [](const IncrementExpr* node) {
              std::string_view op = node->is_increment ? "++" : "--";
              std::string target = show(node->target);
              return node->is_prefix ? fmt::format("({}{})", op, target)
                                     : fmt::format("({}{})", target, op);
            },
            [](const BinaryExpr* node) {
              return fmt::format("({} {} {})", show(node->lhs), spelling(node->op),
                                 show(node->rhs));
            },
            [](const ConditionalExpr* node) {
              std::string when_true = node->when_true ? " " + show(*node->when_true) + " " : "";
              return fmt::format("({} ?{}: {})", show(node->condition), when_true,
                                 show(node->when_false));
            },
            [](const CastExpr* node) {
              return fmt::format("(({}) {})", show(node->type), show(node->operand));
            },
            [](const TupleExpr* node) {
              return fmt::format("tuple({})", show_list(node->elements));
            },
            [](const SizeofExpr* node) {
              return fmt::format("sizeof({})", show_operand(node->operand));
            },
            [](const TypeinfoExpr* node) {
              return fmt::format("typeinfo({})", show_operand(node->operand));
            },
            [](const ComptimeExpr* node) {
              return fmt::format("(comptime {})", show(node->operand));
            },
            [](const RecordExpr* node) { return show(*node); },
            [](const OffsetofExpr* node) { return show(*node); },
            [](const TypeofExpr* node) { return show(*node); },
            [](const IfStatement* node) { return fmt::format("({})", show(*node)); },
            [](const Block* node) { return show(*node); },
        },
        expr);
  }

  std::string text_;
  size_t depth_ = 0;
};

}  // namespace

std::string dump_ast(const Script& script) {
  AstDumper dumper;
  dumper.add(script);
  return dumper.take();
}

}  // namespace bpftracec::syntax
