// Construction, inference and access to tensors; how everything gets its memory is in
// allocate_tensors.cc.

#include "tensorflow/lite/micro/micro_interpreter.h"

#include <cstring>

#include "core/error.h"
#include "core/model_check.h"
#include "core/names.h"
#include "tensorflow/lite/micro/micro_log.h"

namespace tflite {
namespace {

// The C functions of TfLiteContext, which lead to MicroContext.
void* AllocatePersistentBuffer(TfLiteContext* context, size_t bytes) {
  return GetMicroContext(context)->AllocatePersistentBuffer(bytes);
}
TfLiteStatus RequestScratchBuffer(TfLiteContext* context, size_t bytes, int* buffer_idx) {
  return GetMicroContext(context)->RequestScratchBufferInArena(bytes, buffer_idx);
}
void* GetScratchBuffer(TfLiteContext* context, int buffer_idx) {
  return GetMicroContext(context)->GetScratchBuffer(buffer_idx);
}
TfLiteTensor* GetTensorOf(const TfLiteContext* context, int index) {
  return GetMicroContext(context)->AllocateTempTfLiteTensor(index);
}
TfLiteEvalTensor* GetEvalTensorOf(const TfLiteContext* context, int index) {
  return GetMicroContext(context)->GetEvalTensor(index);
}
TfLiteExternalContext* GetExternalContext(TfLiteContext* context, TfLiteExternalContextType) {
  return static_cast<TfLiteExternalContext*>(GetMicroContext(context)->external_context());
}
void ReportError(TfLiteContext*, const char* format, ...) {
  va_list args;
  va_start(args, format);
  VMicroPrintf(format, args);
  va_end(args);
}

}  // namespace

MicroInterpreter::MicroInterpreter(const Model* model, const MicroOpResolver& op_resolver,
                                   uint8_t* tensor_arena, size_t tensor_arena_size,
                                   MicroResourceVariables*, MicroProfilerInterface* profiler,
                                   bool preserve_all_tensors)
    : model_(model),
      op_resolver_(op_resolver),
      profiler_(profiler),
      context_{0,
               &micro_context_,
               ReportError,
               AllocatePersistentBuffer,
               RequestScratchBuffer,
               GetScratchBuffer,
               GetTensorOf,
               GetEvalTensorOf,
               GetExternalContext},
      arena_(tensor_arena, tensor_arena_size),
      preserve_all_tensors_(preserve_all_tensors) {
  tflm::ClearLastError();
  initialization_status_ = tflm::CheckModel(model);
  if (initialization_status_ != kTfLiteOk) return;
  micro_context_.arena_ = &arena_;
  micro_context_.model_ = model;
  input_count_ = static_cast<uint16_t>(subgraph()->inputs()->size());
  output_count_ = static_cast<uint16_t>(subgraph()->outputs()->size());
}

MicroInterpreter::~MicroInterpreter() {
  for (int i = 0; i < node_count_; ++i) {
    const TFLMRegistration* registration;
    if (ResolveNode(i, &registration) == kTfLiteOk && registration->free != nullptr) {
      registration->free(&context_, nodes_[i].user_data);
    }
  }
}

TfLiteStatus MicroInterpreter::Invoke() {
  if (!tensors_allocated_) TF_LITE_ENSURE_STATUS(AllocateTensors());
  if (profiler_ != nullptr) return InvokeProfiled();
  for (int i = 0; i < node_count_; ++i) {
    const TfLiteStatus status = nodes_[i].invoke(&context_, &nodes_[i]);
    if (status != kTfLiteOk) return InvokeFailed(i, status);
  }
  return kTfLiteOk;
}

TfLiteStatus MicroInterpreter::InvokeProfiled() {
  for (int i = 0; i < node_count_; ++i) {
    const uint32_t event = profiler_->BeginEvent(tflm::OperatorName(model_, i));
    const TfLiteStatus status = nodes_[i].invoke(&context_, &nodes_[i]);
    profiler_->EndEvent(event);
    if (status != kTfLiteOk) return InvokeFailed(i, status);
  }
  return kTfLiteOk;
}

TfLiteStatus MicroInterpreter::InvokeFailed(int index, TfLiteStatus status) {
  const char* name = tflm::OperatorName(model_, index);
  tflm::ClearLastError();
  tflm::Fail(tflm::ErrorCode::kInvokeFailed, index, status, name,
             "%s #%d failed to compute (status %d)", name, index, static_cast<int>(status));
  return status;
}

TfLiteTensor* MicroInterpreter::input(size_t index) {
  if (input_tensors_ != nullptr && index < input_count_) return &input_tensors_[index];
  MicroPrintf("There is no input %u of %u, or AllocateTensors has not succeeded",
              static_cast<unsigned>(index), input_count_);
  return nullptr;
}

TfLiteTensor* MicroInterpreter::output(size_t index) {
  if (output_tensors_ != nullptr && index < output_count_) return &output_tensors_[index];
  MicroPrintf("There is no output %u of %u, or AllocateTensors has not succeeded",
              static_cast<unsigned>(index), output_count_);
  return nullptr;
}

TfLiteEvalTensor* MicroInterpreter::GetTensor(int tensor_index, int subgraph_index) {
  return subgraph_index == 0 ? micro_context_.GetEvalTensor(tensor_index) : nullptr;
}

size_t MicroInterpreter::arena_used_bytes() const { return arena_.used_bytes(); }

TfLiteStatus MicroInterpreter::ResetVariableTensor(int tensor_index, int subgraph_index) {
  TfLiteEvalTensor* eval_tensor = GetTensor(tensor_index, subgraph_index);
  if (eval_tensor == nullptr) return kTfLiteError;
  const Tensor* tensor = subgraph()->tensors()->Get(tensor_index);
  if (!tensor->is_variable()) return kTfLiteOk;
  // Zero means the zero point for int8; wider types are symmetric.
  int value = 0;
  const auto* quantization = tensor->quantization();
  if (eval_tensor->type == kTfLiteInt8 && quantization != nullptr &&
      quantization->zero_point() != nullptr && quantization->zero_point()->size() > 0) {
    value = static_cast<int>(quantization->zero_point()->Get(0));
  }
  std::memset(eval_tensor->data.raw, value, tflm::TensorBytes(tensor));
  return kTfLiteOk;
}

TfLiteStatus MicroInterpreter::Reset() {
  if (!tensors_allocated_) return kTfLiteError;
  for (size_t i = 0; i < micro_context_.tensor_count_; ++i) {
    TF_LITE_ENSURE_STATUS(ResetVariableTensor(static_cast<int>(i)));
  }
  for (int i = 0; i < node_count_; ++i) {
    const TFLMRegistration* registration;
    TF_LITE_ENSURE_STATUS(ResolveNode(i, &registration));
    if (registration->reset != nullptr) registration->reset(&context_, nodes_[i].user_data);
  }
  return kTfLiteOk;
}

}  // namespace tflite
