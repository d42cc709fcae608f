// Serves runs over stdin and stdout, so that one process does thousands.
//
// Request: magic, model bytes, arena bytes, arena misalignment, input bytes, output room,
// invocations, stream, int8_only, preserve_all (u32 each), then model and inputs.
// Response: the fields of runner::Response, log bytes (u32 each), then log and outputs.

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "runner.h"
#include "tensorflow/lite/micro/debug_log.h"

namespace {

constexpr uint32_t kMagic = 0x52554e31;
std::string g_log;

bool ReadAll(void *data, size_t bytes) { return std::fread(data, 1, bytes, stdin) == bytes; }
void WriteAll(const void *data, size_t bytes) { std::fwrite(data, 1, bytes, stdout); }

// Exactly `bytes`, aligned to 16, so that the address sanitizer sees one byte
// too many.
struct Block {
  explicit Block(size_t bytes) {
    if (posix_memalign(&memory, 16, bytes == 0 ? 1 : bytes) != 0) std::abort();
  }
  ~Block() { std::free(memory); }
  uint8_t *bytes() const { return static_cast<uint8_t *>(memory); }
  void *memory = nullptr;
};

struct Header {
  uint32_t magic, model_bytes, arena_bytes, arena_misalignment, input_bytes, output_room,
      invocations, stream, int8_only, preserve_all;
};

void Serve(const Header &header) {
  Block model(header.model_bytes);
  Block inputs(header.input_bytes);
  Block outputs(header.output_room);
  Block arena(header.arena_bytes + header.arena_misalignment);
  if (!ReadAll(model.memory, header.model_bytes) || !ReadAll(inputs.memory, header.input_bytes)) {
    std::abort();
  }
  g_log.clear();
  runner::Response response;
  runner::Run(
      {model.bytes(), header.model_bytes, arena.bytes() + header.arena_misalignment,
       header.arena_bytes, inputs.bytes(), header.input_bytes, outputs.bytes(), header.output_room,
       header.invocations, header.stream, header.int8_only, header.preserve_all},
      &response);
  WriteAll(&response, sizeof(response));
  const uint32_t log_bytes = static_cast<uint32_t>(g_log.size());
  WriteAll(&log_bytes, sizeof(log_bytes));
  WriteAll(g_log.data(), g_log.size());
  WriteAll(outputs.memory, response.output_bytes);
  std::fflush(stdout);
}

}  // namespace

extern "C" void DebugLog(const char *format, va_list args) {
  char line[512];
  std::vsnprintf(line, sizeof(line), format, args);
  g_log += line;
}

extern "C" int DebugVsnprintf(char *buffer, size_t size, const char *format, va_list args) {
  return std::vsnprintf(buffer, size, format, args);
}

int main() {
  Header header;
  while (ReadAll(&header, sizeof(header))) {
    if (header.magic != kMagic) return EXIT_FAILURE;
    Serve(header);
  }
  return EXIT_SUCCESS;
}
