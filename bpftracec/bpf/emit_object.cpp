#include "bpftracec/bpf/emit_object.h"

#include <llvm/ADT/SmallString.h>
#include <llvm/Analysis/CGSCCPassManager.h>
#include <llvm/Analysis/LoopAnalysisManager.h>
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/CodeGen/MachineModuleInfo.h>
#include <llvm/CodeGen/TargetPassConfig.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/ObjCopy/CommonConfig.h>
#include <llvm/ObjCopy/ConfigManager.h>
#include <llvm/ObjCopy/ELF/ELFConfig.h>
#include <llvm/ObjCopy/ObjCopy.h>
#include <llvm/Object/ObjectFile.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/raw_ostream.h>

#include "bpftracec/base/internal_error.h"
#include "bpftracec/bpf/block_layout.h"

// LLVM's registration of one target; its header would register all.
extern "C" {
void LLVMInitializeBPFTargetInfo();
void LLVMInitializeBPFTarget();
void LLVMInitializeBPFTargetMC();
void LLVMInitializeBPFAsmPrinter();
}

namespace bpftracec::bpf {
namespace {

constexpr const char* kTriple = "bpfel";
// 32-bit arithmetic and jumps (Linux 5.1), and no instruction that came after; atomics whose result
// is used and those other than add need 5.12, so we use none.
constexpr const char* kCpu = "v3";

base::Error llvm_error(const char* attempt, llvm::Error error) {
  return base::Error{std::string("cannot ") + attempt + ": " + llvm::toString(std::move(error))};
}

base::Result<BtfSections> read_btf(const llvm::object::ObjectFile& object) {
  BtfSections sections;
  for (const llvm::object::SectionRef& section : object.sections()) {
    auto name = section.getName();
    if (!name) return llvm_error("read a section's name", name.takeError());
    std::string* place = *name == ".BTF"       ? &sections.types
                         : *name == ".BTF.ext" ? &sections.ext
                                               : nullptr;
    if (place == nullptr) continue;
    auto content = section.getContents();
    if (!content) return llvm_error("read a section", content.takeError());
    *place = *content;
  }
  return sections;
}

// Adds the script's lines, and takes DWARF away.
//
// DWARF would be three quarters of the object, and nothing reads it: BTF has been made from the
// same facts. LLVM emits both or none.
base::Result<std::string> finished(llvm::StringRef object, const SourceText& source) {
  auto binary = llvm::object::ObjectFile::createObjectFile(
      llvm::MemoryBufferRef(object, "bpf object"));
  if (!binary) return llvm_error("read back the BPF object", binary.takeError());
  auto btf = read_btf(**binary);
  if (!btf) return std::move(btf).error();
  add_line_texts(*btf, source);

  llvm::objcopy::ConfigManager config;
  config.Common.UpdateSection.emplace_back(".BTF", llvm::MemoryBuffer::getMemBuffer(btf->types));
  config.Common.UpdateSection.emplace_back(".BTF.ext", llvm::MemoryBuffer::getMemBuffer(btf->ext));
  config.Common.StripDebug = true;
  // Labels of jumps: all that is not needed by a relocation.
  config.Common.DiscardMode = llvm::objcopy::DiscardType::All;
  for (const char* section : {".rel.BTF", ".rel.BTF.ext", ".llvm_addrsig"}) {
    auto pattern = llvm::objcopy::NameOrPattern::create(section, llvm::objcopy::MatchStyle::Literal,
                                                        [](llvm::Error error) { return error; });
    if (!pattern) return llvm_error("name a section", pattern.takeError());
    if (auto error = config.Common.ToRemove.addMatcher(std::move(pattern))) {
      return llvm_error("name a section", std::move(error));
    }
  }
  llvm::SmallString<0> stripped;
  llvm::raw_svector_ostream stream(stripped);
  if (auto error = llvm::objcopy::executeObjcopyOnBinary(config, **binary, stream)) {
    return llvm_error("strip the BPF object", std::move(error));
  }
  return std::string(stripped);
}

// What TargetMachine::addPassesToEmitFile() does, with a pass of ours at the end.
bool add_passes(llvm::legacy::PassManager& passes, llvm::LLVMTargetMachine& machine,
                llvm::raw_pwrite_stream& stream, llvm::CodeGenFileType type) {
  auto* machine_module = new llvm::MachineModuleInfoWrapperPass(&machine);
  llvm::TargetPassConfig* config = machine.createPassConfig(passes);
  passes.add(config);
  passes.add(machine_module);
  if (config->addISelPasses()) return false;
  config->addMachinePasses();
  config->setInitialized();
  passes.add(make_remove_empty_jumps());
  return !machine.addAsmPrinter(passes, stream, nullptr, type,
                                machine_module->getMMI().getContext());
}

}  // namespace

base::Result<std::unique_ptr<llvm::TargetMachine>> make_target_machine() {
  LLVMInitializeBPFTargetInfo();
  LLVMInitializeBPFTarget();
  LLVMInitializeBPFTargetMC();
  LLVMInitializeBPFAsmPrinter();
  std::string message;
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(kTriple, message);
  if (target == nullptr) return base::Error{"this LLVM cannot compile for BPF: " + message};
  return std::unique_ptr<llvm::TargetMachine>(
      target->createTargetMachine(kTriple, kCpu, "", llvm::TargetOptions(), std::nullopt,
                                  std::nullopt, llvm::CodeGenOptLevel::Default));
}

void set_target(llvm::Module& module, llvm::TargetMachine& machine) {
  module.setTargetTriple(kTriple);
  module.setDataLayout(machine.createDataLayout());
}

void optimize(llvm::Module& module, llvm::TargetMachine& machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager call_graph;
  llvm::ModuleAnalysisManager modules;

  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = false;
  tuning.SLPVectorization = false;
  // With the target machine, the builder takes in the BPF target's own passes.
  llvm::PassBuilder builder(&machine, tuning);
  // There is no C library to call: no loop may become a memset().
  llvm::TargetLibraryInfoImpl library(llvm::Triple(module.getTargetTriple()));
  library.disableAllFunctions();
  functions.registerPass([&] { return llvm::TargetLibraryAnalysis(library); });
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(call_graph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, call_graph, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2).run(module, modules);
  order_blocks(module);
  // Constants whose address does not matter go to sections of their own by their size, all of the
  // name ".rodata", and bpftool would make a structure of each.
  for (llvm::GlobalVariable& variable : module.globals())
    variable.setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::None);
}

base::Result<std::string> emit(llvm::Module& module, llvm::TargetMachine& machine, Output output,
                               const SourceText& source) {
  llvm::SmallString<0> bytes;
  {
    llvm::raw_svector_ostream stream(bytes);
    llvm::legacy::PassManager passes;
    auto type = output == Output::Object ? llvm::CodeGenFileType::ObjectFile
                                         : llvm::CodeGenFileType::AssemblyFile;
    if (!add_passes(passes, static_cast<llvm::LLVMTargetMachine&>(machine), stream, type)) {
      base::internal_error("LLVM's BPF target cannot emit this kind of file");
    }
    passes.run(module);
  }
  if (output == Output::Assembly) return std::string(bytes);
  return finished(bytes, source);
}

std::string print_module(const llvm::Module& module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream, nullptr);
  return text;
}

}  // namespace bpftracec::bpf
