// The syntax tree of a script: what was written, nothing of what it means. Nodes are plain structs
// that live in the AstContext's arena; strings are views into the source or the arena; the tree is
// const once parsed. Later stages keep what they learn in structures of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "bpftracec/diagnostics/source_range.h"

namespace bpftracec::syntax {

using diagnostics::SourceRange;

// ---- expressions
// --------------------------------------------------------------------------------------------

struct ErrorExpr;  // what the parser leaves where it could not read an expression; silences what
                   // follows from it
struct IntegerLiteral;
struct StringLiteral;
struct BooleanLiteral;
struct Identifier;
struct Variable;
struct MapAccess;
struct PositionalParameter;
struct ParameterCount;
struct FieldAccess;
struct IndexAccess;
struct CallExpr;
struct UnaryExpr;
struct IncrementExpr;
struct BinaryExpr;
struct ConditionalExpr;
struct CastExpr;
struct TupleExpr;
struct RecordExpr;
struct SizeofExpr;
struct OffsetofExpr;
struct TypeofExpr;
struct TypeinfoExpr;
struct ComptimeExpr;
struct IfStatement;
struct Block;

// An `if` and a block are expressions as well where one is wanted: their value is that of the last
// statement of the block that is gone through (see Block).
using Expr = std::variant<
    const ErrorExpr*, const IntegerLiteral*, const StringLiteral*, const BooleanLiteral*,
    const Identifier*, const Variable*, const MapAccess*, const PositionalParameter*,
    const ParameterCount*, const FieldAccess*, const IndexAccess*, const CallExpr*,
    const UnaryExpr*, const IncrementExpr*, const BinaryExpr*, const ConditionalExpr*,
    const CastExpr*, const TupleExpr*, const RecordExpr*, const SizeofExpr*, const OffsetofExpr*,
    const TypeofExpr*, const TypeinfoExpr*, const ComptimeExpr*, const IfStatement*, const Block*>;

// The operand of AddressOf is a Variable, or a MapAccess without keys.
enum class UnaryOp : uint8_t { LogicalNot, BitwiseNot, Negate, Dereference, AddressOf };

enum class BinaryOp : uint8_t {
  LogicalOr,
  LogicalAnd,
  BitwiseOr,
  BitwiseXor,
  BitwiseAnd,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  ShiftLeft,
  ShiftRight,
  Add,
  Subtract,
  Multiply,
  Divide,
  Modulo,
};

// `*`, `[N]` or `[]` after the name of a type.
struct TypeSuffix {
  enum class Kind : uint8_t { Pointer, Array };

