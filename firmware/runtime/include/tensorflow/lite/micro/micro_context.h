// What an operator asks the interpreter for: memory, tensors and scratch buffers.
#ifndef TENSORFLOW_LITE_MICRO_MICRO_CONTEXT_H_
#define TENSORFLOW_LITE_MICRO_MICRO_CONTEXT_H_

#include <cstddef>
#include <cstdint>

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace tflm {
class Arena;
struct PlannedBuffer;
struct ScratchRequest;
}  // namespace tflm

namespace tflite {

constexpr TfLiteStatus kTfLiteAbort = static_cast<TfLiteStatus>(15);

class MicroContext {
 public:
  // Memory that lives as long as the interpreter, aligned to 8 bytes. Init and Prepare only.
  // Null when the arena is full.
  void* AllocatePersistentBuffer(size_t bytes);

  // Asks for memory that the operator may use during its own Invoke. Prepare only.
  TfLiteStatus RequestScratchBufferInArena(size_t bytes, int* buffer_idx);

  // The memory behind such a request, aligned to 8 bytes. Invoke only.
  void* GetScratchBuffer(int buffer_idx);

  // A full description of a tensor, valid until Prepare returns. Null for an index that the
  // model does not have, for an absent optional tensor, and when the arena is full.
  TfLiteTensor* AllocateTempTfLiteTensor(int tensor_idx);
  TfLiteTensor* AllocateTempInputTensor(const TfLiteNode* node, int index);
  TfLiteTensor* AllocateTempOutputTensor(const TfLiteNode* node, int index);
  TfLiteTensor* AllocateTempIntermediateTensor(const TfLiteNode* node, int index);
  // Temporary memory is released as a whole when Prepare returns; this does nothing.
  void DeallocateTempTfLiteTensor(TfLiteTensor*) {}

  // Memory for the duration of Prepare.
  uint8_t* AllocateTempBuffer(size_t size, size_t alignment);
  void DeallocateTempBuffer(uint8_t*) {}

  // The tensor's place in memory. Data pointers of activations are set after Prepare.
  TfLiteEvalTensor* GetEvalTensor(int tensor_idx) {
    return static_cast<size_t>(tensor_idx) < tensor_count_ ? &tensors_[tensor_idx] : nullptr;
  }

  TfLiteStatus set_external_context(void* payload);
  void* external_context() { return external_context_; }

  // Extension. Lets the output lie where the input lies, for an operator that can compute in
  // place; the planner does so if nothing else needs the input afterwards and both have the
  // same size. Prepare only, and Invoke must work either way.
  void AllowInPlace(const TfLiteNode* node, int input, int output);

  // Extension. The operator whose Prepare runs, by its position in the model.
  int preparing() const { return preparing_; }
  const Model* model() const { return model_; }

 private:
  friend class MicroInterpreter;

  tflm::Arena* arena_ = nullptr;
  const Model* model_ = nullptr;
  TfLiteEvalTensor* tensors_ = nullptr;
  size_t tensor_count_ = 0;
  tflm::ScratchRequest* scratch_requests_ = nullptr;
  tflm::PlannedBuffer* plan_ = nullptr;  // one a tensor, while tensors are being allocated
  int16_t preparing_ = -1;               // the node whose Prepare runs
  void* external_context_ = nullptr;
};

inline MicroContext* GetMicroContext(const TfLiteContext* context) {
  return static_cast<MicroContext*>(context->impl_);
}

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_CONTEXT_H_
