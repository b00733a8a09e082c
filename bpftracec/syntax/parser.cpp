#include "bpftracec/syntax/parser.h"

#include <algorithm>

#include "bpftracec/syntax/parser_impl.h"

namespace bpftracec::syntax {

using diagnostics::Diagnostic;
using diagnostics::DiagnosticKind;
using diagnostics::DiagnosticSink;
using diagnostics::SourceFile;

namespace {

SourceRange whole(const SourceFile& file) { return {0, static_cast<uint32_t>(file.text().size())}; }

// Puts the lists of several scripts one behind the other.
class ScriptJoiner {
 public:
  explicit ScriptJoiner(AstContext& context) : context_(context) {}

  void add(const Script& script) {
    append(c_definitions_, script.c_definitions);
    append(config_, script.config);
    append(imports_, script.imports);
    append(map_declarations_, script.map_declarations);
    append(macros_, script.macros);
    append(functions_, script.functions);
    append(probes_, script.probes);
    is_complete_ = is_complete_ && script.is_complete;
  }

  const Script* join() {
    return context_.make(Script{context_.copy(c_definitions_), context_.copy(config_),
                                context_.copy(imports_), context_.copy(map_declarations_),
                                context_.copy(macros_), context_.copy(functions_),
                                context_.copy(probes_), is_complete_});
  }

 private:
  template <typename T>
  static void append(std::vector<T>& to, std::span<const T> from) {
    to.insert(to.end(), from.begin(), from.end());
  }

