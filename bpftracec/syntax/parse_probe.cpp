// What stands at the root of a script: probes with their attach points and predicates, and the
// config block.
#include <algorithm>

#include "bpftracec/syntax/parser_impl.h"

namespace bpftracec::syntax {

using diagnostics::DiagnosticKind;

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// Text between probes is taken for an attach point when it begins like one: a word, then ':', '='
// or nothing. Other text is rather a statement that a '}' too many has put there.
bool looks_like_attach_point(std::string_view text) {
  auto is_provider_character = [](char c) {
    return is_letter(c) || is_digit(c) || c == '*' || c == '$';
  };
  const char* end = std::find_if_not(text.begin(), text.end(), is_provider_character);
  return end != text.begin() && (end == text.end() || *end == ':' || *end == '=');
}

}  // namespace

Script Parser::parse_script() {
  while (!at(TokenKind::EndOfFile)) parse_root_item();
  return {context_.copy(c_definitions_), context_.copy(config_),
          context_.copy(imports_),       context_.copy(map_declarations_),
          context_.copy(macros_),        context_.copy(functions_),
          context_.copy(probes_),        is_complete_};
}

void Parser::parse_root_item() {
  is_recovering_ = false;
  open_parens_ = 0;
  switch (peek().kind) {
    case TokenKind::AttachPoint:
      if (!looks_like_attach_point(peek().text)) break;
      return parse_probe();
    case TokenKind::LeftBrace:
    case TokenKind::PredicateOpen:
    case TokenKind::Comma:
      return parse_probe();
    case TokenKind::Config:
      return parse_config();
    case TokenKind::CDefinition:
    case TokenKind::PreprocessorLine:
      return parse_c_definition();
    case TokenKind::Fn:
      return parse_function();
    case TokenKind::Macro:
      return parse_macro();
    case TokenKind::Import:
      return parse_root_import();
    case TokenKind::Let:
      return parse_map_declaration();
    case TokenKind::Semicolon:
      report<DiagnosticKind::UnexpectedToken>(peek().range, describe(peek()))
          .hint("{}", probes_.empty() ? "remove it" : "no ';' stands between probes");
      take();
      return;
    case TokenKind::RightBrace:
      report<DiagnosticKind::UnexpectedToken>(peek().range, describe(peek()))
          .hint("it closes nothing");
      take();
      return skip_to_next_probe();
    default:
      break;
  }
  is_recovering_ = peek().is_wrong;  // the lexer has told
  auto& diagnostic = error<DiagnosticKind::ExpectedProbe>(peek().range, describe(peek()));
  if (first_item_) diagnostic.hint("is there a '}}' too many before it?");
  skip_token();
  skip_to_next_probe();
}

// After an error, a lone word is not enough: `if`, say, is one as well.
bool Parser::at_likely_probe() {
  if (!at(TokenKind::AttachPoint) || !looks_like_attach_point(peek().text)) return false;
  if (peek().text.find(':') != std::string_view::npos) return true;
  TokenKind following = peek(1).kind;
  return following == TokenKind::LeftBrace || following == TokenKind::Comma ||
         following == TokenKind::PredicateOpen;
}

void Parser::skip_to_next_probe() {
  while (!at(TokenKind::EndOfFile)) {
    if (at_likely_probe()) return;
    if (at(TokenKind::LeftBrace)) {
      skip_balanced_braces();
    } else {
      skip_token();
    }
  }
}

// ---- definitions --------------------------------------------------------------------------------

void Parser::parse_c_definition() {
  Token token = take();
  if (first_after_c_) {
    is_complete_ = false;
    report<DiagnosticKind::CDefinitionAfterProbes>(token.range)
        .note(*first_after_c_, "this comes before it");
    return;
  }
  c_definitions_.push_back({token.range, token.text, token.kind == TokenKind::PreprocessorLine});
}

void Parser::parse_root_import() {
  if (!first_after_c_) first_after_c_ = peek().range;
  if (first_item_) {
    report<DiagnosticKind::ImportAfterProbes>(peek().range)
        .note(*first_item_, "this comes before it");
  }
  std::optional<Statement> import = parse_import();
  if (!import) return skip_root_item();
  imports_.push_back(*std::get<const ImportStatement*>(*import));
  end_root_item();
}

void Parser::note_item(SourceRange range) {
  if (!first_after_c_) first_after_c_ = range;
  if (!first_item_) first_item_ = range;
}

