#include "tensorflow/lite/micro/micro_context.h"

#include "core/describe_tensor.h"
#include "core/memory_planner.h"
#include "runtime/arena.h"
#include "tensorflow/lite/micro/micro_log.h"

namespace tflite {

void* MicroContext::AllocatePersistentBuffer(size_t bytes) {
  return arena_->AllocatePersistent(bytes);
}

// A request is named by its distance from the end of the arena, so that looking it up costs
// one subtraction.
TfLiteStatus MicroContext::RequestScratchBufferInArena(size_t bytes, int* buffer_idx) {
  auto* request =
      static_cast<tflm::ScratchRequest*>(arena_->AllocatePersistent(sizeof(tflm::ScratchRequest)));
  if (request == nullptr) return kTfLiteError;
  *request = {bytes, nullptr, graph_.scratch, preparing_};
  graph_.scratch = request;
  *buffer_idx = static_cast<int>(arena_->end() - reinterpret_cast<uint8_t*>(request));
  return kTfLiteOk;
}

void* MicroContext::GetScratchBuffer(int buffer_idx) {
  return reinterpret_cast<tflm::ScratchRequest*>(arena_->end() - buffer_idx)->data;
}

TfLiteTensor* MicroContext::AllocateTempTfLiteTensor(int tensor_idx) {
  if (static_cast<size_t>(tensor_idx) >= graph_.tensor_count) return nullptr;
  auto* tensor = static_cast<TfLiteTensor*>(arena_->AllocateTemporary(sizeof(TfLiteTensor)));
  if (tensor == nullptr) return nullptr;
  const bool described =
      tflm::DescribeTensor(model_, graph(), tensor_idx, graph_.tensors[tensor_idx],
                           {arena_, &tflm::Arena::AllocateTemporary}, tensor);
  return described ? tensor : nullptr;
}

TfLiteTensor* MicroContext::AllocateTempInputTensor(const TfLiteNode* node, int index) {
  if (index < 0 || index >= node->inputs->size) return nullptr;
  return AllocateTempTfLiteTensor(node->inputs->data[index]);
}

TfLiteTensor* MicroContext::AllocateTempOutputTensor(const TfLiteNode* node, int index) {
  if (index < 0 || index >= node->outputs->size) return nullptr;
  return AllocateTempTfLiteTensor(node->outputs->data[index]);
}

TfLiteTensor* MicroContext::AllocateTempIntermediateTensor(const TfLiteNode* node, int index) {
  if (index < 0 || index >= node->intermediates->size) return nullptr;
  return AllocateTempTfLiteTensor(node->intermediates->data[index]);
}

uint8_t* MicroContext::AllocateTempBuffer(size_t size, size_t alignment) {
  return static_cast<uint8_t*>(arena_->AllocateTemporary(size, alignment));
}

TfLiteStatus MicroContext::set_external_context(void* payload) {
  if (payload == nullptr || external_context_ != nullptr) {
    MicroPrintf("The external context is null or has been set already");
    return kTfLiteError;
  }
  external_context_ = payload;
  return kTfLiteOk;
}

void MicroContext::AllowInPlace(const TfLiteNode* node, int input, int output) {
  graph_.plan[node->outputs->data[output]].shares = static_cast<int16_t>(node->inputs->data[input]);
}

void MicroContext::ProvideData(int tensor_idx, void* data) {
  graph_.tensors[tensor_idx].data.data = data;
  graph_.plan[tensor_idx].bytes = 0;
}

}  // namespace tflite
