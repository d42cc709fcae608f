// Error codes of the UART protocol, see PROTOCOL.md. They also say why a model did not start.
#ifndef FIRMWARE_APP_ERROR_CODE_H_
#define FIRMWARE_APP_ERROR_CODE_H_

#include <cstdint>

namespace app {

enum class ErrorCode : uint16_t {
  kNone = 0,
  // The request is at fault.
  kUnsupportedVersion = 1,  // detail: the version that this firmware speaks
  kUnknownRequest = 2,      // detail: the type received
  kWrongLength = 3,         // detail: the payload bytes expected
  kInvokeFailed = 6,        // detail: the TfLiteStatus
  kResetFailed = 7,         // detail: the TfLiteStatus
  // The model is at fault: nothing can be inferred until another image is loaded.
  kModelSchema = 16,       // detail: the schema version found
  kModelCorrupt = 17,      // detail: where, as far as the runtime knows
  kOperatorMissing = 18,   // detail: builtin operator code
  kArenaTooSmall = 19,     // detail: bytes missing, 0 when the runtime does not say
  kModelUnsupported = 20,  // a tensor type or an operator's parameters have no kernel
  kModelFailed = 21,       // AllocateTensors failed and the runtime gives no code
};

struct Error {
  ErrorCode code = ErrorCode::kNone;
  uint32_t detail = 0;
  const char* text = "";
};

}  // namespace app

#endif  // FIRMWARE_APP_ERROR_CODE_H_
