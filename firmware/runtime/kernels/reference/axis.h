// A tensor seen as `outer` blocks of `size` rows of `inner` elements, of which `size` is the
// dimension that an operator works along.
#ifndef RUNTIME_KERNELS_REFERENCE_AXIS_H_
#define RUNTIME_KERNELS_REFERENCE_AXIS_H_

#include <cstdint>

#include "kernels/kernel.h"

namespace tflm::reference {

struct Axis {
  int32_t outer, size, inner;
};

// Splits `tensor` at dimension `axis`, which may be counted from the end; false for one that the
// tensor does not have.
inline bool SplitAt(const TfLiteTensor* tensor, int32_t axis, Axis* split) {
  const int rank = tensor->dims->size;
  if (axis < 0) axis += rank;
  if (axis < 0 || axis >= rank) return false;
  *split = {1, tensor->dims->data[axis], 1};
  for (int d = 0; d < rank; ++d) {
    if (d < axis) split->outer *= tensor->dims->data[d];
    if (d > axis) split->inner *= tensor->dims->data[d];
  }
  return true;
}

// Splits `tensor` at the axis that `index` holds: one constant INT32.
inline bool SplitAtConstant(const TfLiteTensor* tensor, const TfLiteTensor* index, Axis* split) {
  return index->type == kTfLiteInt32 && tflite::IsConstantTensor(index) &&
         tflite::NumElements(index) == 1 && SplitAt(tensor, index->data.i32[0], split);
}

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_AXIS_H_
