#include "bpftracec/syntax/format.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/syntax/format_lines.h"
#include "bpftracec/syntax/format_roles.h"

namespace bpftracec::syntax {
namespace {

constexpr uint32_t kIndent = 2;
constexpr size_t kLongestInlineBlock = 60;

struct Comment {
  std::string_view text;
  size_t newlines_before;  // since the token or comment before it
  bool ends_line;          // reaches to the end of its line
};

struct Gap {
  std::vector<Comment> comments;
  size_t newlines = 0;  // at its end

  bool has_blank_line() const {
    return newlines > 1 ||
           std::any_of(comments.begin(), comments.end(),
                       [](const Comment& comment) { return comment.newlines_before > 1; });
  }
};

// What stands between two tokens, where the lexer has found nothing but blanks and comments.
Gap read_gap(std::string_view text) {
  Gap gap;
  size_t position = 0;
  while (position < text.size()) {
    const char c = text[position];
    if (c != '/' && c != '#') {
      if (c == '\n') ++gap.newlines;
      ++position;
      continue;
    }
    const bool is_block = text.substr(position, 2) == "/*";
    size_t end = is_block ? text.find("*/", position + 2) : text.find('\n', position);
    if (is_block && end != std::string_view::npos) end += 2;
    std::string_view comment = text.substr(position, end - position);
    position += comment.size();
    comment = comment.substr(0, comment.find_last_not_of(" \t\r\n") + 1);
    gap.comments.push_back({comment, gap.newlines, !is_block});
    gap.newlines = 0;
  }
  return gap;
}

// How loosely an operator binds: a line rather ends after one that binds nothing tightly.
int penalty_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::LogicalOr:
      return 3;
    case BinaryOp::LogicalAnd:
      return 4;
    case BinaryOp::BitwiseOr:
    case BinaryOp::BitwiseXor:
    case BinaryOp::BitwiseAnd:
      return 5;
    case BinaryOp::Equal:
    case BinaryOp::NotEqual:
    case BinaryOp::Less:
    case BinaryOp::LessEqual:
    case BinaryOp::Greater:
    case BinaryOp::GreaterEqual:
      return 6;
    case BinaryOp::ShiftLeft:
    case BinaryOp::ShiftRight:
    case BinaryOp::Add:
    case BinaryOp::Subtract:
      return 7;
    case BinaryOp::Multiply:
    case BinaryOp::Divide:
    case BinaryOp::Modulo:
      return 8;
  }
  base::internal_error("unknown binary operator");
}

class Formatter {
 public:
  Formatter(const Script& script, std::span<const Token> tokens,
            const diagnostics::SourceFile& file)
      : tokens_(tokens), file_(file), roles_(find_roles(script)) {}

  std::string run() && {
    for (index_ = 0; index_ < tokens_.size(); ++index_) {
      add_comments();
      if (token().kind == TokenKind::EndOfFile) break;
      add_token();
    }
    end_line();
    return std::move(text_);
  }

 private:
  struct OpenBrace {
    bool is_expanded;      // what is in it has lines of its own
    bool wants_semicolon;  // after its last statement
    uint32_t depth;        // of parentheses around it
  };

  const Token& token() const { return tokens_[index_]; }
  TokenKind kind_at(size_t index) const {
    return index < tokens_.size() ? tokens_[index].kind : TokenKind::EndOfFile;
  }
  TokenKind kind_before(size_t count = 1) const {
    return index_ >= count ? tokens_[index_ - count].kind : TokenKind::EndOfFile;
  }

  // ---- lines ----

  uint32_t indent() const {
    const auto open = std::count_if(braces_.begin(), braces_.end(),
                                    [](const OpenBrace& brace) { return brace.is_expanded; });
    return kIndent * static_cast<uint32_t>(open);
  }

  void end_line() {
    append_lines(line_, line_indent_, text_);
    line_.clear();
  }

