// The files that the target of a probe in user space stands for.
#pragma once

#include "array.h"
#include "attacher.h"

namespace bpftracec::rt {

// Whether a target may stand for several files.
bool is_file_pattern(const char* target);

// A path or name: the file, as find_binary() does it. A pattern as shells have it, of paths: all
// that it matches. `*`: the programs and libraries that -p's process has mapped, or any process. To
// keep; false with a message if there are none.
bool find_files(const AttachContext& context, const char* target, Array<const char*>& paths,
                Failure& failure);

// A path without what makes it one of -p's process.
const char* without_root(const char* path);

}  // namespace bpftracec::rt
