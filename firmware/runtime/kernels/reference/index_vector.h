// Constant vectors of indices, sizes or paddings, of int32 or int64.
#ifndef RUNTIME_KERNELS_REFERENCE_INDEX_VECTOR_H_
#define RUNTIME_KERNELS_REFERENCE_INDEX_VECTOR_H_

#include <cstdint>
#include <cstring>

#include "kernels/kernel.h"

namespace tflm::reference {

inline bool IsIndexType(TfLiteType type) { return type == kTfLiteInt32 || type == kTfLiteInt64; }

// Whether the tensor is a constant vector of `count` indices.
inline bool IsIndexVector(const TfLiteTensor* tensor, int count) {
  return IsIndexType(tensor->type) && tflite::IsConstantTensor(tensor) && tensor->dims->size == 1 &&
         tensor->dims->data[0] == count;
}

// Element `i` of `data`, of an index type; int64 may be aligned to 4 bytes only.
inline int64_t IndexAt(TfLiteType type, const void* data, int i) {
  if (type == kTfLiteInt32) return static_cast<const int32_t*>(data)[i];
  int64_t value;
  std::memcpy(&value, static_cast<const uint8_t*>(data) + i * sizeof(value), sizeof(value));
  return value;
}

inline int64_t IndexAt(const TfLiteTensor* tensor, int i) {
  return IndexAt(tensor->type, tensor->data.data, i);
}

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_INDEX_VECTOR_H_
