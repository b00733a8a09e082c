#include "bpftracec/syntax/operators.h"

#include "bpftracec/base/internal_error.h"

namespace bpftracec::syntax {

std::string_view spelling(UnaryOp op) {
  switch (op) {
    case UnaryOp::LogicalNot:
      return "!";
    case UnaryOp::BitwiseNot:
      return "~";
    case UnaryOp::Negate:
      return "-";
    case UnaryOp::Dereference:
      return "*";
    case UnaryOp::AddressOf:
      return "&";
  }
  base::internal_error("unknown unary operator");
}

std::string_view spelling(BinaryOp op) {
  switch (op) {
    case BinaryOp::LogicalOr:
      return "||";
    case BinaryOp::LogicalAnd:
      return "&&";
    case BinaryOp::BitwiseOr:
      return "|";
    case BinaryOp::BitwiseXor:
      return "^";
    case BinaryOp::BitwiseAnd:
      return "&";
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
    case BinaryOp::ShiftLeft:
      return "<<";
    case BinaryOp::ShiftRight:
      return ">>";
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
  }
  base::internal_error("unknown binary operator");
}

bool is_comparison(BinaryOp op) {
  switch (op) {
    case BinaryOp::Equal:
    case BinaryOp::NotEqual:
    case BinaryOp::Less:
    case BinaryOp::LessEqual:
    case BinaryOp::Greater:
    case BinaryOp::GreaterEqual:
      return true;
    case BinaryOp::LogicalOr:
    case BinaryOp::LogicalAnd:
    case BinaryOp::BitwiseOr:
    case BinaryOp::BitwiseXor:
    case BinaryOp::BitwiseAnd:
    case BinaryOp::ShiftLeft:
    case BinaryOp::ShiftRight:
    case BinaryOp::Add:
    case BinaryOp::Subtract:
    case BinaryOp::Multiply:
    case BinaryOp::Divide:
    case BinaryOp::Modulo:
      return false;
  }
  base::internal_error("unknown binary operator");
}

}  // namespace bpftracec::syntax