  void begin_line(bool wants_blank_line) {
    end_line();
    line_indent_ = indent();
    if (wants_blank_line && !text_.empty() && !is_block_begin_) text_ += '\n';
    is_block_begin_ = false;
  }

  bool is_in_expanded() const { return braces_.empty() || braces_.back().is_expanded; }

  bool begins_statement() const {
    return !braces_.empty() && roles_.statements.contains(token().range.begin) && is_in_expanded();
  }

  bool begins_item() const { return braces_.empty() && roles_.items.contains(token().range.begin); }

  // Whether this token has a line of its own whatever is before it.
  bool begins_line() const {
    switch (token().kind) {
      case TokenKind::EndOfFile:
      case TokenKind::PredicateOpen:
      case TokenKind::Config:
        return true;
      case TokenKind::LeftBrace:
        if (is_probe_body()) return true;
        break;
      case TokenKind::RightBrace:
        return is_in_expanded();
      default:
        break;
    }
    return begins_statement() || begins_item();
  }

  bool is_probe_body() const {
    const auto block = roles_.blocks.find(token().range.begin);
    return block != roles_.blocks.end() && block->second == BlockKind::Probe;
  }

  // ---- blanks and comments ----

  Gap gap_before(size_t index) const {
    // A byte order mark is no part of the text.
    const uint32_t begin = index == 0 ? std::min(text_begin(), tokens_[0].range.begin)
                                      : tokens_[index - 1].range.end;
    return read_gap(file_.text({begin, tokens_[index].range.begin}));
  }

  uint32_t text_begin() const { return file_.text().starts_with("\xEF\xBB\xBF") ? 3 : 0; }

  void add_comments() {
    const Gap gap = gap_before(index_);
    const bool has_own_line = begins_line();
    bool wants_blank_line = wants_blank_between_items() && !gap.has_blank_line();
    for (const Comment& comment : gap.comments) {
      const bool is_first = line_.empty() && text_.empty();
      if (comment.newlines_before == 0 && !is_first) {
        add_trailing_comment(comment);
      } else if (has_own_line) {
        begin_line(comment.newlines_before > 1 || wants_blank_line);
        wants_blank_line = false;
        line_.push_back({.text = comment.text, .is_comment = true});
        line_.back().ends_line = comment.ends_line;
      } else {
        line_.push_back({.text = comment.text, .begins_line = true, .is_comment = true});
        line_.back().ends_line = true;
      }
    }
    follows_comment_ = !gap.comments.empty();
    follows_newline_ = gap.newlines > 0;
    wants_blank_line_ = gap.newlines > 1 || wants_blank_line;
  }

  void add_trailing_comment(const Comment& comment) {
    const bool is_in_the_middle = !comment.ends_line;
    line_.push_back({.text = comment.text, .is_comment = true});
    line_.back().spaces = is_in_the_middle ? 1 : 2;
    line_.back().ends_line = comment.ends_line;
  }

  // What has braces stands apart from what is before and after it.
  bool wants_blank_between_items() const {
    return begins_root_item() && has_item_ && (was_item_with_braces_ || is_item_with_braces());
  }

  bool begins_root_item() const {
    return braces_.empty() && (begins_item() || token().kind == TokenKind::Config);
  }

  bool is_item_with_braces() const {
    switch (token().kind) {
      case TokenKind::CDefinition:
      case TokenKind::PreprocessorLine:
      case TokenKind::Import:
      case TokenKind::Let:
        return false;
      default:
        return true;
    }
  }

  // ---- tokens ----

  void add_token() {
    if (begins_root_item()) {
      was_item_with_braces_ = is_item_with_braces();
      has_item_ = true;
    }
    switch (token().kind) {
      case TokenKind::CDefinition:
      case TokenKind::PreprocessorLine:
        begin_line(wants_blank_line_);
        line_.push_back({.text = file_.text(token().range), .is_comment = true});
        return;
      case TokenKind::AttachPoint:
        return add_attach_point();
      case TokenKind::LeftBrace:
        return add_left_brace();
      case TokenKind::RightBrace:
        return add_right_brace();
      case TokenKind::Comma:
        if (braces_.empty() && is_last_comma()) return;
        break;
      case TokenKind::PredicateOpen:
        begin_line(false);
        break;
      default:
        if (begins_line()) begin_line(wants_blank_line_);
        break;
    }
    add_piece();
    count_parens();
    if (needs_semicolon()) line_.push_back({.text = ";"});
  }

