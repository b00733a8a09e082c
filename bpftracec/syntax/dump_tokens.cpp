#include <fmt/core.h>

#include "bpftracec/base/quoted.h"
#include "bpftracec/syntax/dump.h"

namespace bpftracec::syntax {
namespace {

std::string describe_value(const Token& token) {
  if (token.is_wrong) return " wrong";
  switch (token.kind) {
    case TokenKind::EndOfFile:
      return "";
    case TokenKind::Integer:
    case TokenKind::Parameter:
      return fmt::format(" {}", token.value);
    case TokenKind::Identifier:
    case TokenKind::Variable:
    case TokenKind::Map:
    case TokenKind::Invalid:
    case TokenKind::AttachPoint:
    case TokenKind::PreprocessorLine:
    case TokenKind::CDefinition:
    case TokenKind::String:
      return " " + base::quoted(token.text);
    default:
      return " " + std::string(token.text);
  }
}

}  // namespace

std::string dump_tokens(std::span<const Token> tokens, const diagnostics::SourceFile& file) {
  std::string text;
  for (const Token& token : tokens) {
    diagnostics::SourcePosition begin = file.position(token.range.begin);
    text += fmt::format("{:<8}{}{}\n", fmt::format("{}:{}", begin.line, begin.column),
                        info(token.kind).name, describe_value(token));
  }
  return text;
}

}  // namespace bpftracec::syntax
