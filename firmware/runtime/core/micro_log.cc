#include "tensorflow/lite/micro/micro_log.h"

#include "tensorflow/lite/micro/debug_log.h"

void VMicroPrintf(const char* format, va_list args) {
  va_list unused;
  va_copy(unused, args);
  DebugLog(format, args);
  DebugLog("\r\n", unused);
  va_end(unused);
}

void MicroPrintf(const char* format, ...) {
  va_list args;
  va_start(args, format);
  VMicroPrintf(format, args);
  va_end(args);
}

int MicroVsnprintf(char* buffer, size_t buf_size, const char* format, va_list vlist) {
  return DebugVsnprintf(buffer, buf_size, format, vlist);
}

int MicroSnprintf(char* buffer, size_t buf_size, const char* format, ...) {
  va_list args;
  va_start(args, format);
  const int length = DebugVsnprintf(buffer, buf_size, format, args);
  va_end(args);
  return length;
}
