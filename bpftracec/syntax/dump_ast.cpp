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
    if (!script.config.empty()) add_line("config");
    ++depth_;
    for (const ConfigSetting& setting : script.config) add(setting);
    --depth_;
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
                   [&](const ExprStatement* node) {
                     add_line((node->is_discard ? "_ = " : "") + show(node->expr));
                   },
                   [&](const Assignment* node) {
                     add_line(fmt::format("{} {}= {}", show(node->target),
                                          node->compound_op ? spelling(*node->compound_op) : "",
                                          show(node->value)));
                   },
                   [&](const LetStatement* node) {
                     std::string line = fmt::format("let ${}", node->variable->name);
                     if (node->type) line += " : " + show(*node->type);
                     if (node->value) line += " = " + show(*node->value);
                     add_line(line);
                   },
                   [&](const IfStatement* node) {
                     add_line("if " + show(node->condition));
                     add_nested(*node->then_block);
                     if (node->else_block == nullptr) return;
                     add_line("else");
                     add_nested(*node->else_block);
                   },
                   [&](const WhileStatement* node) {
                     add_line("while " + show(node->condition));
                     add_nested(*node->body);
                   },
                   [&](const UnrollStatement* node) {
                     add_line("unroll " + show(node->count));
                     add_nested(*node->body);
                   },
                   [&](const Block* node) {
                     add_line("block");
                     add_nested(*node);
                   },
                   [&](const ReturnStatement* node) {
                     add_line(node->value ? "return " + show(*node->value) : "return");
                   },
                   [&](const BreakStatement*) { add_line("break"); },
                   [&](const ContinueStatement*) { add_line("continue"); },
               },
               statement);
  }

  static std::string show(const TypeName& type) {
    std::string text;
    if (!type.tag.empty()) text += std::string(type.tag) + " ";
    text += type.name;
    if (type.pointer_depth != 0) text += " " + std::string(type.pointer_depth, '*');
    if (type.array_size) text += fmt::format("[{}]", *type.array_size);
    return text;
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
              return fmt::format(
                  "sizeof({})",
                  std::visit([](const auto& operand) { return show(operand); }, node->operand));
            },
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
