#include "run_once.h"

namespace bpftracec::rt {

const Attacher kBeginProbe = {Attacher::Stage::Begin, false, nullptr, run_once};

}  // namespace bpftracec::rt
