// What the operators of TFLM's signal library ask of their tensors.
#ifndef RUNTIME_KERNELS_SIGNAL_TENSORS_H_
#define RUNTIME_KERNELS_SIGNAL_TENSORS_H_

#include <cstdint>

#include "kernels/kernel.h"

namespace tflm::signal {

// Describes an input or output that must have this type and number of dimensions; null, with the
// reason reported, for another.
const TfLiteTensor* RequireInput(TfLiteContext* context, const TfLiteNode* node, int index,
                                 TfLiteType type, int dimensions);
const TfLiteTensor* RequireOutput(TfLiteContext* context, const TfLiteNode* node, int index,
                                  TfLiteType type, int dimensions);

// One input and one output, which have one dimension each.
struct Vectors {
  const TfLiteTensor* input;
  const TfLiteTensor* output;
};
TfLiteStatus RequireVectors(TfLiteContext* context, const TfLiteNode* node, TfLiteType input,
                            TfLiteType output, Vectors* vectors);

// The number of elements.
inline int32_t Count(const TfLiteTensor* tensor) {
  return static_cast<int32_t>(tflite::NumElements(tensor));
}

// A tensor as rows along its last dimension.
struct Rows {
  int32_t count, length;
};
// False for a scalar.
bool SplitRows(const TfLiteTensor* tensor, Rows* rows);

// Whether `count` is a number of values that each of `rows` may keep.
inline bool IsCount(int32_t count, int32_t rows) {
  constexpr int64_t kMost = 1 << 28;
  return count >= 0 && int64_t{count} * rows <= kMost;
}

// Whether `bits` is a shift of a value of `width` bits.
inline bool IsShift(int32_t bits, int32_t width) { return bits >= 0 && bits < width; }

}  // namespace tflm::signal

#endif  // RUNTIME_KERNELS_SIGNAL_TENSORS_H_
