// Warnings about places in the script where something went wrong while it ran: a map was full, a
// divisor was zero. The programs only count; the first time is told with its place, the total at
// the end.
#pragma once

#include <cstdint>

#include "bpftracec/rt/tool.h"

namespace bpftracec::rt {

class SiteReports {
 public:
  // `counters` are those of the loaded object.
  SiteReports(Tracer& tracer, const Counters& counters);
  SiteReports(const SiteReports&) = delete;
  SiteReports& operator=(const SiteReports&) = delete;
  ~SiteReports();

  void poll();    // tells of sites that are new since the last call; cheap when there are none
  void finish();  // after the last program has run: as poll(), then the totals

 private:
  void report(uint32_t site, uint64_t count);

  Tracer& tracer_;
  Counters counters_;
  uint64_t* told_;  // one a site: the count when it was told of; 0: not yet
};

}  // namespace bpftracec::rt