void Parser::parse_map_declaration() {
  Token let = take();
  note_item(let.range);
  if (at(TokenKind::Variable)) {
    report<DiagnosticKind::RootLetOfVariable>({let.range.begin, peek().range.end})
        .hint("a variable belongs to one probe; declare it there, or use a map");
    return skip_root_item();
  }
  Token name = take();  // a map: the lexer has looked
  if (!expect(TokenKind::Assign) || !expect(TokenKind::Identifier)) return skip_root_item();
  Token type = previous_;
  if (!expect(TokenKind::LeftParen) || !expect(TokenKind::Integer)) return skip_root_item();
  Token size = previous_;
  if (!expect(TokenKind::RightParen)) return skip_root_item();
  if (!size.is_wrong) {
    map_declarations_.push_back({since(let.range.begin), name.text, name.range, type.text,
                                 type.range, size.value, size.range});
  }
  end_root_item();
}

void Parser::parse_macro() {
  Token keyword = take();
  note_item(keyword.range);
  std::vector<MacroParameter> parameters;
  Token name = take();  // a word: the lexer has looked
  parse_parameters([&] { return parse_macro_parameter(parameters); });
  const Block* body = parse_definition_body();
  if (body == nullptr) return;
  macros_.push_back({since(keyword.range.begin), file_.text(name.range), name.range,
                     context_.copy(parameters), body});
}

bool Parser::parse_macro_parameter(std::vector<MacroParameter>& parameters) {
  Token token = peek();
  MacroParameter::Kind kind = MacroParameter::Kind::Expression;
  switch (token.kind) {
    case TokenKind::Variable:
      kind = MacroParameter::Kind::Variable;
      break;
    case TokenKind::Map:
      kind = MacroParameter::Kind::Map;
      break;
    case TokenKind::Identifier:
      break;
    default:
      error<DiagnosticKind::UnexpectedToken>(token.range, describe(token))
          .hint("a parameter of a macro is a $variable, a @map or a word");
      return false;
  }
  take();
  parameters.push_back({token.range, kind, token.text});
  return true;
}

void Parser::parse_function() {
  Token keyword = take();
  note_item(keyword.range);
  std::vector<FunctionParameter> parameters;
  Token name = take();  // a word: the lexer has looked
  TypeName return_type{};
  if (parse_parameters([&] { return parse_function_parameter(parameters); }) &&
      expect(TokenKind::Colon)) {
    return_type = parse_type();
  }
  const Block* body = parse_definition_body();
  if (body == nullptr) return;
  functions_.push_back({since(keyword.range.begin), file_.text(name.range), name.range,
                        context_.copy(parameters), return_type, body});
}

bool Parser::parse_function_parameter(std::vector<FunctionParameter>& parameters) {
  if (!expect(TokenKind::Variable)) return false;
  Token name = previous_;
  if (!expect(TokenKind::Colon)) return false;
  TypeName type = parse_type();
  if (is_recovering_) return false;
  parameters.push_back(
      {since(name.range.begin), context_.make(Variable{name.range, name.text}), type});
  return true;
}

// `(a, b)`.
template <typename ParseOne>
bool Parser::parse_parameters(ParseOne parse_one) {
  if (!expect(TokenKind::LeftParen)) return false;
  if (accept(TokenKind::RightParen)) return true;
  do {
    if (!parse_one()) return false;
  } while (accept(TokenKind::Comma));
  return expect(TokenKind::RightParen);
}

// Null where there is none.
const Block* Parser::parse_definition_body() {
  if (!at(TokenKind::LeftBrace)) expect(TokenKind::LeftBrace);
  while (!at(TokenKind::LeftBrace) && !at(TokenKind::EndOfFile) && !at(TokenKind::AttachPoint) &&
         !at(TokenKind::Semicolon)) {
    skip_token();
  }
  if (!at(TokenKind::LeftBrace)) return nullptr;
  is_recovering_ = false;
  return parse_block();
}

void Parser::end_root_item() {
  if (accept(TokenKind::Semicolon)) return;
  error<DiagnosticKind::ExpectedToken>(after_previous(), "';'", describe(previous_));
  restart_between_probes(peek().range.begin);
}

// To its ';', or where the next line begins: the ';' may be missing as well.
void Parser::skip_root_item() {
  is_complete_ = false;
  while (!at(TokenKind::Semicolon) && !at(TokenKind::EndOfFile)) {
    if (peek().starts_line) return restart_between_probes(peek().range.begin);
    skip_token();
  }
  accept(TokenKind::Semicolon);
}

// ---- config -------------------------------------------------------------------------------------

