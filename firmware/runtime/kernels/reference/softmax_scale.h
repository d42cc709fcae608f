// How SOFTMAX and LOG_SOFTMAX on int8 scale the differences of their inputs.
#ifndef RUNTIME_KERNELS_REFERENCE_SOFTMAX_SCALE_H_
#define RUNTIME_KERNELS_REFERENCE_SOFTMAX_SCALE_H_

#include <cstdint>

namespace tflm::reference {

constexpr int kSoftmaxIntegerBits = 5;      // of a difference: the others are fractional
constexpr int kSoftmaxSumIntegerBits = 12;  // of the sum of exponentials
// Beyond, the sum could overflow.
constexpr int32_t kMostSoftmaxClasses = (1 << (kSoftmaxSumIntegerBits - 1)) - 1;

struct SoftmaxScale {
  int32_t multiplier, left_shift;  // from a difference of inputs to fixed point
  int32_t diff_min;                // exp of anything smaller counts as 0
};

// As TFLM's PreprocessSoftmaxScaling and CalculateInputRadius: beta * scale * 2^26, at most
// 2^31 - 1. False when that is too small. beta and scale are positive and finite.
bool FindSoftmaxScale(float beta, float scale, SoftmaxScale* result);

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_SOFTMAX_SCALE_H_
