#include "run_once.h"

namespace bpftracec::rt {

const Attacher kSelfProbe = {Attacher::Stage::Signal, false, always, nullptr, run_once};

}  // namespace bpftracec::rt