  // Of a list of attach points.
  bool is_last_comma() const {
    const TokenKind next = kind_at(index_ + 1);
    return depth_ == 0 && (next == TokenKind::LeftBrace || next == TokenKind::PredicateOpen);
  }

  void add_attach_point() {
    if (begins_item()) begin_line(wants_blank_line_);
    FormatPiece piece{.text = token().text, .penalty = 1};
    piece.spaces = line_.empty() ? 0 : 1;
    piece.begins_line = !line_.empty() && follows_newline_;
    piece.is_continuation = false;
    line_.push_back(piece);
  }

  void add_left_brace() {
    const auto block = roles_.blocks.find(token().range.begin);
    const bool is_config = block == roles_.blocks.end();
    const bool is_value = !is_config && block->second == BlockKind::Value;
    const bool is_expanded = braces_.empty() || !is_value || !fits_in_line();
    if (is_probe_body()) {
      begin_line(false);
    } else if (begins_statement()) {
      begin_line(wants_blank_line_);
    }
    add_piece();
    line_.back().is_continuation = false;
    // In a value, nothing is added: whether a ';' is missing there may matter.
    const bool wants_semicolon = !is_value && (braces_.empty() || braces_.back().wants_semicolon);
    braces_.push_back({is_expanded, wants_semicolon, depth_});
    depth_ = is_expanded ? 0 : depth_ + 1;
    is_block_begin_ = is_expanded;
  }

  void add_right_brace() {
    const OpenBrace brace = braces_.back();
    braces_.pop_back();
    depth_ = brace.depth;
    if (brace.is_expanded) begin_line(false);
    is_block_begin_ = false;
    add_piece();
    if (needs_semicolon() && kind_at(index_ + 1) != TokenKind::RightBrace) {
      line_.push_back({.text = ";"});
    }
  }

  // The block's last statement may lack it.
  bool needs_semicolon() const {
    if (kind_at(index_ + 1) != TokenKind::RightBrace || braces_.empty()) return false;
    if (!braces_.back().wants_semicolon) return false;
    return token().kind != TokenKind::Semicolon && token().kind != TokenKind::LeftBrace &&
           token().kind != TokenKind::RightBrace;
  }

  // Whether the block that begins here is a short value.
  bool fits_in_line() const {
    size_t width = 2;
    size_t statements = 0;
    for (size_t i = index_ + 1; i < tokens_.size(); ++i) {
      if (!gap_before(i).comments.empty() || tokens_[i].kind == TokenKind::LeftBrace) return false;
      if (tokens_[i].kind == TokenKind::RightBrace) return true;
      if (roles_.statements.contains(tokens_[i].range.begin)) ++statements;
      width += tokens_[i].range.end - tokens_[i].range.begin + 1;
      if (statements > 1 || width > kLongestInlineBlock) return false;
    }
    return false;
  }

  void count_parens() {
    switch (token().kind) {
      case TokenKind::LeftParen:
      case TokenKind::LeftBracket:
        ++depth_;
        break;
      case TokenKind::RightParen:
      case TokenKind::RightBracket:
        if (depth_ > 0) --depth_;
        break;
      default:
        break;
    }
  }

  void add_piece() {
    FormatPiece piece{.text = file_.text(token().range)};
    if (!line_.empty()) {
      piece.spaces = follows_comment_ || has_space_before() ? 1 : 0;
      piece.penalty = penalty_before();
    }
    piece.is_continuation = token().kind != TokenKind::Else;
    line_.push_back(piece);
  }

