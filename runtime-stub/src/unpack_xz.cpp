#include "unpack_xz.h"

#include <lzma.h>

namespace bpftracec::rt {

bool unpack_xz(const char* packed, size_t size, Buffer& to) {
  // More memory than xz's strongest level wants to unpack (65 MiB), and no symbol table is larger.
  constexpr uint64_t kMemoryLimit = uint64_t{128} << 20;
  constexpr size_t kMaxUnpacked = size_t{1} << 30;
  constexpr size_t kChunk = size_t{256} << 10;
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, kMemoryLimit, 0) != LZMA_OK) return false;
  stream.next_in = reinterpret_cast<const uint8_t*>(packed);
  stream.avail_in = size;
  lzma_ret result = LZMA_OK;
  while (result == LZMA_OK && to.size() < kMaxUnpacked) {
    const size_t before = to.size();
    stream.next_out = reinterpret_cast<uint8_t*>(to.extend(kChunk));
    stream.avail_out = kChunk;
    result = lzma_code(&stream, LZMA_FINISH);
    to.truncate(before + kChunk - stream.avail_out);
  }
  lzma_end(&stream);
  return result == LZMA_STREAM_END;
}

}  // namespace bpftracec::rt
