#include "aggregation_extreme.h"

namespace bpftracec::rt {

constinit const Aggregation kMax = {"map",
                                    false,
                                    merge_extremes<false>,
                                    compare_by<extreme_of>,
                                    number_text<extreme_of>,
                                    number_json<extreme_of>,
                                    nullptr};

}  // namespace bpftracec::rt
