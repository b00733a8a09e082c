// BEGIN and END on kernels that cannot run their programs by themselves.
#include "run_once.h"

#include <memory>

#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include "run_tool.h"

namespace bpftracec::rt {
namespace {

struct CloseObject {
  void operator()(bpf_object* object) const { bpf_object__close(object); }
};
struct FreeRing {
  void operator()(ring_buffer* ring) const { ring_buffer__free(ring); }
};

TEST(RunOnce, ByUprobe) {
  SKIP_WITHOUT_BPF();
  const std::unique_ptr<bpf_object, CloseObject> object(
      bpf_object__open_file(HAND_MADE_TOOLS "/life-tool/life.bpf.o", nullptr));
  ASSERT_TRUE(object);
  ASSERT_EQ(bpf_object__load(object.get()), 0);

  int64_t value = 0;
  const auto on_record = [](void* context, void* data, size_t) {
    *static_cast<int64_t*>(context) = static_cast<int64_t*>(data)[1];
    return 0;
  };
  const int events = bpf_object__find_map_fd_by_name(object.get(), "events");
  const std::unique_ptr<ring_buffer, FreeRing> ring(
      ring_buffer__new(events, on_record, &value, nullptr));
  ASSERT_TRUE(ring);

  Stream errors(STDERR_FILENO);
  const Log log(errors);
  Target target;
  Failure failure;
  ASSERT_TRUE(find_target(target, failure));
  const Bindings bindings = {};
  Attachments attachments;
  const AttachContext context{log, target, bindings, nullptr, attachments};
  Probe probe;
  probe.name = "begin";
  probe.program = bpf_object__find_program_by_name(object.get(), "begin_2");
  EXPECT_TRUE(run_by_uprobe(context, probe, failure)) << failure.message();
  EXPECT_EQ(ring_buffer__consume(ring.get()), 1);
  EXPECT_EQ(value, -2);

  // Once only.
  EXPECT_EQ(ring_buffer__consume(ring.get()), 0);
}

}  // namespace
}  // namespace bpftracec::rt
