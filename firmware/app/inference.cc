#include "app/inference.h"

#include <new>

#include "app/console.h"
#include "boards/armv7m/registers.h"
#include "tensorflow/lite/micro/system_setup.h"

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

// The types that the link carries.
bool IsSupported(const TfLiteTensor* tensor) {
  if (tensor == nullptr) return false;
  switch (tensor->type) {
    case kTfLiteInt8:
    case kTfLiteUInt8:
    case kTfLiteInt16:
    case kTfLiteInt32:
    case kTfLiteBool:
    case kTfLiteFloat32:
      return true;
    default:
      return false;
  }
}

template <typename T>
size_t IndexOfLargest(const T* values, size_t bytes) {
  const size_t count = bytes / sizeof(T);
  size_t top = 0;
  for (size_t i = 1; i < count; ++i) {
    if (values[i] > values[top]) top = i;
  }
  return top;
}

const char* NameOf(const tflite::Tensor* tensor) {
  return tensor->name() == nullptr ? "" : tensor->name()->c_str();
}

}  // namespace

void Inference::Start(const EmbeddedModel& model, uint8_t* arena, size_t arena_size) {
  arena_size_ = arena_size;
  tflite::InitializeTarget();
  ClearRuntimeLog();
  error_ = Prepare(model, arena);
  armv7m::StartCycleCounter();  // not before: an engine has to model all that it counts
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
      return {ErrorCode::kModelUnsupported, i, "the link does not carry the type of an input"};
    }
  }
  for (size_t i = 0; i < outputs_size(); ++i) {
    if (!IsSupported(output(i))) {
      return {ErrorCode::kModelUnsupported, i, "the link does not carry the type of an output"};
    }
  }
  graph_ = flatbuffer->subgraphs()->Get(0);
  arena_used_ = interpreter_->arena_used_bytes();
  return {};
}

TfLiteStatus Inference::Run() {
  const uint32_t start = armv7m::DWT->CYCCNT;
  const TfLiteStatus status = interpreter_->Invoke();
  const uint32_t cycles = armv7m::DWT->CYCCNT - start;
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
  switch (scores.type) {
    case kTfLiteInt8:
      return IndexOfLargest(scores.data.int8, scores.bytes);
    case kTfLiteInt16:
      return IndexOfLargest(scores.data.i16, scores.bytes);
    case kTfLiteInt32:
      return IndexOfLargest(scores.data.i32, scores.bytes);
    case kTfLiteFloat32:
      return IndexOfLargest(scores.data.f, scores.bytes);
    default:
      return IndexOfLargest(scores.data.uint8, scores.bytes);
  }
}

const char* Inference::input_name(size_t index) const {
  return NameOf(graph_->tensors()->Get(graph_->inputs()->Get(index)));
}

const char* Inference::output_name(size_t index) const {
  return NameOf(graph_->tensors()->Get(graph_->outputs()->Get(index)));
}

void Inference::StoreInput(size_t offset, uint8_t byte) {
  if (offset == 0) {
    filled_input_ = 0;
    filled_start_ = 0;
  }
  while (filled_input_ < inputs_size()) {
    const TfLiteTensor& tensor = *input(filled_input_);
    if (offset - filled_start_ < tensor.bytes) {
      tensor.data.uint8[offset - filled_start_] = byte;
      return;
    }
    filled_start_ += tensor.bytes;
    ++filled_input_;
  }
}

size_t Inference::input_bytes() const {
  size_t bytes = 0;
  for (size_t i = 0; i < inputs_size(); ++i) bytes += input(i)->bytes;
  return bytes;
}

}  // namespace app
