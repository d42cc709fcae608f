// Why the runtime last refused, in a form that a program can use. An extension: TFLM prints
// a line and returns kTfLiteError. An application that must also build against TFLM guards
// the include with __has_include.
#ifndef RUNTIME_LAST_ERROR_H_
#define RUNTIME_LAST_ERROR_H_

#include <cstdint>

namespace tflm {

enum class ErrorCode : uint8_t {
  kNone = 0,
  kSchemaVersion = 1,         // detail: the model's version
  kCorruptModel = 2,          // detail: byte offset of the table, or -1
  kInconsistentModel = 3,     // well-formed, but its tensors and operators do not fit together
  kUnregisteredOperator = 4,  // name: the operator
  kArenaTooSmall = 5,         // detail: bytes missing
  kUnsupported = 6,           // an operator refused its types, shapes or parameters
  kInvokeFailed = 7,          // an operator failed while computing
  kNotAllocated = 8,          // Invoke before a successful AllocateTensors
};

struct LastError {
  ErrorCode code;
  // Position of the operator concerned in the model's operator list; -1 for none.
  int32_t operator_index;
  int32_t detail;
  // The operator's name or what was being read; never null.
  const char* name;
};

// Reset to kNone by each AllocateTensors and VerifyModelBuffer.
const LastError& GetLastError();

}  // namespace tflm

#endif  // RUNTIME_LAST_ERROR_H_
