// The least that an application of TFLM does: one inference.
#include <cstdarg>

#include "app/model.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/schema/schema_generated.h"

extern "C" {
extern const uint8_t g_model_data[];
void DebugLog(const char*, va_list) {}
}

namespace {
constexpr size_t kArenaBytes = 64 * 1024;
alignas(16) uint8_t g_arena[kArenaBytes];
}  // namespace

int main() {
  const tflite::MicroOpResolver* resolver = app::CreateOpResolver();
  if (resolver == nullptr) return 1;
  tflite::MicroInterpreter interpreter(tflite::GetModel(g_model_data), *resolver, g_arena,
                                       sizeof g_arena);
  if (interpreter.AllocateTensors() != kTfLiteOk) return 1;
  interpreter.input(0)->data.int8[0] = 1;
  if (interpreter.Invoke() != kTfLiteOk) return 1;
  return interpreter.output(0)->data.int8[0];
}
