#include "runner.h"

#include <cstring>

#include "runtime/last_error.h"
#include "tensorflow/lite/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

namespace runner {
namespace {

// A custom operator as users write them for TFLM: output = 2 * input + 1, int8,
// in wrapping arithmetic, by way of a scratch buffer.
struct DoublerData {
  int scratch;
  int count;
};

void *DoublerInit(TfLiteContext *context, const char *, size_t) {
  return context->AllocatePersistentBuffer(context, sizeof(DoublerData));
}

TfLiteStatus DoublerPrepare(TfLiteContext *context, TfLiteNode *node) {
  tflite::MicroContext *micro_context = tflite::GetMicroContext(context);
  auto *data = static_cast<DoublerData *>(node->user_data);
  TF_LITE_ENSURE_EQ(context, tflite::NumInputs(node), 1);
  TfLiteTensor *input = micro_context->AllocateTempInputTensor(node, 0);
  TF_LITE_ENSURE(context, input != nullptr);
  TF_LITE_ENSURE_TYPES_EQ(context, input->type, kTfLiteInt8);
  data->count = static_cast<int>(tflite::NumElements(input));
  TF_LITE_ENSURE_STATUS(context->RequestScratchBufferInArena(context, data->count, &data->scratch));
  micro_context->DeallocateTempTfLiteTensor(input);
  return kTfLiteOk;
}

TfLiteStatus DoublerInvoke(TfLiteContext *context, TfLiteNode *node) {
  const auto *data = static_cast<const DoublerData *>(node->user_data);
  const TfLiteEvalTensor *input = tflite::micro::GetEvalInput(context, node, 0);
  TfLiteEvalTensor *output = tflite::micro::GetEvalOutput(context, node, 0);
  auto *scratch = static_cast<int8_t *>(context->GetScratchBuffer(context, data->scratch));
  std::memcpy(scratch, tflite::micro::GetTensorData<int8_t>(input), data->count);
  int8_t *result = tflite::micro::GetTensorData<int8_t>(output);
  for (int i = 0; i < data->count; ++i) result[i] = static_cast<int8_t>(2 * scratch[i] + 1);
  return kTfLiteOk;
}

constexpr unsigned kOperators = 1  // DOUBLER
#define TFLM_KERNEL(...) +1
#define TFLM_CUSTOM(...) +1
#include "runtime/operators.inc"
    ;
using Resolver = tflite::MicroMutableOpResolver<kOperators>;

TfLiteStatus AddInt8Operators(Resolver *resolver) {
#define TFLM_KERNEL_INT8(name, method, ...) \
  TF_LITE_ENSURE_STATUS(resolver->Add##method(tflite::Register_##name##_INT8()));
#include "runtime/operators.inc"
  return kTfLiteOk;
}

// All that are not there yet.
TfLiteStatus AddOperators(Resolver *resolver) {
#define TFLM_KERNEL(name, method, ...)                               \
  if (resolver->FindOp(tflite::BuiltinOperator_##name) == nullptr) { \
    TF_LITE_ENSURE_STATUS(resolver->Add##method());                  \
  }
#define TFLM_CUSTOM(name, method, ...) TF_LITE_ENSURE_STATUS(resolver->Add##method());
#include "runtime/operators.inc"
  static const TFLMRegistration kDoubler =
      tflite::micro::RegisterOp(DoublerInit, DoublerPrepare, DoublerInvoke);
  return resolver->AddCustom("DOUBLER", &kDoubler);
}

// Sets the inputs from *at on, which is advanced.
bool SetInputs(const Request &request, tflite::MicroInterpreter *interpreter, size_t *at) {
  for (size_t i = 0; i < interpreter->inputs_size(); ++i) {
    TfLiteTensor *tensor = interpreter->input(i);
    if (tensor->bytes > request.input_bytes - *at) return false;
    std::memcpy(tensor->data.raw, request.inputs + *at, tensor->bytes);
    *at += tensor->bytes;
  }
  return true;
}

bool GetOutputs(const Request &request, tflite::MicroInterpreter *interpreter, Response *response) {
  for (size_t i = 0; i < interpreter->outputs_size(); ++i) {
    const TfLiteTensor *tensor = interpreter->output(i);
    if (tensor->bytes > request.output_room - response->output_bytes) return false;
    std::memcpy(request.outputs + response->output_bytes, tensor->data.raw, tensor->bytes);
    response->output_bytes += tensor->bytes;
  }
  return true;
}

void RunSteps(const Request &request, Response *response) {
  response->step = kVerify;
  response->status = kTfLiteError;
  flatbuffers::Verifier verifier(request.model, request.model_bytes);
  if (!tflite::VerifyModelBuffer(verifier)) return;

  response->step = kAllocate;
  Resolver resolver;
  if (request.int8_only && AddInt8Operators(&resolver) != kTfLiteOk) return;
  if (AddOperators(&resolver) != kTfLiteOk) return;
  tflite::MicroInterpreter interpreter(tflite::GetModel(request.model), resolver, request.arena,
                                       request.arena_bytes, nullptr, nullptr,
                                       request.preserve_all != 0);
  response->status = interpreter.AllocateTensors();
  response->arena_used = interpreter.arena_used_bytes();
  if (response->status != kTfLiteOk) return;

  size_t at = 0;
  for (uint32_t i = 0; i < request.invocations; ++i) {
    response->step = kBuffers;
    response->status = kTfLiteError;
    if (!request.stream) at = 0;
    if (i > 0 && request.stream == i + 1) {
      response->status = interpreter.Reset();
      if (response->status != kTfLiteOk) return;
    }
    if (!SetInputs(request, &interpreter, &at)) return;
    response->step = kInvoke;
    response->status = interpreter.Invoke();
    if (response->status != kTfLiteOk && response->status != tflite::kTfLiteAbort) return;
    response->step = kBuffers;
    response->status = kTfLiteError;
    const bool wanted = request.stream || i + 1 == request.invocations;
    if (wanted && !GetOutputs(request, &interpreter, response)) return;
  }
  if (at != request.input_bytes) return;
  response->step = kDone;
  response->status = kTfLiteOk;
}

}  // namespace

void Run(const Request &request, Response *response) {
  *response = {};
  RunSteps(request, response);
  const tflm::LastError &error = tflm::GetLastError();
  response->error_code = static_cast<uint32_t>(error.code);
  response->operator_index = error.operator_index;
  response->detail = error.detail;
}

}  // namespace runner
