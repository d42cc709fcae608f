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
  micro_context_.interpreter_ = this;
  input_count_ = static_cast<uint16_t>(subgraph()->inputs()->size());
  output_count_ = static_cast<uint16_t>(subgraph()->outputs()->size());
}

MicroInterpreter::~MicroInterpreter() {
  ForEachGraph([this](const tflm::GraphState& state, const TFLMRegistration& registration, int i) {
    if (registration.free != nullptr) registration.free(&context_, state.nodes[i].user_data);
  });
}

// Calls visit(graph, registration, operator) for every operator of the graphs that were prepared.
template <typename Visit>
void MicroInterpreter::ForEachGraph(Visit visit) {
  const tflm::GraphState invoked = graph();
  const tflm::CalledGraph* called = micro_context_.called_;
  for (const tflm::GraphState* state = &invoked; state != nullptr;) {
    graph() = *state;
    for (int i = 0; i < state->node_count; ++i) {
      const TFLMRegistration* registration;
      if (ResolveNode(i, &registration) == kTfLiteOk) visit(*state, *registration, i);
    }
    state = called == nullptr ? nullptr : &called->state;
    if (called != nullptr) called = called->next;
  }
  graph() = invoked;
}

TfLiteStatus MicroInterpreter::Invoke() {
  if (!tensors_allocated_) TF_LITE_ENSURE_STATUS(AllocateTensors());
  if (profiler_ != nullptr) return InvokeProfiled();
  TfLiteNode* nodes = graph().nodes;
  const int count = graph().node_count;
  for (int i = 0; i < count; ++i) {
    const TfLiteStatus status = nodes[i].invoke(&context_, &nodes[i]);
    if (status != kTfLiteOk) return InvokeFailed(i, status);
  }
  return kTfLiteOk;
}

TfLiteStatus MicroInterpreter::InvokeProfiled() {
  for (int i = 0; i < graph().node_count; ++i) {
    const uint32_t event = profiler_->BeginEvent(tflm::OperatorName(model_, subgraph(), i));
    const TfLiteStatus status = graph().nodes[i].invoke(&context_, &graph().nodes[i]);
    profiler_->EndEvent(event);
    if (status != kTfLiteOk) return InvokeFailed(i, status);
  }
  return kTfLiteOk;
}

// kTfLiteAbort is no failure: an operator asks for more inputs before the others go on.
TfLiteStatus MicroInterpreter::InvokeFailed(int index, TfLiteStatus status) {
  if (status == kTfLiteAbort) return status;
  const char* name = tflm::OperatorName(model_, subgraph(), index);
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
  if (subgraph_index == 0) return micro_context_.GetEvalTensor(tensor_index);
  const tflm::CalledGraph* called = micro_context_.called_;
  while (called != nullptr && called->state.index != subgraph_index) called = called->next;
  const bool exists =
      called != nullptr && static_cast<size_t>(tensor_index) < called->state.tensor_count;
  return exists ? &called->state.tensors[tensor_index] : nullptr;
}

size_t MicroInterpreter::arena_used_bytes() const { return arena_.used_bytes(); }

TfLiteStatus MicroInterpreter::ResetVariableTensor(int tensor_index, int subgraph_index) {
  TfLiteEvalTensor* eval_tensor = GetTensor(tensor_index, subgraph_index);
  if (eval_tensor == nullptr) return kTfLiteError;
  const Tensor* tensor = model_->subgraphs()->Get(subgraph_index)->tensors()->Get(tensor_index);
  if (!tensor->is_variable() || eval_tensor->data.raw == nullptr) return kTfLiteOk;
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

void MicroInterpreter::ResetVariableTensors(int graph) {
  const int count = static_cast<int>(model_->subgraphs()->Get(graph)->tensors()->size());
  for (int i = 0; i < count; ++i) ResetVariableTensor(i, graph);
}

void MicroInterpreter::ResetVariables() {
  ResetVariableTensors(0);
  for (auto* called = micro_context_.called_; called != nullptr; called = called->next) {
    if (called->placed) ResetVariableTensors(called->state.index);
  }
  for (auto* variable = micro_context_.variables_; variable != nullptr; variable = variable->next) {
    if (variable->data != nullptr) std::memset(variable->data, variable->initial, variable->bytes);
  }
}

TfLiteStatus MicroInterpreter::Reset() {
  if (!tensors_allocated_) return kTfLiteError;
  ResetVariables();
  ForEachGraph([this](const tflm::GraphState& state, const TFLMRegistration& registration, int i) {
    if (registration.reset != nullptr) registration.reset(&context_, state.nodes[i].user_data);
  });
  return kTfLiteOk;
}

}  // namespace tflite