  Kind kind;
  std::optional<uint64_t> size = {};  // of an array: N
};

// A type as written: `uint32`, `struct task_struct *`, `int8[4]*`, `typeof($x)*`.
struct TypeName {
  SourceRange range;
  std::string_view tag;                  // "struct", "union", "enum" or empty
  std::string_view name;                 // without the tag; empty with typeof and after an error
  const TypeofExpr* type_of = nullptr;   // instead of a name
  std::span<const TypeSuffix> suffixes;  // left to right: `int8[4]*` points to an array
};

// What sizeof, typeof and their like ask about. A bare word may name either; it is an Identifier
// unless it names a type everywhere.
using TypeOrExpr = std::variant<TypeName, Expr>;

struct ErrorExpr {
  SourceRange range;
};

struct IntegerLiteral {
  SourceRange range;
  uint64_t value;  // never negative: a sign is a UnaryExpr
};

struct StringLiteral {
  SourceRange range;
  std::string_view value;  // escapes resolved; may hold NUL and any byte
};

struct BooleanLiteral {
  SourceRange range;
  bool value;
};

// A bare word: a builtin variable (`pid`) or a function without arguments (`rand`).
struct Identifier {
  SourceRange range;
  std::string_view name;
};

struct Variable {
  SourceRange range;
  std::string_view name;  // without the $
};

// `@name` or `@name[key, ...]`.
struct MapAccess {
  SourceRange range;
  SourceRange name_range;
  std::string_view name;  // without the @; empty for the map "@"
  std::span<const Expr> keys;
  bool has_keys;  // brackets were written
};

struct PositionalParameter {
  SourceRange range;
  uint64_t index;  // 1 for $1
};

struct ParameterCount {
  SourceRange range;
};

// `object.field` and `object->field`; a tuple element (`$t.0`) has a numeric field.
struct FieldAccess {
  SourceRange range;
  Expr object;
  std::string_view field;
  SourceRange field_range;
  bool is_arrow;
};

struct IndexAccess {
  SourceRange range;
  Expr object;
  Expr index;
};

struct CallExpr {
  SourceRange range;
  std::string_view name;
  SourceRange name_range;
  std::span<const Expr> arguments;
};

struct UnaryExpr {
  SourceRange range;
  UnaryOp op;
  Expr operand;
};

// `++x`, `x++`, `--x`, `x--`, on a variable or a map.
struct IncrementExpr {
  SourceRange range;
  Expr target;  // Variable or MapAccess
  bool is_increment;
  bool is_prefix;
};

struct BinaryExpr {
  SourceRange range;
  BinaryOp op;
  SourceRange op_range;
  Expr lhs;
  Expr rhs;
};

// `c ? a : b`, and `a ?: b` where `when_true` is absent.
struct ConditionalExpr {
  SourceRange range;
  Expr condition;
  std::optional<Expr> when_true;
  Expr when_false;
};

struct CastExpr {
  SourceRange range;
  TypeName type;
  Expr operand;
};

struct TupleExpr {
  SourceRange range;
  std::span<const Expr> elements;
};

struct RecordField {
  std::string_view name;
  SourceRange name_range;
  Expr value;
};

// `(a = 1, b = 2)`.
struct RecordExpr {
  SourceRange range;
  std::span<const RecordField> fields;
};

struct SizeofExpr {
  SourceRange range;
  TypeOrExpr operand;
};

struct FieldName {
  SourceRange range;
  std::string_view name;
};

// `offsetof(struct x, a.b)`.
// Or `has_field(struct x, a.b)`: whether there is such a member on the target.
struct OffsetofExpr {
  SourceRange range;
  TypeOrExpr object;
  std::span<const FieldName> path;  // at least one
  bool asks_existence = false;
};

// As an expression it stands for a type: something to compare, or an argument of a macro.
struct TypeofExpr {
  SourceRange range;
  TypeOrExpr operand;
};

struct TypeinfoExpr {
  SourceRange range;
  TypeOrExpr operand;
};

struct ComptimeExpr {
  SourceRange range;
  Expr operand;
};

// ---- statements
// ---------------------------------------------------------------------------------------------

struct ExprStatement;
struct Assignment;
struct LetStatement;
struct WhileStatement;
struct UnrollStatement;
struct ForEachStatement;
struct ForRangeStatement;
struct ReturnStatement;
struct BreakStatement;
struct ContinueStatement;
struct ImportStatement;

using Statement = std::variant<const ExprStatement*, const Assignment*, const LetStatement*,
                               const IfStatement*, const WhileStatement*, const UnrollStatement*,
                               const ForEachStatement*, const ForRangeStatement*, const Block*,
                               const ReturnStatement*, const BreakStatement*,
                               const ContinueStatement*, const ImportStatement*>;

struct Block {
  SourceRange range;
  std::span<const Statement> statements;
  // The last statement is an expression without `;`. Where a block is an expression, this is its
  // value; elsewhere it means nothing.
  bool ends_in_value = false;
};

struct ExprStatement {
  SourceRange range;
  Expr expr;
  bool is_discard = false;  // written `_ = expr`
};

// `target = value`, `target op= value`.
struct Assignment {
  SourceRange range;
  Expr target;  // Variable or MapAccess; the parser has reported anything else
  std::optional<BinaryOp> compound_op;
  Expr value;
};

// `let $x;`, `let $x : T = value;`.
struct LetStatement {
  SourceRange range;
  const Variable* variable;
  std::optional<TypeName> type;
  std::optional<Expr> value;
};

// An `else if` is an else block that holds nothing but the next IfStatement. The condition of
// `if comptime (c)` is a ComptimeExpr.
struct IfStatement {
  SourceRange range;
  Expr condition;
  const Block* then_block;
  const Block* else_block;  // null without `else`
};

struct WhileStatement {
  SourceRange range;
  Expr condition;
  const Block* body;
};

struct UnrollStatement {
  SourceRange range;
  Expr count;
  const Block* body;
};

// `for ($variable : @map)`.
struct ForEachStatement {
  SourceRange range;
  const Variable* variable;
  const MapAccess* map;  // without keys
  const Block* body;
};

// `for ($variable : begin..end)`.
struct ForRangeStatement {
  SourceRange range;
  const Variable* variable;
  Expr begin;
  Expr end;
  const Block* body;
};

struct ReturnStatement {
  SourceRange range;
  std::optional<Expr> value;
};

struct BreakStatement {
  SourceRange range;
};

struct ContinueStatement {
  SourceRange range;
};

// `import "target";`, at the root or in a block.
struct ImportStatement {
  SourceRange range;
  std::string_view target;
  SourceRange target_range;
};

// ---- probes
// -------------------------------------------------------------------------------------------------

// One part between the colons of an attach point, quotes and escapes resolved. `$N` stays in the
// text (it is bound when the tool starts) and is told from a quoted dollar sign by
// `has_parameters`.
struct AttachPointPart {
  SourceRange range;
  std::string_view text;
  bool has_parameters = false;
};

// `provider:part:part`; the provider is parts[0].
struct AttachPoint {
  SourceRange range;
  std::string_view text;  // as written, without surrounding blanks
  std::span<const AttachPointPart> parts;
  std::string_view own_name = {};  // of `own_name=provider:...`
};

struct Probe {
  SourceRange range;
  std::span<const AttachPoint> attach_points;
  std::optional<Expr> predicate;
  const Block* body;
};

// One `name = value` of the config block.
struct ConfigSetting {
  SourceRange range;
  std::string_view name;
  SourceRange name_range;
  std::variant<uint64_t, bool, std::string_view>
      value;  // the view: a string literal or a bare word
  SourceRange value_range;
};

// ---- definitions
// --------------------------------------------------------------------------------------------

// A preprocessor line (with those that a backslash joins to it), or a struct, union, enum or
// typedef to its end: C, for Clang to read.
struct CDefinition {
  SourceRange range;
  std::string_view text;  // as written
  bool is_preprocessor_line;
};

// `let @name = map_type(max_entries);`.
struct MapDeclaration {
  SourceRange range;
  std::string_view name;  // without the @
  SourceRange name_range;
  std::string_view map_type;
  SourceRange map_type_range;
  uint64_t max_entries;
  SourceRange max_entries_range;
};

struct MacroParameter {
  enum class Kind : uint8_t { Variable, Map, Expression };

