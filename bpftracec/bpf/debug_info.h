// What LLVM's BPF backend makes BTF of: the types of maps, variables and tracepoint records, the
// signatures of programs, and the script's lines (which the verifier's log then shows beside the
// instructions).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <llvm/IR/DIBuilder.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/GlobalVariable.h>
#include <llvm/IR/Module.h>

#include "bpftracec/diagnostics/source_file.h"
#include "bpftracec/sema/program.h"

namespace bpftracec::bpf {

// What a helper calls for each turn of a loop.
enum class CallbackKind : uint8_t {
  Turn,     // with a number and the frame
  Element,  // with a map, a key, a value and the frame
};

class DebugInfo {
 public:
  DebugInfo(const sema::Program& program, llvm::Module& module);

  llvm::DIType* unsigned_type(uint32_t size);
  llvm::DIType* signed_type(uint32_t size);
  llvm::DIType* char_type();
  llvm::DIType* array_type(llvm::DIType* element, uint64_t count, uint32_t element_size);
  llvm::DIType* const_volatile(llvm::DIType* type);
  llvm::DIType* pointer_to(llvm::DIType* type);

  struct Member {
    std::string_view name;
    llvm::DIType* type;
    uint32_t offset;
    uint32_t size;
  };
  llvm::DICompositeType* struct_type(std::string_view name, const std::vector<Member>& members,
                                     uint32_t size);

  // Of the kernel, for CO-RE.
  llvm::DIType* float_type(uint64_t size);
  llvm::DIType* enum_type(uint64_t size);
  llvm::DIType* typedef_of(std::string_view name, llvm::DIType* type);
  struct Record {
    std::string_view tag;
    bool is_union;
    uint64_t size;
  };
  struct RecordMember {
    std::string_view name;
    llvm::DIType* type;
    uint64_t bit_offset;
    uint64_t bit_size;
    bool is_bitfield;
  };
  llvm::DIType* record_type(const Record& record, const std::vector<RecordMember>& members);

  void describe(llvm::GlobalVariable& variable, llvm::DIType* type);
  llvm::DISubprogram* describe_program(llvm::Function& function, diagnostics::SourceRange where);
  llvm::DISubprogram* describe_callback(llvm::Function& function, diagnostics::SourceRange where,
                                        CallbackKind kind);
  // A function of the script, with a context and three addresses.
  llvm::DISubprogram* describe_function(llvm::Function& function, diagnostics::SourceRange where);
  llvm::DILocation* location(diagnostics::SourceRange where, llvm::DISubprogram* scope);

  // Call once, when everything is described.
  void finish();

 private:
  struct Parameter {
    const char* name;
    llvm::DIType* type;
  };
  llvm::DISubprogram* describe(llvm::Function& function, diagnostics::SourceRange where,
                               llvm::DIType* result, const std::vector<Parameter>& parameters);

  diagnostics::SourceFile source_;
  llvm::LLVMContext& context_;
  llvm::DIBuilder builder_;
  llvm::DIFile* file_;
  llvm::DIFile* file_of_lines_;
  llvm::DICompileUnit* unit_;
};

}  // namespace bpftracec::bpf
