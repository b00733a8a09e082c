#include "tracepoint_btf.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "bpftracec/rt/buffer.h"
#include "event_format.h"
#include "unique_fd.h"

namespace bpftracec::rt {

namespace {

// The id of an integer type of that size, made when it is not there yet. Always unsigned: libbpf
// adapts the size of a load only between unsigned integers, and the programs extend the sign
// themselves.
int integer_type(btf* types, uint32_t size) {
  char name[8];
  snprintf(name, sizeof name, "u%u", size * 8);
  const int found = btf__find_by_name_kind(types, name, BTF_KIND_INT);
  return found > 0 ? found : btf__add_int(types, name, size, 0);
}

int array_type(btf* types, uint32_t size, uint32_t element_size) {
  const int element = integer_type(types, element_size);
  const int index = integer_type(types, 4);
  if (element < 0 || index < 0) return element < 0 ? element : index;
  return btf__add_array(types, index, element, size / element_size);
}

bool is_integer_size(uint32_t size) { return size == 1 || size == 2 || size == 4 || size == 8; }

int field_type(btf* types, const EventField& field) {
  if (field.element_size == 0 && is_integer_size(field.size)) {
    return integer_type(types, field.size);
  }
  const bool is_known = is_integer_size(field.element_size);
  return array_type(types, field.size, is_known ? field.element_size : 1);
}

}  // namespace

bool add_event_record(btf* types, const TracepointRecordDescription& record, Text format,
                      const Log& log, Failure& failure) {
  constexpr const char* kNoMemory = "cannot describe the record of %s:%s: %s";
  EventField* fields = static_cast<EventField*>(
      allocate((record.fields.size + 1) * sizeof(EventField)));
  int* field_types = static_cast<int*>(allocate((record.fields.size + 1) * sizeof(int)));
  uint32_t size = 0;
  int error = 0;
  bool is_complete = true;

  // The fields' types first: a struct's members must be added right behind it.
  for (uint32_t i = 0; is_complete && i < record.fields.size; ++i) {
    fields[i] = {};
    if (!find_field(format, record.fields[i], fields[i])) {
      is_complete = failure.set("this kernel's event %s:%s has no field '%s'", record.category,
                                record.event, record.fields[i]);
      break;
    }
    log.note("field: %s:%s %s at %u, %u bytes", record.category, record.event, record.fields[i],
             fields[i].offset, fields[i].size);
    field_types[i] = field_type(types, fields[i]);
    if (field_types[i] < 0) error = field_types[i];
    if (fields[i].offset + fields[i].size > size) size = fields[i].offset + fields[i].size;
  }
  if (is_complete && error == 0) error = btf__add_struct(types, record.struct_name, size);
  for (uint32_t i = 0; is_complete && error >= 0 && i < record.fields.size; ++i) {
    error = btf__add_field(types, record.fields[i], field_types[i], fields[i].offset * 8, 0);
  }
  free(fields);
  free(field_types);
  if (is_complete && error < 0) {
    return failure.set(kNoMemory, record.category, record.event, error_text(error));
  }
  return is_complete;
}

int write_types(const btf* types, Failure& failure) {
  uint32_t size = 0;
  const void* data = btf__raw_data(types, &size);
  UniqueFd file(memfd_create("types", MFD_CLOEXEC));
  if (data == nullptr || !file || write(file.get(), data, size) != static_cast<ssize_t>(size)) {
    failure.set("cannot keep the types of tracepoint records: %s", error_text(errno));
    return -1;
  }
  return file.release();
}

}  // namespace bpftracec::rt
