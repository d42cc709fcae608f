#ifndef TENSORFLOW_LITE_MICRO_MICRO_LOG_H_
#define TENSORFLOW_LITE_MICRO_MICRO_LOG_H_

#include <cstdarg>
#include <cstddef>

// One line of diagnostics, printf-style; a line end is added. Goes to DebugLog().
void MicroPrintf(const char* format, ...) __attribute__((format(printf, 1, 2)));
void VMicroPrintf(const char* format, va_list args);

// As snprintf and vsnprintf, through the platform's DebugVsnprintf().
int MicroSnprintf(char* buffer, size_t buf_size, const char* format, ...);
int MicroVsnprintf(char* buffer, size_t buf_size, const char* format, va_list vlist);

namespace tflite {

template <typename... Args>
void Unused(Args&&... args) {
  (void)(sizeof...(args));
}

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_LOG_H_
