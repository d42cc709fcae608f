#include "app/inference.h"

#include <cmath>
#include <cstring>
#include <new>

#include "app/console.h"
#include "boards/cortex_m4/registers.h"
#include "tensorflow/lite/micro/system_setup.h"
#include "tensorflow/lite/schema/schema_generated.h"

#if __has_include("runtime/last_error.h")
#include "runtime/last_error.h"
#define APP_HAS_LAST_ERROR 1
#endif

namespace app {
namespace {

// Room for the interpreter without a heap; Start() constructs it here.
alignas(tflite::MicroInterpreter) uint8_t g_interpreter[sizeof(tflite::MicroInterpreter)];

#ifdef APP_HAS_LAST_ERROR
Error RuntimeError() {
  const tflm::LastError& last = tflm::GetLastError();
  const uint32_t detail = static_cast<uint32_t>(last.detail);
  switch (last.code) {
    case tflm::ErrorCode::kSchemaVersion:
      return {ErrorCode::kModelSchema, detail, FirstRuntimeLog()};
    case tflm::ErrorCode::kCorruptModel:
    case tflm::ErrorCode::kInconsistentModel:
      return {ErrorCode::kModelCorrupt, detail, FirstRuntimeLog()};
    case tflm::ErrorCode::kUnregisteredOperator:
      return {ErrorCode::kOperatorMissing, detail, FirstRuntimeLog()};
    case tflm::ErrorCode::kArenaTooSmall:
      return {ErrorCode::kArenaTooSmall, detail, FirstRuntimeLog()};
    case tflm::ErrorCode::kUnsupported:
      return {ErrorCode::kModelUnsupported, detail, FirstRuntimeLog()};
    default:
      return {ErrorCode::kModelFailed, detail, FirstRuntimeLog()};
  }
}
#else
Error RuntimeError() { return {ErrorCode::kModelFailed, 0, FirstRuntimeLog()}; }
#endif

// Our runtime's verifier is small. TFLM's is generated for the whole schema, some tens of KiB, and
// its users link none.
bool IsWellFormed(const EmbeddedModel& model) {
#ifdef APP_HAS_LAST_ERROR
  flatbuffers::Verifier verifier(model.data, model.size);
  return tflite::VerifyModelBuffer(verifier);
#else
  return model.size > 0;
#endif
}

bool IsSupported(const TfLiteTensor* tensor) {
  return tensor != nullptr && (tensor->type == kTfLiteInt8 || tensor->type == kTfLiteFloat32);
}

template <typename T>
size_t IndexOfLargest(const T* values, size_t count) {
  size_t top = 0;
  for (size_t i = 1; i < count; ++i) {
    if (values[i] > values[top]) top = i;
  }
  return top;
}

}  // namespace

void Inference::Start(const EmbeddedModel& model, uint8_t* arena, size_t arena_size) {
  arena_size_ = arena_size;
  tflite::InitializeTarget();
  ClearRuntimeLog();
  error_ = Prepare(model, arena);
  cortex_m4::StartCycleCounter();  // not before: an engine has to model all that it counts
}

Error Inference::Prepare(const EmbeddedModel& model, uint8_t* arena) {
  if (!IsWellFormed(model)) return RuntimeError();
  const tflite::Model* flatbuffer = tflite::GetModel(model.data);
  if (flatbuffer->version() != TFLITE_SCHEMA_VERSION) {
    return {ErrorCode::kModelSchema, flatbuffer->version(), "the model's schema version is not 3"};
  }
  const tflite::MicroOpResolver* resolver = CreateOpResolver();
  if (resolver == nullptr) return {ErrorCode::kOperatorMissing, 0, FirstRuntimeLog()};
  interpreter_ =
      new (g_interpreter) tflite::MicroInterpreter(flatbuffer, *resolver, arena, arena_size_);
  if (interpreter_->initialization_status() != kTfLiteOk) return RuntimeError();
  if (interpreter_->AllocateTensors() != kTfLiteOk) return RuntimeError();
  for (size_t i = 0; i < inputs_size(); ++i) {
    if (!IsSupported(input(i))) {
      return {ErrorCode::kModelUnsupported, i, "an input is neither int8 nor float32"};
    }
  }
  for (size_t i = 0; i < outputs_size(); ++i) {
    if (!IsSupported(output(i))) {
      return {ErrorCode::kModelUnsupported, i, "an output is neither int8 nor float32"};
    }
  }
  arena_used_ = interpreter_->arena_used_bytes();
  return {};
}

TfLiteStatus Inference::Run() {
  const uint32_t start = cortex_m4::DWT->CYCCNT;
  const TfLiteStatus status = interpreter_->Invoke();
  const uint32_t cycles = cortex_m4::DWT->CYCCNT - start;
  if (status != kTfLiteOk) {
    ++cycles_.failures;
    return status;
  }
  ++cycles_.inferences;
  cycles_.last = cycles;
  if (cycles < cycles_.min) cycles_.min = cycles;
  if (cycles > cycles_.max) cycles_.max = cycles;
  return status;
}

size_t Inference::TopIndex() const {
  const TfLiteTensor& scores = *output(0);
  const size_t count = ElementCount(scores);
  return scores.type == kTfLiteInt8 ? IndexOfLargest(scores.data.int8, count)
                                    : IndexOfLargest(scores.data.f, count);
}

size_t ElementCount(const TfLiteTensor& tensor) {
  return tensor.type == kTfLiteFloat32 ? tensor.bytes / sizeof(float) : tensor.bytes;
}

size_t StoreFloats(const uint8_t* values, size_t count, TfLiteTensor* tensor) {
  constexpr float kMinInt8 = -128.0f;
  constexpr float kMaxInt8 = 127.0f;
  const float zero_point = static_cast<float>(tensor->params.zero_point);
  for (size_t i = 0; i < count; ++i) {
    float value;
    std::memcpy(&value, values + i * sizeof(value), sizeof(value));
    if (!std::isfinite(value)) return i;
    if (tensor->type == kTfLiteFloat32) {
      tensor->data.f[i] = value;
      continue;
    }
    // Saturating before the conversion to an integer gives the same result, and no overflow.
    const float quantized = std::round(value / tensor->params.scale) + zero_point;
    tensor->data.int8[i] = static_cast<int8_t>(std::fmin(std::fmax(quantized, kMinInt8), kMaxInt8));
  }
  return count;
}

}  // namespace app