  SourceRange range;
  Kind kind;
  std::string_view name;  // without $ or @
};

// `macro name($variable, @map, expression) { ... }`; its value is that of the block.
struct Macro {
  SourceRange range;
  std::string_view name;
  SourceRange name_range;
  std::span<const MacroParameter> parameters;
  const Block* body;
};

struct FunctionParameter {
  SourceRange range;
  const Variable* variable;
  TypeName type;
};

// `fn name($a : type) : return_type { ... }`.
struct Function {
  SourceRange range;
  std::string_view name;
  SourceRange name_range;
  std::span<const FunctionParameter> parameters;
  TypeName return_type;
  const Block* body;
};

// Each list in source order. In the source, the lists follow each other as they do here, but for
// config and imports, which mix, and the last four, which do, too.
struct Script {
  std::span<const CDefinition> c_definitions;
  std::span<const ConfigSetting> config;
  std::span<const ImportStatement> imports;
  std::span<const MapDeclaration> map_declarations;
  std::span<const Macro> macros;
  std::span<const Function> functions;
  std::span<const Probe> probes;
  // False if errors made the parser leave something out: a name that seems unknown may have been
  // defined there.
  bool is_complete = true;
};

SourceRange range_of(const Expr& expr);
SourceRange range_of(const Statement& statement);

}  // namespace bpftracec::syntax
