#include "run_once.h"

namespace bpftracec::rt {

const Attacher kBeginProbe = {Attacher::Stage::Begin, false, always, nullptr, run_once};

}  // namespace bpftracec::rt
