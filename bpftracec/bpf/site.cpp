#include "bpftracec/bpf/site.h"

#include "bpftracec/bpf/function_context.h"
#include "bpftracec/bpf/helpers.h"
#include "bpftracec/rt/event_abi.h"

namespace bpftracec::bpf {

// The place's number: what the tool has put in for the mark, where it loads the program once for
// each place; else the cookie. The verifier knows what is there and follows one of the ways only.
llvm::Value* site_number(FunctionContext& f) {
  constexpr uint64_t kMark = rt::kSiteIndexMark;
  auto* marked = f.new_block("site_by_cookie");
  auto* with_cookie = f.new_block("site_has_cookie");
  auto* done = f.new_block("site_found");
  llvm::Value* number = f.opaque(f.constant(kMark));
  llvm::Value* is_mark = f.ir.CreateICmpEQ(f.ir.CreateLShr(number, f.constant(32)),
                                           f.constant(kMark >> 32));
  auto* own = f.ir.GetInsertBlock();
  f.ir.CreateCondBr(is_mark, marked, done);
  f.start(marked);
  llvm::Value* has_cookies = f.load_late(sema::LateConstant::Kind::HasAttachCookies);
  f.ir.CreateCondBr(f.is_nonzero(has_cookies), with_cookie, f.give_up());
  f.start(with_cookie);
  llvm::Value* cookie = get_attach_cookie(f);
  f.go_to_and_start(done);
  auto* result = f.ir.CreatePHI(f.i64_type(), 2);
  result->addIncoming(number, own);
  result->addIncoming(cookie, with_cookie);
  return result;
}

bool is_site_text(sema::Builtin builtin) {
  return builtin == sema::Builtin::Probe || builtin == sema::Builtin::Func;
}

llvm::Value* lower_site_text(FunctionContext& f, sema::Builtin builtin) {
  FunctionContext::TemporaryScope temporaries(f);
  llvm::Value* key = f.temporary(8);
  f.store(site_number(f), key);
  llvm::Value* map = builtin == sema::Builtin::Probe
                         ? f.module.site_values(rt::kSiteNames, sema::kProbeTextCapacity)
                         : f.module.site_values(rt::kSiteFunctions, sema::kProbeTextCapacity);
  llvm::Value* text = map_lookup_elem(f, map, key);
  auto* found = f.new_block("site_text");
  f.branch_if_unlikely(f.ir.CreateIsNull(text), f.give_up(), found);
  f.start(found);
  return text;
}

}  // namespace bpftracec::bpf
