#include "aggregation_number.h"

namespace bpftracec::rt {

constinit const Aggregation kAvg = {"stats",
                                    false,
                                    merge_averages,
                                    compare_by<average_of>,
                                    number_text<average_of>,
                                    number_json<average_of>,
                                    nullptr};

}  // namespace bpftracec::rt
