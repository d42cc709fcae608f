#include "core/error.h"

#include "tensorflow/lite/micro/micro_log.h"

namespace tflm {
namespace {

constexpr LastError kNoError = {ErrorCode::kNone, kNoOperator, 0, ""};
LastError g_last_error = kNoError;

}  // namespace

const LastError& GetLastError() { return g_last_error; }

void ClearLastError() { g_last_error = kNoError; }

TfLiteStatus FailV(ErrorCode code, int operator_index, int32_t detail, const char* name,
                   const char* format, va_list args) {
  if (g_last_error.code == ErrorCode::kNone) g_last_error = {code, operator_index, detail, name};
  VMicroPrintf(format, args);
  return code == ErrorCode::kUnregisteredOperator ? kTfLiteUnresolvedOps : kTfLiteError;
}

TfLiteStatus Fail(ErrorCode code, int operator_index, int32_t detail, const char* name,
                  const char* format, ...) {
  va_list args;
  va_start(args, format);
  const TfLiteStatus status = FailV(code, operator_index, detail, name, format, args);
  va_end(args);
  return status;
}

}  // namespace tflm
