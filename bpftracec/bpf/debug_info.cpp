#include "bpftracec/bpf/debug_info.h"

#include <llvm/BinaryFormat/Dwarf.h>

#include "bpftracec/base/internal_error.h"

namespace bpftracec::bpf {
namespace {

constexpr uint32_t kPointerBits = 64;

// The skeleton's C declarations are made from these names, so they must be C's.
std::string_view integer_name(uint32_t size, bool is_signed) {
  switch (size) {
    case 1:
      return is_signed ? "signed char" : "unsigned char";
    case 2:
      return is_signed ? "short" : "unsigned short";
    case 4:
      return is_signed ? "int" : "unsigned int";
    case 8:
      return is_signed ? "long long" : "unsigned long long";
    default:
      base::internal_error("an integer of an odd size");
  }
}

}  // namespace

DebugInfo::DebugInfo(const sema::Program& program, llvm::Module& module)
    : source_(program.script_name, program.source),
      context_(module.getContext()),
      builder_(module) {
  module.addModuleFlag(llvm::Module::Warning, "Debug Info Version", llvm::DEBUG_METADATA_VERSION);
  module.addModuleFlag(llvm::Module::Warning, "Dwarf Version", 5);
  file_ = builder_.createFile(program.script_name, "");
  // The lines' file has no name and an empty text: line_texts.h has both. Without a text, the
  // backend would read a file.
  file_of_lines_ = builder_.createFile("", "", std::nullopt, llvm::StringRef(""));
  unit_ = builder_.createCompileUnit(llvm::dwarf::DW_LANG_C, file_, "bpftracec",
                                     /*isOptimized=*/true, "", 0);
}

llvm::DIType* DebugInfo::unsigned_type(uint32_t size) {
  return builder_.createBasicType(integer_name(size, false), uint64_t{size} * 8,
                                  llvm::dwarf::DW_ATE_unsigned);
}

llvm::DIType* DebugInfo::signed_type(uint32_t size) {
  return builder_.createBasicType(integer_name(size, true), uint64_t{size} * 8,
                                  llvm::dwarf::DW_ATE_signed);
}

llvm::DIType* DebugInfo::char_type() {
  return builder_.createBasicType("char", 8, llvm::dwarf::DW_ATE_signed_char);
}

llvm::DIType* DebugInfo::array_type(llvm::DIType* element, uint64_t count, uint32_t element_size) {
  auto range = builder_.getOrCreateSubrange(0, static_cast<int64_t>(count));
  return builder_.createArrayType(count * element_size * 8, element_size * 8, element,
                                  builder_.getOrCreateArray({range}));
}

llvm::DIType* DebugInfo::const_volatile(llvm::DIType* type) {
  return builder_.createQualifiedType(
      llvm::dwarf::DW_TAG_const_type,
      builder_.createQualifiedType(llvm::dwarf::DW_TAG_volatile_type, type));
}

llvm::DIType* DebugInfo::pointer_to(llvm::DIType* type) {
  return builder_.createPointerType(type, kPointerBits);
}

llvm::DICompositeType* DebugInfo::struct_type(std::string_view name,
                                              const std::vector<Member>& members, uint32_t size) {
  llvm::SmallVector<llvm::Metadata*, 8> elements;
  for (const Member& member : members) {
    elements.push_back(builder_.createMemberType(
        file_, member.name, file_, 0, uint64_t{member.size} * 8, 0, uint64_t{member.offset} * 8,
        llvm::DINode::FlagZero, member.type));
  }
  return builder_.createStructType(file_, name, file_, 0, uint64_t{size} * 8, 0,
                                   llvm::DINode::FlagZero, nullptr,
                                   builder_.getOrCreateArray(elements));
}

llvm::DIType* DebugInfo::float_type(uint64_t size) {
  return builder_.createBasicType("float", size * 8, llvm::dwarf::DW_ATE_float);
}

llvm::DIType* DebugInfo::enum_type(uint64_t size) {
  return builder_.createEnumerationType(file_, "", file_, 0, size * 8, 0,
                                        builder_.getOrCreateArray({}), nullptr);
}

llvm::DIType* DebugInfo::typedef_of(std::string_view name, llvm::DIType* type) {
  return builder_.createTypedef(type, name, file_, 0, file_);
}

llvm::DIType* DebugInfo::record_type(const Record& record,
                                     const std::vector<RecordMember>& members) {
  llvm::SmallVector<llvm::Metadata*, 8> elements;
  for (const RecordMember& member : members) {
    const uint64_t storage_bits = member.type->getSizeInBits();
    elements.push_back(
        member.is_bitfield
            ? builder_.createBitFieldMemberType(file_, member.name, file_, 0, member.bit_size,
                                                member.bit_offset,
                                                member.bit_offset / storage_bits * storage_bits,
                                                llvm::DINode::FlagZero, member.type)
            : builder_.createMemberType(file_, member.name, file_, 0, member.bit_size, 0,
                                        member.bit_offset, llvm::DINode::FlagZero, member.type));
  }
  llvm::DINodeArray array = builder_.getOrCreateArray(elements);
  if (record.is_union) {
    return builder_.createUnionType(file_, record.tag, file_, 0, record.size * 8, 0,
                                    llvm::DINode::FlagZero, array);
  }
  return builder_.createStructType(file_, record.tag, file_, 0, record.size * 8, 0,
                                   llvm::DINode::FlagZero, nullptr, array);
}

void DebugInfo::describe(llvm::GlobalVariable& variable, llvm::DIType* type) {
  variable.addDebugInfo(builder_.createGlobalVariableExpression(unit_, variable.getName(), "",
                                                                file_, 0, type, false));
}

llvm::DISubprogram* DebugInfo::describe_program(llvm::Function& function,
                                                diagnostics::SourceRange where) {
  return describe(function, where, signed_type(4), {{"ctx", pointer_to(nullptr)}});
}

llvm::DISubprogram* DebugInfo::describe_callback(llvm::Function& function,
                                                 diagnostics::SourceRange where,
                                                 CallbackKind kind) {
  llvm::DIType* pointer = pointer_to(nullptr);
  std::vector<Parameter> parameters = {{"turn", unsigned_type(8)}, {"frame", pointer}};
  if (kind == CallbackKind::Element) {
    parameters = {{"map", pointer}, {"key", pointer}, {"value", pointer}, {"frame", pointer}};
  }
  return describe(function, where, signed_type(8), parameters);
}

llvm::DISubprogram* DebugInfo::describe_function(llvm::Function& function,
                                                 diagnostics::SourceRange where) {
  llvm::DIType* pointer = pointer_to(nullptr);
  return describe(
      function, where, signed_type(8),
      {{"ctx", pointer}, {"scratch", pointer}, {"arguments", pointer}, {"result", pointer}});
}

llvm::DISubprogram* DebugInfo::describe(llvm::Function& function, diagnostics::SourceRange where,
                                        llvm::DIType* result,
                                        const std::vector<Parameter>& parameters) {
  llvm::SmallVector<llvm::Metadata*, 4> types = {result};
  for (const Parameter& parameter : parameters) types.push_back(parameter.type);
  auto* type = builder_.createSubroutineType(builder_.getOrCreateTypeArray(types));
  uint32_t line = source_.position(where.begin).line;
  llvm::DISubprogram* subprogram = builder_.createFunction(
      unit_, function.getName(), "", file_of_lines_, line, type, line, llvm::DINode::FlagPrototyped,
      llvm::DISubprogram::SPFlagDefinition | llvm::DISubprogram::SPFlagOptimized);
  // The kernel refuses a function's BTF without names for its parameters.
  unsigned number = 0;
  for (const Parameter& parameter : parameters) {
    builder_.createParameterVariable(subprogram, parameter.name, ++number, file_of_lines_, line,
                                     parameter.type, /*AlwaysPreserve=*/true);
  }
  function.setSubprogram(subprogram);
  return subprogram;
}

llvm::DILocation* DebugInfo::location(diagnostics::SourceRange where, llvm::DISubprogram* scope) {
  diagnostics::SourcePosition position = source_.position(where.begin);
  // .BTF.ext packs both into 32 bits, with 10 for the column; a larger one would spill into the
  // line.
  uint32_t column = position.column < 1024 ? position.column : 0;
  return llvm::DILocation::get(context_, position.line, column, scope);
}

void DebugInfo::finish() { builder_.finalize(); }

}  // namespace bpftracec::bpf
