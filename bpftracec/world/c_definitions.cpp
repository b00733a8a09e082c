#include "bpftracec/world/c_definitions.h"

#include <algorithm>
#include <utility>

namespace bpftracec::world {
namespace {

// A place for files that nobody can put there for real.
constexpr std::string_view kVirtualDirectory = "/proc/bpftracec";
constexpr std::string_view kScriptFile = "bpftracec-script.c";

// Names that are missing come up together; what they are made of is not looked into. So two rounds
// do, but for headers that include others and for constants that hide behind an #if.
constexpr int kMaxRounds = 8;
constexpr size_t kMaxDiagnostics = 64;
// Far more than C that people write; less than the stack holds.
constexpr uint32_t kMaxDepth = 64;

std::string virtual_header(std::string_view path) {
  return std::string(kVirtualDirectory) + "/include/" + std::string(path);
}

std::string declarations_path() { return std::string(kVirtualDirectory) + "/declarations.h"; }

// Beside the script, so that #include "x.h" finds what is there. Never anything that looks like an
// option.
std::string path_beside(std::string_view script_name) {
  const size_t slash = script_name.rfind('/');
  std::string directory(slash == std::string_view::npos ? "" : script_name.substr(0, slash + 1));
  if (!directory.starts_with('/')) directory.insert(0, "./");
  return directory + std::string(kScriptFile);
}

// "field has incomplete type 'struct x'" -> f("struct x")
template <typename Function>
void for_each_quoted(std::string_view text, Function f) {
  size_t open = text.find('\'');
  while (open != std::string_view::npos) {
    const size_t close = text.find('\'', open + 1);
    if (close == std::string_view::npos) return;
    f(text.substr(open + 1, close - open - 1));
    open = text.find('\'', close + 1);
  }
}

// Whether a complaint is that something has no definition, rather than one too many.
bool is_about_something_unknown(std::string_view text) {
  for (std::string_view words : {"unknown type name", "undeclared", "incomplete"}) {
    if (text.find(words) != std::string_view::npos) return true;
  }
  return false;
}

bool is_error(CXDiagnostic diagnostic) {
  return clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error;
}

// Through the set: a unit that is asked for its diagnostics one by one counts them each time.
template <typename Function>
void for_each_diagnostic(CXTranslationUnit unit, Function f) {
  CXDiagnosticSet diagnostics = clang_getDiagnosticSetFromTU(unit);
  const unsigned count = clang_getNumDiagnosticsInSet(diagnostics);
  for (unsigned i = 0; i < count; ++i) {
    CXDiagnostic diagnostic = clang_getDiagnosticInSet(diagnostics, i);
    f(diagnostic);
    clang_disposeDiagnostic(diagnostic);
  }
  clang_disposeDiagnosticSet(diagnostics);
}

// The header that an #include <...> did not find; empty if the complaint is another.
std::string missing_system_header(CXTranslationUnit unit, CXDiagnostic diagnostic,
                                  std::string_view text) {
  constexpr std::string_view kComplaint = "' file not found";
  if (!text.starts_with('\'') || !text.ends_with(kComplaint)) return {};
  const ClangPlace place = place_of(clang_getDiagnosticLocation(diagnostic));
  size_t size = 0;
  const char* content = place.file == nullptr ? nullptr
                                              : clang_getFileContents(unit, place.file, &size);
  if (content == nullptr || place.offset >= size || content[place.offset] != '<') return {};
  return std::string(text.substr(1, text.size() - 1 - kComplaint.size()));
}

CXTypeKind integer_kind(CXType type) { return clang_getCanonicalType(type).kind; }

bool is_signed_kind(CXTypeKind kind) {
  switch (kind) {
    case CXType_Char_S:
    case CXType_Char_U:  // see c_integer.cpp
    case CXType_SChar:
    case CXType_Short:
    case CXType_Int:
    case CXType_Long:
    case CXType_LongLong:
    case CXType_Int128:
      return true;
    default:
      return false;
  }
}

uint64_t size_of(CXType type) {
  const long long size = clang_Type_getSizeOf(type);
  return size < 0 ? 0 : static_cast<uint64_t>(size);
}

}  // namespace

// ---- parsing ----------------------------------------------------------------------------------

CDefinitions::CDefinitions(const CSource& source, const CHeaderOptions& options,
                           std::shared_ptr<const KernelBtf> kernel)
    : kernel_(std::move(kernel)),
      text_(source),
      main_path_(path_beside(source.script_name)),
      declarations_(kernel_) {
  const bool has_kernel_btf = kernel_->is_there();
  for (int round = 0; round < kMaxRounds; ++round) {
    if (!parse(options, has_kernel_btf)) {
      diagnostics_.push_back({CSeverity::Error, "Clang failed to parse the script's C", {}, {}});
      return;
    }
    if (!learn(*unit_)) break;
  }
  main_file_ = unit_->file(main_path_);
  declarations_file_ = unit_->file(declarations_path());
  collect_diagnostics();
  collect_names();
}

bool CDefinitions::parse(const CHeaderOptions& options, bool has_kernel_btf) {
  std::vector<VirtualFile> files = {{main_path_, text_.text()},
                                    {declarations_path(), declarations_.text()}};
  for (const std::string& header : missing_headers_) files.push_back({virtual_header(header), ""});
  std::vector<std::string> arguments = {"-include", declarations_path(), "-idirafter",
                                        virtual_header("")};
  for (std::string& argument : clang_arguments(options, has_kernel_btf)) {
    arguments.push_back(std::move(argument));
  }
  unit_ = ClangUnit::parse(files, arguments);
  return unit_.has_value();
}

// Whether there is something now that makes another try worth while.
bool CDefinitions::learn(const ClangUnit& unit) {
  bool has_learnt = false;
  for_each_diagnostic(unit.get(), [&](CXDiagnostic diagnostic) {
    if (is_error(diagnostic)) has_learnt |= learn_from(unit, diagnostic);
  });
  return has_learnt;
}

bool CDefinitions::learn_from(const ClangUnit& unit, CXDiagnostic diagnostic) {
  const std::string text = take(clang_getDiagnosticSpelling(diagnostic));
  const std::string header = missing_system_header(unit.get(), diagnostic, text);
  if (!header.empty()) {
    const bool is_new = std::find(missing_headers_.begin(), missing_headers_.end(), header) ==
                        missing_headers_.end();
    if (!is_new || !is_kernel_header(header)) return false;
    missing_headers_.push_back(header);
    return true;
  }
  if (!is_about_something_unknown(text)) return false;
  bool has_learnt = false;
  for_each_quoted(text, [&](std::string_view name) { has_learnt |= declarations_.declare(name); });
  return has_learnt;
}

// ---- diagnostics ---------------------------------------------------------------------------------

void CDefinitions::collect_diagnostics() {
  for_each_diagnostic(unit_->get(), [&](CXDiagnostic diagnostic) {
    const bool is_ours = is_error(diagnostic) ||
                         (clang_getDiagnosticSeverity(diagnostic) == CXDiagnostic_Warning &&
                          place_of(clang_getDiagnosticLocation(diagnostic)).file == main_file_);
    if (is_ours && diagnostics_.size() < kMaxDiagnostics) {
      diagnostics_.push_back(make_diagnostic(diagnostic));
    }
  });
}

CDiagnostic CDefinitions::make_diagnostic(CXDiagnostic diagnostic) const {
  CDiagnostic made;
  made.severity = is_error(diagnostic) ? CSeverity::Error : CSeverity::Warning;
  made.text = take(clang_getDiagnosticSpelling(diagnostic));
  const ClangPlace place = place_of(clang_getDiagnosticLocation(diagnostic));
  if (place.file == nullptr) return made;
  if (place.file == main_file_) {
    made.range = text_.token_at(place.offset);
    return made;
  }
  made.file = take(clang_getFileName(place.file));
  made.line = place.line;
  made.column = place.column;
  if (const std::optional<uint32_t> offset = including_offset(place.file)) {
    made.range = text_.line_at(*offset);
  }
  return made;
}

// Where in the script the chain of #include lines begins that leads to `file`.
std::optional<uint32_t> CDefinitions::including_offset(CXFile file) const {
  struct Search {
    CXFile wanted;
    CXFile main;
    std::optional<uint32_t> found;
  } search{file, main_file_, std::nullopt};
  clang_getInclusions(
      unit_->get(),
      [](CXFile included, CXSourceLocation* stack, unsigned depth, CXClientData data) {
        auto& search = *static_cast<Search*>(data);
        if (search.found || depth == 0 || included != search.wanted) return;
        const ClangPlace outermost = place_of(stack[depth - 1]);
        if (outermost.file == search.main) search.found = outermost.offset;
      },
      &search);
  return search.found;
}

// ---- names ---------------------------------------------------------------------------------------

void CDefinitions::collect_names() {
  clang_visitChildren(
      clang_getTranslationUnitCursor(unit_->get()),
      [](CXCursor cursor, CXCursor /*parent*/, CXClientData data) {
        return static_cast<CDefinitions*>(data)->collect_name(cursor);
      },
      this);
}

CXChildVisitResult CDefinitions::collect_name(CXCursor cursor) {
  if (is_declaration_of_ours(cursor)) return CXChildVisit_Continue;
  const std::string name = take(clang_getCursorSpelling(cursor));
  switch (clang_getCursorKind(cursor)) {
    case CXCursor_StructDecl:
    case CXCursor_UnionDecl:
    case CXCursor_EnumDecl:
      collect_tag(cursor, name);
      return CXChildVisit_Recurse;  // names in a struct are the file's in C
    case CXCursor_EnumConstantDecl:
      enumerators_.emplace(name, cursor);
      break;
    case CXCursor_TypedefDecl:
      typedefs_.emplace(name, cursor);
      break;
    case CXCursor_MacroDefinition:
      // The last one counts.
      macros_.erase(name);
      if (clang_Cursor_isMacroFunctionLike(cursor) == 0) macros_.emplace(name, cursor);
      break;
    default:
      break;
  }
  return CXChildVisit_Continue;
}

void CDefinitions::collect_tag(CXCursor cursor, const std::string& name) {
  if (clang_Cursor_isAnonymous(cursor) != 0) return;
  const auto [known, is_new] = tags_.emplace(name, cursor);
  if (!is_new && clang_isCursorDefinition(cursor) != 0) known->second = cursor;
}

const CType* CDefinitions::find_type(CTag tag, std::string_view name) const {
  const Cursors& names = tag == CTag::None ? typedefs_ : tags_;
  const auto found = names.find(std::string(name));
  if (found == names.end()) return nullptr;
  if (tag == CTag::None) return &convert_typedef(clang_getCursorType(found->second));
  constexpr std::pair<CTag, CXCursorKind> kKinds[] = {{CTag::Struct, CXCursor_StructDecl},
                                                      {CTag::Union, CXCursor_UnionDecl},
                                                      {CTag::Enum, CXCursor_EnumDecl}};
  for (const auto& [candidate, kind] : kKinds) {
    if (candidate == tag && kind == clang_getCursorKind(found->second)) {
      return &convert_tag(found->second);
    }
  }
  return nullptr;
}

std::optional<CEnumerator> CDefinitions::find_enumerator(std::string_view name) const {
  const auto found = enumerators_.find(std::string(name));
  if (found == enumerators_.end()) return std::nullopt;
  return CEnumerator{found->first,
                     static_cast<uint64_t>(clang_getEnumConstantDeclValue(found->second)),
                     &convert_tag(clang_getCursorSemanticParent(found->second))};
}

std::optional<CMacro> CDefinitions::find_macro(std::string_view name) const {
  const auto found = macros_.find(std::string(name));
  if (found == macros_.end()) return std::nullopt;
  CMacro macro{found->first, {}, {}};
  const CXSourceRange extent = clang_getCursorExtent(found->second);
  CXToken* tokens = nullptr;
  unsigned count = 0;
  clang_tokenize(unit_->get(), extent, &tokens, &count);
  for (unsigned i = 1; i < count; ++i) {  // the first is the name
    if (clang_getTokenKind(tokens[i]) == CXToken_Comment) continue;
    if (!macro.text.empty()) macro.text += ' ';
    macro.text += take(clang_getTokenSpelling(unit_->get(), tokens[i]));
  }
  clang_disposeTokens(unit_->get(), tokens, count);
  // A common way to let #ifdef see an enumerator.
  if (macro.text == macro.name) return std::nullopt;
  const ClangPlace begin = place_of(clang_getRangeStart(extent));
  if (begin.file == main_file_) {
    macro.range = {text_.original(begin.offset),
                   text_.original(place_of(clang_getRangeEnd(extent)).offset)};
  }
  return macro;
}

void CDefinitions::consider_types(CTag tag, base::NearestName& search) const {
  // Of equally near names the first wins, so the order must not be the table's.
  const Cursors& table = tag == CTag::None ? typedefs_ : tags_;
  std::vector<std::string_view> names;
  for (const auto& [name, cursor] : table) names.push_back(name);
  std::sort(names.begin(), names.end());
  for (std::string_view name : names) search.consider(name);
}

void CDefinitions::consider_constants(base::NearestName& search) const {
  std::vector<std::string_view> names;
  for (const auto& [name, cursor] : enumerators_) names.push_back(name);
  for (const auto& [name, cursor] : macros_) names.push_back(name);
  std::sort(names.begin(), names.end());
  for (std::string_view name : names) search.consider(name);
}

// ---- types ---------------------------------------------------------------------------------------

bool CDefinitions::is_declaration_of_ours(CXCursor cursor) const {
  const ClangPlace place = place_of(clang_getCursorLocation(cursor));
  return place.file != nullptr && place.file == declarations_file_;
}

CTypeOrigin CDefinitions::origin_of(CXCursor cursor) const {
  const ClangPlace place = place_of(clang_getCursorLocation(cursor));
  const bool is_script = place.file == main_file_;
  return is_script ? CTypeOrigin::Script : CTypeOrigin::Header;
}

CType CDefinitions::start(CTypeKind kind, CTypeOrigin origin) const {
  CType type;
  type.kind = kind;
  type.origin = origin;
  type.store = this;
  return type;
}

const CType& CDefinitions::convert(CXType type) const {
  if (depth_ == kMaxDepth) return void_type();
  ++depth_;
  const CType* made = nullptr;
  switch (type.kind) {
    case CXType_Elaborated:
      made = &convert(clang_Type_getNamedType(type));
      break;
    case CXType_Attributed:
      made = &convert(clang_Type_getModifiedType(type));
      break;
    case CXType_Typedef:
      made = &convert_typedef(type);
      break;
    case CXType_Record:
    case CXType_Enum:
      made = &convert_tag(clang_getTypeDeclaration(type));
      break;
    case CXType_Pointer:
      made = &convert_pointer(type);
      break;
    case CXType_ConstantArray:
    case CXType_IncompleteArray:
    case CXType_Vector:
    case CXType_ExtVector:
      made = &convert_array(type);
      break;
    case CXType_FunctionProto:
    case CXType_FunctionNoProto:
      made = &convert_function(type);
      break;
    case CXType_Unexposed: {
      const CXType canonical = clang_getCanonicalType(type);
      made = canonical.kind == CXType_Unexposed ? &void_type() : &convert(canonical);
      break;
    }
    default:
      made = &convert_builtin(type);
  }
  --depth_;
  return *made;
}

const CType& CDefinitions::convert_builtin(CXType type) const {
  const CXTypeKind kind = type.kind;
  const bool is_integer = kind >= CXType_Bool && kind <= CXType_Int128;
  const bool is_float = (kind >= CXType_Float && kind <= CXType_LongDouble) ||
                        kind == CXType_Float128 || kind == CXType_Half || kind == CXType_Float16 ||
                        kind == CXType_BFloat16;
  if (!is_integer && !is_float) return void_type();
  CType made = start(is_integer ? CTypeKind::Integer : CTypeKind::Float, CTypeOrigin::Language);
  made.name = take(clang_getTypeSpelling(clang_getUnqualifiedType(type)));
  made.size = size_of(type);
  made.is_bool = kind == CXType_Bool;
  made.is_char = kind == CXType_Char_S || kind == CXType_Char_U;
  made.is_signed = is_integer && is_signed_kind(kind);
  return keep(std::move(made));
}

const CType& CDefinitions::convert_pointer(CXType type) const {
  const CType& target = convert(clang_getPointeeType(type));
  CType made = start(CTypeKind::Pointer, target.origin);
  made.size = size_of(type);
  made.target = &target;
  return keep(std::move(made));
}

const CType& CDefinitions::convert_array(CXType type) const {
  const CType& element = convert(clang_getElementType(type));
  CType made = start(CTypeKind::Array, element.origin);
  made.target = &element;
  made.size = size_of(type);
  made.count = static_cast<uint64_t>(std::max(0LL, clang_getNumElements(type)));
  made.is_flexible = made.count == 0;
  return keep(std::move(made));
}

const CType& CDefinitions::convert_function(CXType type) const {
  CType made = start(CTypeKind::Function, CTypeOrigin::Header);
  made.id = static_cast<uint32_t>(function_types_.size());
  function_types_.push_back(type);
  made.target = &convert(clang_getResultType(type));
  made.is_variadic = clang_isFunctionTypeVariadic(type) != 0;
  return keep(std::move(made));
}

const CType& CDefinitions::convert_typedef(CXType type) const {
  const CXCursor declaration = clang_getTypeDeclaration(type);
  const std::string name = take(clang_getCursorSpelling(declaration));
  if (is_declaration_of_ours(declaration)) {
    const CType* real = declarations_.find(CTag::None, name);
    return real == nullptr ? void_type() : *real;
  }
  return keep_named(convert(clang_getTypedefDeclUnderlyingType(declaration)), name);
}

const CType& CDefinitions::convert_tag(CXCursor declaration) const {
  CXCursor definition = clang_getCursorDefinition(declaration);
  if (clang_Cursor_isNull(definition) != 0) definition = clang_getCanonicalCursor(declaration);
  if (const auto known = known_tags_.find(definition); known != known_tags_.end()) {
    return *known->second;
  }
  const CXCursorKind kind = clang_getCursorKind(definition);
  const bool is_anonymous = clang_Cursor_isAnonymous(definition) != 0;
  const std::string name = is_anonymous ? "" : take(clang_getCursorSpelling(definition));
  if (is_declaration_of_ours(definition)) {
    const CTag tag = kind == CXCursor_StructDecl  ? CTag::Struct
                     : kind == CXCursor_UnionDecl ? CTag::Union
                                                  : CTag::Enum;
    if (const CType* real = declarations_.find(tag, name)) return *real;
  }
  CType made = start(kind == CXCursor_StructDecl  ? CTypeKind::Struct
                     : kind == CXCursor_UnionDecl ? CTypeKind::Union
                                                  : CTypeKind::Enum,
                     origin_of(definition));
  made.id = static_cast<uint32_t>(tag_cursors_.size());
  made.name = name;
  made.is_complete = clang_isCursorDefinition(definition) != 0;
  if (made.is_complete) made.size = size_of(clang_getCursorType(definition));
  if (made.kind == CTypeKind::Enum && made.is_complete) {
    made.is_signed = is_signed_kind(integer_kind(clang_getEnumDeclIntegerType(definition)));
  }
  tag_cursors_.push_back(definition);
  const CType& kept = keep(std::move(made));
  known_tags_.emplace(definition, &kept);
  return kept;
}

std::vector<CMember> CDefinitions::load_members(const CType& record) const {
  struct Loading {
    const CDefinitions* self;
    std::vector<CMember> members;
  } loading{this, {}};
  clang_Type_visitFields(
      clang_getCursorType(tag_cursors_[record.id]),
      [](CXCursor field, CXClientData data) {
        auto& loading = *static_cast<Loading*>(data);
        const long long offset = clang_Cursor_getOffsetOfField(field);
        CMember member;
        member.type = &loading.self->convert(clang_getCursorType(field));
        member.bit_offset = static_cast<uint64_t>(offset);
        // Clang describes what has no name: "struct s::(anonymous at x.c:1:2)".
        member.name = take(clang_getCursorSpelling(field));
        if (member.name.find('(') != std::string::npos) member.name.clear();
        const bool is_bitfield = clang_Cursor_isBitField(field) != 0;
        if (is_bitfield) {
          member.bit_size = static_cast<uint32_t>(clang_getFieldDeclBitWidth(field));
        }
        const bool has_meaning = member.type->kind != CTypeKind::Void &&
                                 (!member.name.empty() || is_record(*member.type));
        if (offset >= 0 && has_meaning) loading.members.push_back(std::move(member));
        return CXVisit_Continue;
      },
      &loading);
  return std::move(loading.members);
}

std::vector<CEnumerator> CDefinitions::load_enumerators(const CType& type) const {
  struct Loading {
    const CType* type;
    std::vector<CEnumerator> enumerators;
  } loading{&convert_tag(tag_cursors_[type.id]), {}};
  clang_visitChildren(
      tag_cursors_[type.id],
      [](CXCursor child, CXCursor /*parent*/, CXClientData data) {
        auto& loading = *static_cast<Loading*>(data);
        if (clang_getCursorKind(child) == CXCursor_EnumConstantDecl) {
          loading.enumerators.push_back(
              {take(clang_getCursorSpelling(child)),
               static_cast<uint64_t>(clang_getEnumConstantDeclValue(child)), loading.type});
        }
        return CXChildVisit_Continue;
      },
      &loading);
  return std::move(loading.enumerators);
}

std::vector<CParameter> CDefinitions::load_parameters(const CType& function) const {
  const CXType type = function_types_[function.id];
  std::vector<CParameter> parameters;
  for (int i = 0; i < clang_getNumArgTypes(type); ++i) {
    parameters.push_back({"", &convert(clang_getArgType(type, static_cast<unsigned>(i)))});
  }
  return parameters;
}

}  // namespace bpftracec::world