  AstContext& context_;
  std::vector<CDefinition> c_definitions_;
  std::vector<ConfigSetting> config_;
  std::vector<ImportStatement> imports_;
  std::vector<MapDeclaration> map_declarations_;
  std::vector<Macro> macros_;
  std::vector<Function> functions_;
  std::vector<Probe> probes_;
  bool is_complete_ = true;
};

}  // namespace

const Script* parse(const SourceFile& file, AstContext& context, DiagnosticSink& sink) {
  const diagnostics::SourcePart part{file.name(), whole(file)};
  return parse(file, std::span(&part, 1), context, sink);
}

const Script* parse(const SourceFile& file, std::span<const diagnostics::SourcePart> parts,
                    AstContext& context, DiagnosticSink& sink) {
  ScriptJoiner joiner(context);
  for (size_t i = 0; i < parts.size(); ++i) {
    Script script = Parser(file, parts[i].range, context, sink).parse_script();
    if (i != 0 && !script.config.empty()) {
      sink.report<DiagnosticKind::ImportedConfig>(script.config.front().range);
      script.config = {};
    }
    joiner.add(script);
  }
  const Script* script = joiner.join();
  if (script->probes.empty() && !sink.has_errors()) {
    const uint32_t end = parts.front().range.end;
    sink.report<DiagnosticKind::NoProbes>({end, end}).hint("the smallest script is: BEGIN {{ }}");
  }
  return script;
}

std::optional<Expr> parse_expression(const SourceFile& text, AstContext& context,
                                     SourceRange place) {
  DiagnosticSink sink;
  const std::optional<Expr> expr = Parser(text, whole(text), context, sink)
                                       .parse_replacement(place);
  return sink.has_errors() ? std::nullopt : expr;
}

Parser::Parser(const SourceFile& file, SourceRange part, AstContext& context, DiagnosticSink& sink)
    : context_(context), file_(file), sink_(sink), lexer_(file, part, context, sink) {}

// ---- tokens -------------------------------------------------------------------------------------

const Token& Parser::peek(size_t ahead) {
  while (lookahead_.size() <= ahead) {
    lookahead_.push_back(lexer_.next());
    if (place_) lookahead_.back().range = *place_;
  }
  return lookahead_[ahead];
}

Token Parser::take() {
  previous_ = peek();
  lookahead_.pop_front();
  switch (previous_.kind) {
    case TokenKind::LeftParen:
    case TokenKind::LeftBracket:
      ++open_parens_;
      break;
    case TokenKind::RightParen:
    case TokenKind::RightBracket:
      if (open_parens_ > 0) --open_parens_;
      break;
    default:
      break;
  }
  return previous_;
}

bool Parser::accept(TokenKind kind) {
  if (!at(kind)) return false;
  take();
  return true;
}

bool Parser::expect(TokenKind kind) {
  if (accept(kind)) return true;
  const Token& found = peek();
  if (found.kind == TokenKind::Assign) {
    error<DiagnosticKind::AssignmentInExpression>(found.range).hint("'==' compares");
    return false;
  }
  const TokenKindInfo& wanted = info(kind);
  bool is_description = wanted.spelling.find(' ') != std::string_view::npos ||
                        kind < TokenKind::Break;
  const bool is_string_pair = previous_.kind == TokenKind::String &&
                              found.kind == TokenKind::String;
  Diagnostic& diagnostic = error<DiagnosticKind::ExpectedToken>(
      after_previous(),
      is_description ? std::string(wanted.spelling) : "'" + std::string(wanted.spelling) + "'",
      describe(previous_));
  if (is_string_pair) {
    diagnostic.hint("strings are not joined by standing side by side; '+' joins literals");
  } else if (is_word_operator(found)) {
    diagnostic.hint("did you mean '{}'?", found.text == "and" ? "&&" : "||");
  } else if (previous_.kind == TokenKind::Identifier && previous_.text == "not") {
    diagnostic.hint("did you mean '!'?");
  }
  return false;
}

// `and` and `or`, as other languages spell them.
bool Parser::is_word_operator(const Token& token) {
  return token.kind == TokenKind::Identifier && (token.text == "and" || token.text == "or");
}

std::string Parser::describe(const Token& token) const {
  constexpr size_t kShown = 40;
  if (token.kind == TokenKind::EndOfFile) return std::string(info(token.kind).spelling);
  std::string_view text = place_ ? token.text : file_.text(token.range);
  if (text.size() <= kShown) return "'" + std::string(text) + "'";
  return "'" + std::string(text.substr(0, kShown)) + "...'";
}

std::optional<Expr> Parser::parse_replacement(SourceRange place) {
  place_ = place;
  lexer_.start_in_code();
  if (at(TokenKind::EndOfFile)) return std::nullopt;
  const Expr expr = parse_expression();
  if (!at(TokenKind::EndOfFile)) return std::nullopt;
  return expr;
}

// ---- errors and recovery ------------------------------------------------------------------------

Expr Parser::too_deep(SourceRange where) {
  // Who nests like this does it all over; told once, it is clear.
  if (has_reported_depth_) is_recovering_ = true;
  has_reported_depth_ = true;
  error<DiagnosticKind::NestedTooDeeply>(where, nesting_ > kMaxNesting ? kMaxNesting : kMaxHeight);
  height_ = 1;
  return error_expr(where);
}

// What follows is root text, although the lexer does not think so.
void Parser::restart_between_probes(uint32_t offset) {
  lookahead_.clear();
  lexer_.restart_between_probes(offset);
}

// Takes a token that no node will speak of.
void Parser::skip_token() {
  is_complete_ = false;
  take();
}

void Parser::skip_balanced_braces() {
  uint32_t depth = 0;
  do {
    if (at(TokenKind::LeftBrace)) ++depth;
    if (at(TokenKind::RightBrace)) --depth;
    skip_token();
  } while (depth > 0 && !at(TokenKind::EndOfFile));
}

void Parser::skip_to_next_statement() {
  auto begins_statement = [&] {
    switch (peek().kind) {
      case TokenKind::LeftBrace:
      case TokenKind::RightBrace:
      case TokenKind::EndOfFile:
      case TokenKind::AttachPoint:
        return true;
      case TokenKind::Break:
      case TokenKind::Continue:
      case TokenKind::For:
      case TokenKind::If:
      case TokenKind::Let:
      case TokenKind::Return:
      case TokenKind::Unroll:
      case TokenKind::While:
        return peek().starts_line;
      case TokenKind::Identifier:
      case TokenKind::Map:
      case TokenKind::Variable:
        // A new line inside parentheses is rather the next argument.
        return peek().starts_line && open_parens_ == 0;
      default:
        return false;
    }
  };
  while (!begins_statement()) {
    bool is_end = at(TokenKind::Semicolon);
    skip_token();
    if (is_end) break;
  }
  is_recovering_ = false;
}

}  // namespace bpftracec::syntax
