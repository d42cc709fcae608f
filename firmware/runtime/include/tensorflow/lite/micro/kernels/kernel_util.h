// What operators use during Invoke, under TFLM's names.
#ifndef TENSORFLOW_LITE_MICRO_KERNELS_KERNEL_UTIL_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_KERNEL_UTIL_H_

#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/kernels/internal/compatibility.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/micro/micro_common.h"
#include "tensorflow/lite/micro/micro_context.h"

namespace tflite {
namespace micro {

inline TFLMRegistration RegisterOp(void* (*init)(TfLiteContext* context, const char* buffer,
                                                 size_t length),
                                   TfLiteStatus (*prepare)(TfLiteContext* context,
                                                           TfLiteNode* node),
                                   TfLiteStatus (*invoke)(TfLiteContext* context, TfLiteNode* node),
                                   void (*free)(TfLiteContext* context, void* buffer) = nullptr,
                                   void (*reset)(TfLiteContext* context, void* buffer) = nullptr) {
  return {init, free, prepare, invoke, reset, 0, nullptr};
}

inline TFLMInferenceRegistration RegisterOp(TfLiteStatus (*invoke)(TfLiteContext* context,
                                                                   TfLiteNode* node),
                                            void (*reset)(TfLiteContext* context,
                                                          void* buffer) = nullptr) {
  return {invoke, reset};
}

// The node's index-th input; null when it is beyond the list or an absent optional.
inline TfLiteEvalTensor* GetMutableEvalInput(const TfLiteContext* context, const TfLiteNode* node,
                                             int index) {
  if (index >= node->inputs->size) return nullptr;
  return GetMicroContext(context)->GetEvalTensor(node->inputs->data[index]);
}

inline const TfLiteEvalTensor* GetEvalInput(const TfLiteContext* context, const TfLiteNode* node,
                                            int index) {
  return GetMutableEvalInput(context, node, index);
}

inline TfLiteEvalTensor* GetEvalOutput(const TfLiteContext* context, const TfLiteNode* node,
                                       int index) {
  return GetMicroContext(context)->GetEvalTensor(node->outputs->data[index]);
}

template <typename T>
T* GetTensorData(TfLiteEvalTensor* tensor) {
  return reinterpret_cast<T*>(tensor->data.raw);
}

template <typename T>
const T* GetTensorData(const TfLiteEvalTensor* tensor) {
  return reinterpret_cast<const T*>(tensor->data.raw);
}

template <typename T>
const T* GetOptionalTensorData(const TfLiteEvalTensor* tensor) {
  return tensor == nullptr ? nullptr : reinterpret_cast<const T*>(tensor->data.raw);
}

inline RuntimeShape GetTensorShape(const TfLiteEvalTensor* tensor) {
  return tensor == nullptr ? RuntimeShape(0, nullptr)
                           : RuntimeShape(tensor->dims->size,
                                          reinterpret_cast<const int32_t*>(tensor->dims->data));
}

inline bool HaveSameShapes(const TfLiteEvalTensor* a, const TfLiteEvalTensor* b) {
  return TfLiteIntArrayEqual(a->dims, b->dims) != 0;
}

}  // namespace micro
}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_KERNEL_UTIL_H_
