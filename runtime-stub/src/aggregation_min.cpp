#include "aggregation_extreme.h"

namespace bpftracec::rt {

constinit const Aggregation kMin = {"map",
                                    false,
                                    merge_extremes<true>,
                                    compare_by<extreme_of>,
                                    number_text<extreme_of>,
                                    number_json<extreme_of>,
                                    nullptr};

}  // namespace bpftracec::rt
