// The full description of a tensor (TfLiteTensor) from the model, and the record behind a
// scratch buffer.
#ifndef RUNTIME_CORE_DESCRIBE_TENSOR_H_
#define RUNTIME_CORE_DESCRIBE_TENSOR_H_

#include "runtime/arena.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace tflm {

// Where the parts of a description that need memory come from.
struct Allocator {
  Arena* arena;
  void* (Arena::*allocate)(size_t bytes, size_t alignment);

  void* operator()(size_t bytes) const { return (arena->*allocate)(bytes, Arena::kAlignment); }
};

// Fills `tensor` for tensor `index` of a graph of a checked model. Shape and scales stay in the
// model; zero points, which are 64 bits wide there, are copied. False when memory runs out.
bool DescribeTensor(const tflite::Model* model, const tflite::SubGraph* graph, int index,
                    const TfLiteEvalTensor& eval_tensor, Allocator allocate, TfLiteTensor* tensor);

// What a kernel asked for in Prepare; lives in the arena.
struct ScratchRequest {
  size_t bytes;
  uint8_t* data;
  ScratchRequest* next;
  int16_t node;  // that computes with it, or kWholeRun
};
constexpr int16_t kWholeRun = -1;

}  // namespace tflm

#endif  // RUNTIME_CORE_DESCRIBE_TENSOR_H_