void Parser::parse_config() {
  Token keyword = take();
  if (!first_after_c_) first_after_c_ = keyword.range;
  if (first_item_) {
    report<DiagnosticKind::ConfigAfterProbes>(keyword.range)
        .note(*first_item_, "this comes before it");
  } else if (config_range_) {
    report<DiagnosticKind::DuplicateConfig>(keyword.range)
        .note(*config_range_, "the first one is here");
  }
  if (!config_range_) config_range_ = keyword.range;
  if (!expect(TokenKind::Assign)) is_recovering_ = false;
  if (!at(TokenKind::LeftBrace)) {
    expect(TokenKind::LeftBrace);
    restart_between_probes(peek().range.begin);
    return skip_to_next_probe();
  }
  Token open = take();
  while (!at(TokenKind::RightBrace) && !at(TokenKind::EndOfFile)) {
    parse_config_setting(config_);
    if (is_recovering_) skip_to_next_statement();
    if (at(TokenKind::LeftBrace)) skip_balanced_braces();
  }
  if (!accept(TokenKind::RightBrace))
    report<DiagnosticKind::UnclosedBlock>(open.range).hint("add a '}}'");
}

void Parser::parse_config_setting(std::vector<ConfigSetting>& settings) {
  if (!is_word(peek())) {
    error<DiagnosticKind::UnexpectedToken>(peek().range, describe(peek()))
        .hint("a setting is written: name = value");
    if (!at(TokenKind::RightBrace)) skip_token();
    return;
  }
  Token name = take();
  if (!expect(TokenKind::Assign)) return;
  Token value = peek();
  ConfigSetting setting{
      {name.range.begin, value.range.end}, name.text, name.range, std::string_view(), value.range};
  switch (value.kind) {
    case TokenKind::Integer:
      setting.value = value.value;
      break;
    case TokenKind::True:
    case TokenKind::False:
      setting.value = value.kind == TokenKind::True;
      break;
    case TokenKind::String:
    case TokenKind::Identifier:
      setting.value = value.text;
      break;
    default:
      error<DiagnosticKind::InvalidConfigValue>(value.range, name.text, describe(value));
      return;
  }
  take();
  if (!value.is_wrong) settings.push_back(setting);
  end_simple_statement();
}

// ---- probes -------------------------------------------------------------------------------------

void Parser::parse_probe() {
  uint32_t begin = peek().range.begin;
  std::vector<AttachPoint> attach_points = parse_attach_points();
  note_item(since(begin));
  std::optional<Expr> predicate;
  if (at(TokenKind::PredicateOpen)) predicate = parse_predicate();
  if (!at(TokenKind::LeftBrace)) {
    expect(TokenKind::LeftBrace);
    is_complete_ = false;
    while (!at(TokenKind::LeftBrace) && !at(TokenKind::AttachPoint) && !at(TokenKind::EndOfFile))
      skip_token();
    if (!at(TokenKind::LeftBrace)) return;
  }
  const Block* body = parse_block();
  if (attach_points.empty()) {
    is_complete_ = false;
    return;
  }
  probes_.push_back({since(begin), context_.copy(attach_points), predicate, body});
}

std::vector<AttachPoint> Parser::parse_attach_points() {
  std::vector<AttachPoint> attach_points;
  while (true) {
    if (!at(TokenKind::AttachPoint)) {
      error<DiagnosticKind::ExpectedProbe>(peek().range, describe(peek()))
          .hint("a probe begins with what it attaches to, such as: interval:s:1 {{ ... }}");
      if (!at(TokenKind::Comma)) break;
    } else if (std::optional<AttachPoint> attach_point = split_attach_point(take())) {
      attach_points.push_back(*attach_point);
    } else {
      is_complete_ = false;
    }
    if (at(TokenKind::AttachPoint)) {
      // The comma is missing, or the body is; a list is the more useful guess.
      error<DiagnosticKind::ExpectedToken>(after_previous(), "',' or '{'", describe(previous_))
          .hint("attach points are separated by ',', a probe's body begins with '{{'");
      continue;
    }
    if (!accept(TokenKind::Comma)) break;
    // One ',' may stand after the last attach point.
    if (at(TokenKind::LeftBrace) || at(TokenKind::PredicateOpen)) break;
  }
  return attach_points;
}

namespace {

// Cuts the raw text of an attach point at its unquoted colons.
class AttachPointSplitter {
 public:
  AttachPointSplitter(std::string_view raw, uint32_t begin, AstContext& context)
      : raw_(raw), begin_(begin), context_(context) {}

  std::vector<AttachPointPart> split() {
    size_t own_name_end = find_own_name();
    if (own_name_end != 0) {
      own_name_ = raw_.substr(0, own_name_end);
      position_ = own_name_end + 1;
    }
    start_part(position_);
    for (; position_ < raw_.size(); ++position_) {
      char c = raw_[position_];
      if (c == '"') {
        in_quotes_ = !in_quotes_;
        is_plain_ = false;
      } else if (in_quotes_ && c == '\\' && position_ + 1 < raw_.size() &&
                 is_escapable(raw_[position_ + 1])) {
        text_ += raw_[++position_];
      } else if (c == ':' && !in_quotes_) {
        end_part();
        start_part(position_ + 1);
      } else {
        if (c == '$' && !in_quotes_) {
          dollars_.push_back(position_);
          has_parameters_ = true;
        }
        text_ += c;
      }
    }
    end_part();
    return std::move(parts_);
  }