  int penalty_before() const {
    constexpr int kPerLevel = 20;
    const int level = kPerLevel * static_cast<int>(std::min(depth_, 30U));
    switch (kind_before()) {
      case TokenKind::Comma:
        return level + 1;
      case TokenKind::Question:
      case TokenKind::Colon:
        return level + 2;
      case TokenKind::Assign:
        return level + 15;
      case TokenKind::LeftParen:
        if (token().kind == TokenKind::RightParen) break;
        return level + 12;
      default:
        break;
    }
    const auto op = roles_.binary.find(index_ > 0 ? tokens_[index_ - 1].range.begin : 0);
    return op != roles_.binary.end() ? level + penalty_of(op->second) : FormatPiece::kNoBreak;
  }

  // ---- blanks within a line ----

  bool is_prefix(const Token& operation) const {
    return roles_.prefix.contains(operation.range.begin);
  }

  bool is_in_type(const Token& word) const {
    auto type = roles_.types.upper_bound(word.range.begin);
    if (type == roles_.types.begin()) return false;
    --type;
    return word.range.begin < type->second;
  }

  bool follows_cast() const {
    return kind_before() == TokenKind::RightParen && index_ > 1 &&
           roles_.cast_ends.contains(tokens_[index_ - 2].range.end);
  }

  bool has_space_before() const {
    const Token& before = tokens_[index_ - 1];
    const Token& now = token();
    switch (before.kind) {
      case TokenKind::Dot:
      case TokenKind::DotDot:
      case TokenKind::Arrow:
      case TokenKind::LeftParen:
      case TokenKind::LeftBracket:
        return false;
      case TokenKind::PredicateOpen:
        // "/*" would begin a comment.
        return now.kind == TokenKind::Star;
      case TokenKind::Question:
        if (now.kind == TokenKind::Colon) return false;
        break;
      default:
        break;
    }
    switch (now.kind) {
      case TokenKind::RightParen:
      case TokenKind::RightBracket:
      case TokenKind::LeftBracket:
      case TokenKind::Comma:
      case TokenKind::Semicolon:
      case TokenKind::Dot:
      case TokenKind::DotDot:
      case TokenKind::Arrow:
      case TokenKind::PredicateClose:
        return false;
      case TokenKind::PlusPlus:
      case TokenKind::MinusMinus:
        if (!is_prefix(now)) return false;
        break;
      case TokenKind::Star:
        if (is_in_type(now)) return before.kind != TokenKind::Star;
        break;
      case TokenKind::LeftParen:
        if (takes_parens(before.kind)) return false;
        break;
      default:
        break;
    }
    // Two signs must not become one: - -1, & &@m.
    if (is_prefix(before)) {
      return file_.text(now.range).front() == file_.text(before.range).back();
    }
    return !follows_cast();
  }

  static bool takes_parens(TokenKind kind) {
    switch (kind) {
      case TokenKind::Identifier:
      case TokenKind::Sizeof:
      case TokenKind::Offsetof:
      case TokenKind::Typeof:
      case TokenKind::Typeinfo:
        return true;
      default:
        return false;
    }
  }

  std::span<const Token> tokens_;
  const diagnostics::SourceFile& file_;
  FormatRoles roles_;

  size_t index_ = 0;
  std::string text_;
  std::vector<FormatPiece> line_;
  uint32_t line_indent_ = 0;
  std::vector<OpenBrace> braces_;
  uint32_t depth_ = 0;           // of parentheses in this line
  bool is_block_begin_ = false;  // nothing has come after the '{' yet
  bool has_item_ = false;
  bool was_item_with_braces_ = false;
  bool follows_comment_ = false;
  bool follows_newline_ = false;
  bool wants_blank_line_ = false;  // before this token, if it begins a line
};

}  // namespace

std::string format(const Script& script, std::span<const Token> tokens,
                   const diagnostics::SourceFile& file) {
  return Formatter(script, tokens, file).run();
}

}  // namespace bpftracec::syntax
