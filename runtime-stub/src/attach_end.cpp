#include "run_once.h"

namespace bpftracec::rt {

const Attacher kEndProbe = {Attacher::Stage::End, false, always, nullptr, run_once};

}  // namespace bpftracec::rt
