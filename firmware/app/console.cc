#include "app/console.h"

#include <cstdarg>
#include <cstddef>
#include <cstring>

#include "app/format.h"
#include "boards/board.h"
#include "tensorflow/lite/micro/debug_log.h"

namespace app {
namespace {

constexpr size_t kLineBytes = 160;

char g_first_runtime_log[kLineBytes];

// A frame delimiter must not appear in text, and Format ends its text at the first zero anyway.
void SendText(const char* text) { board::Send(text, std::strlen(text)); }

}  // namespace

void Log(const char* format, ...) {
  char line[kLineBytes];
  va_list arguments;
  va_start(arguments, format);
  Format(line, sizeof(line), format, arguments);
  va_end(arguments);
  SendText(line);
  SendText("\r\n");
}

const char* FirstRuntimeLog() { return g_first_runtime_log; }

void ClearRuntimeLog() { g_first_runtime_log[0] = '\0'; }

}  // namespace app

// TFLM's hooks for text output. MicroPrintf sends the message and the line end in two calls.
extern "C" void DebugLog(const char* format, va_list arguments) {
  char text[app::kLineBytes];
  app::Format(text, sizeof(text), format, arguments);
  if (app::g_first_runtime_log[0] == '\0') {
    const size_t length = std::strcspn(text, "\r\n");
    std::memcpy(app::g_first_runtime_log, text, length);
    app::g_first_runtime_log[length] = '\0';
  }
  app::SendText(text);
}

extern "C" int DebugVsnprintf(char* buffer, size_t size, const char* format, va_list arguments) {
  return app::Format(buffer, size, format, arguments);
}
