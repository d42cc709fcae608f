// How the runtime reports: a line for people, a record for programs, a status for the caller.
#ifndef RUNTIME_CORE_ERROR_H_
#define RUNTIME_CORE_ERROR_H_

#include "runtime/last_error.h"
#include "tensorflow/lite/c/common.h"

namespace tflm {

constexpr int kNoOperator = -1;

void ClearLastError();

// Records the error, prints the line and returns kTfLiteError (kTfLiteUnresolvedOps for
// kUnregisteredOperator). An error that is recorded already is not replaced: the first one
// is the cause of those that follow.
TfLiteStatus Fail(ErrorCode code, int operator_index, int32_t detail, const char* name,
                  const char* format, ...) __attribute__((format(printf, 5, 6)));
TfLiteStatus FailV(ErrorCode code, int operator_index, int32_t detail, const char* name,
                   const char* format, va_list args);

}  // namespace tflm

#endif  // RUNTIME_CORE_ERROR_H_
