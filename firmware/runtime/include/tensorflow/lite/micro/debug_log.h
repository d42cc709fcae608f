// What the platform gives the runtime: the board or the application defines these.
#ifndef TENSORFLOW_LITE_MICRO_DEBUG_LOG_H_
#define TENSORFLOW_LITE_MICRO_DEBUG_LOG_H_

#include <stdarg.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// Prints `format` with `args`, without adding a line end.
void DebugLog(const char* format, va_list args);

// As vsnprintf. Needed only where MicroSnprintf is used.
int DebugVsnprintf(char* buffer, size_t buf_size, const char* format, va_list vlist);

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // TENSORFLOW_LITE_MICRO_DEBUG_LOG_H_