  std::string_view own_name() const { return own_name_; }

  // Where unquoted '$' stand, in the raw text.
  const std::vector<size_t>& dollars() const { return dollars_; }

 private:
  static bool is_escapable(char c) { return c == '"' || c == '\\'; }

  size_t find_own_name() const {
    const char* end = std::find_if_not(raw_.begin(), raw_.end(),
                                       [](char c) { return is_letter(c) || is_digit(c); });
    return end != raw_.end() && *end == '=' ? static_cast<size_t>(end - raw_.begin()) : 0;
  }

  void start_part(size_t begin) {
    part_begin_ = begin;
    text_.clear();
    is_plain_ = true;
    has_parameters_ = false;
  }

  void end_part() {
    std::string_view written = raw_.substr(part_begin_, position_ - part_begin_);
    auto begin = static_cast<uint32_t>(begin_ + part_begin_);
    parts_.push_back({{begin, static_cast<uint32_t>(begin_ + position_)},
                      is_plain_ ? written : context_.copy(std::string_view(text_)),
                      has_parameters_});
  }

  std::string_view raw_;
  uint32_t begin_;
  AstContext& context_;
  size_t position_ = 0;
  size_t part_begin_ = 0;
  bool in_quotes_ = false;
  bool is_plain_ = true;  // no quotes: the text is what is written
  bool has_parameters_ = false;
  std::string text_;
  std::string_view own_name_;
  std::vector<AttachPointPart> parts_;
  std::vector<size_t> dollars_;
};

}  // namespace

std::optional<AttachPoint> Parser::split_attach_point(const Token& token) {
  if (token.is_wrong) return std::nullopt;
  AttachPointSplitter splitter(token.text, token.range.begin, context_);
  std::vector<AttachPointPart> parts = splitter.split();
  bool is_right = true;
  for (size_t dollar : splitter.dollars()) {
    if (!check_attach_point_parameter(
            {token.range.begin + static_cast<uint32_t>(dollar), token.range.end})) {
      is_right = false;
    }
  }
  if (!is_right) return std::nullopt;
  if (parts.size() == 1 && parts[0].text.empty()) {
    report<DiagnosticKind::ExpectedProbe>(token.range, describe(peek()))
        .hint("a probe begins with what it attaches to, such as: interval:s:1 {{ ... }}");
    return std::nullopt;
  }
  return AttachPoint{token.range, token.text, context_.copy(parts), splitter.own_name()};
}

// `where` begins at the '$' and reaches to the end of the attach point.
bool Parser::check_attach_point_parameter(SourceRange where) {
  std::string_view text = file_.text(where);
  size_t length = 1;
  while (length < text.size() && is_digit(text[length])) ++length;
  SourceRange parameter{where.begin, where.begin + static_cast<uint32_t>(length)};
  if (length == 1) {
    report<DiagnosticKind::AttachPointParameter>(parameter).hint(
        "a '$' that belongs to a name is put into quotes");
    return false;
  }
  // 18 digits always fit.
  bool is_in_range = text[1] != '0' && length - 1 <= 18;
  if (!is_in_range) report<DiagnosticKind::ParameterOutOfRange>(parameter, text.substr(0, length));
  return is_in_range;
}

std::optional<Expr> Parser::parse_predicate() {
  Token open = take();
  if (at(TokenKind::LeftBrace)) {
    error<DiagnosticKind::UnclosedPredicate>(open.range, describe(peek()));
    is_recovering_ = false;
    return std::nullopt;
  }
  Expr predicate = parse_expression();
  if (accept(TokenKind::PredicateClose)) return predicate;
  if (at(TokenKind::Assign)) {
    error<DiagnosticKind::AssignmentInExpression>(peek().range).hint("'==' compares");
  } else {
    error<DiagnosticKind::UnclosedPredicate>(peek().range, describe(peek()))
        .note(open.range, "it begins here");
  }
  while (!at(TokenKind::PredicateClose) && !at(TokenKind::LeftBrace) &&
         !at(TokenKind::AttachPoint) && !at(TokenKind::EndOfFile)) {
    skip_token();
  }
  accept(TokenKind::PredicateClose);
  if (at(TokenKind::LeftBrace)) is_recovering_ = false;
  return error_expr(since(open.range.begin));
}

}  // namespace bpftracec::syntax
