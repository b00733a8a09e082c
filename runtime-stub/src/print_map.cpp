#include "bpftracec/rt/print_map.h"

#include <string.h>

#include "bpftracec/rt/aggregation.h"
#include "bpftracec/rt/format.h"
#include "bpftracec/rt/json.h"
#include "bpftracec/rt/output.h"
#include "bpftracec/rt/tracer.h"
#include "map_failure.h"

namespace bpftracec::rt {

namespace {

// One map being printed.
struct Printing {
  const Tracer& tracer;
  const MapDescription& map;
  AggregationContext context;
  Buffer& to;
};

using Show = void (*)(const Tracer& tracer, const Value& value, Buffer& to);

void append_key(const Printing& printing, const std::byte* key, bool is_json, Buffer& to) {
  bool is_first = true;
  for (const Field& part : printing.map.key) {
    if (!is_first) to.append(is_json ? Text(",") : Text(", "));
    is_first = false;
    const bool has_own = is_json && part.type->json_key != nullptr;
    const Show show = has_own ? part.type->json_key : part.type->text;
    show(printing.tracer, value_at(part, key), to);
  }
}

bool is_divided(const Printing& printing) {
  return printing.map.value.type->is_integer && printing.context.divisor > 1;
}

// The value of a map without aggregation, by print()'s divisor.
uint64_t divided(const Printing& printing, const Value& value) {
  const ValueType& type = *printing.map.value.type;
  uint64_t bits = load_integer(value, type);
  if (!type.is_signed) return divide_unsigned(bits, printing.context.divisor);
  return static_cast<uint64_t>(divide_signed(static_cast<int64_t>(bits), printing.context.divisor));
}

void append_plain_value(const Printing& printing, const std::byte* bytes, Show show) {
  Value value = value_at(printing.map.value, bytes);
  if (!is_divided(printing)) {
    show(printing.tracer, value, printing.to);
    return;
  }
  const uint64_t result = divided(printing, value);
  show(printing.tracer, {reinterpret_cast<const std::byte*>(&result), sizeof result}, printing.to);
}

void append_text_entry(const Printing& printing, const std::byte* key, const std::byte* value) {
  Buffer& to = printing.to;
  to.append(printing.map.name);
  if (!printing.map.is_scalar) {
    to.append('[');
    append_key(printing, key, false, to);
    to.append(']');
  }
  if (printing.map.aggregation != nullptr) {
    printing.map.aggregation->text(printing.context, value, to);
    return;
  }
  to.append(": ");
  append_plain_value(printing, value, printing.map.value.type->text);
  to.append('\n');
}

void append_json_value(const Printing& printing, const std::byte* value) {
  if (printing.map.aggregation != nullptr) {
    printing.map.aggregation->json(printing.context, value, printing.to);
  } else {
    append_plain_value(printing, value, printing.map.value.type->json);
  }
}

// An object's names are texts, whatever the key is: "nginx,80".
void append_json_entry(const Printing& printing, const std::byte* key, const std::byte* value) {
  Buffer name;
  append_key(printing, key, true, name);
  append_json_string(printing.to, name.text());
  printing.to.append(": ");
  append_json_value(printing, value);
}

void begin_json(const Printing& printing) {
  Buffer& to = printing.to;
  to.append("{\"type\": \"");
  to.append_text(printing.map.aggregation != nullptr ? printing.map.aggregation->message_type
                                                     : "map");
  to.append("\", \"data\": {");
  append_json_string(to, printing.map.name);
  to.append(": ");
}

void append_scalar(const Printing& printing, const std::byte* value, bool is_json) {
  if (!is_json) {
    append_text_entry(printing, nullptr, value);
    return;
  }
  begin_json(printing);
  append_json_value(printing, value);
  printing.to.append("}}\n");
}

void append_keyed(const Printing& printing, const MapContents& contents, uint64_t top,
                  bool is_json) {
  size_t first = top != 0 && top < contents.count() ? contents.count() - top : 0;
  if (is_json) {
    begin_json(printing);
    printing.to.append('{');
  }
  for (size_t index = first; index < contents.count(); ++index) {
    if (!is_json) {
      append_text_entry(printing, contents.key(index), contents.value(index));
      continue;
    }
    if (index != first) printing.to.append(", ");
    append_json_entry(printing, contents.key(index), contents.value(index));
  }
  if (is_json) printing.to.append("}}}\n");
}

bool is_histogram(const MapDescription& map) {
  return map.aggregation != nullptr && map.aggregation->is_histogram;
}

// Of a series in time, all keys are shown up to one moment.
uint64_t latest_of(const MapDescription& map, const MapContents& contents) {
  uint64_t latest = 0;
  if (map.aggregation == nullptr || map.aggregation->latest == nullptr) return latest;
  for (size_t index = 0; index < contents.count(); ++index) {
    const uint64_t number = map.aggregation->latest(map, contents.value(index));
    if (number > latest) latest = number;
  }
  return latest;
}

void print_contents(Tracer& tracer, const MapDescription& map, MapContents& contents, uint64_t top,
                    uint64_t divisor) {
  Output& output = tracer.output();
  render_map(tracer, map, contents, top, divisor, output.is_json(), output.buffer());
  output.end_message();
}

}  // namespace

void render_map(const Tracer& tracer, const MapDescription& map, MapContents& contents,
                uint64_t top, uint64_t divisor, bool is_json, Buffer& to) {
  Printing printing = {tracer,
                       map,
                       {map, resolve_shape(map, tracer.bindings()), divisor,
                        tracer.bindings().wall_clock_offset, latest_of(map, contents)},
                       to};
  if (contents.count() != 0) {
    contents.sort();
    if (map.is_scalar) {
      append_scalar(printing, contents.value(0), is_json);
    } else {
      append_keyed(printing, contents, top, is_json);
    }
  } else if (map.is_scalar && !is_histogram(map)) {
    // Never assigned: shown as the zero value.
    Buffer zero;
    zero.append_repeated('\0', map.value_size);
    append_scalar(printing, reinterpret_cast<const std::byte*>(zero.data()), is_json);
  }
}

void print_map(Tracer& tracer, uint32_t map, uint64_t top, uint64_t divisor) {
  const MapDescription& description = tracer.tool().maps[map];
  MapContents contents(description);
  if (!contents.read(tracer, map)) report_map_failure(tracer, "read", map);
  print_contents(tracer, description, contents, top, divisor);
}

void print_maps(Tracer& tracer) {
  const Table<MapDescription>& maps = tracer.tool().maps;
  for (uint32_t map = 0; map < maps.size; ++map) {
    MapContents contents(maps[map]);
    if (!contents.read(tracer, map)) report_map_failure(tracer, "read", map);
    if (contents.count() != 0) print_contents(tracer, maps[map], contents, 0, 0);
  }
}

}  // namespace bpftracec::rt
