#include "bpftracec/rt/aggregation.h"

namespace bpftracec::rt {

HistogramShape resolve_shape(const MapDescription& map, const Bindings& bindings) {
  HistogramShape shape = map.histogram;
  if (shape.min_parameter != 0) shape.min = integer_parameter(bindings, shape.min_parameter);
  if (shape.max_parameter != 0) shape.max = integer_parameter(bindings, shape.max_parameter);
  if (shape.step_parameter != 0) shape.step = integer_parameter(bindings, shape.step_parameter);
  shape.min_parameter = shape.max_parameter = shape.step_parameter = 0;
  return shape;
}

}  // namespace bpftracec::rt
