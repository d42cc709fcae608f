// Sums of many int8 values, as TFLM's ADD_N and CUMSUM take them: each is scaled to half of its
// scale times 2^20, and so are the zeros that a sum begins with.
#ifndef RUNTIME_KERNELS_REFERENCE_MANY_SUMS_H_
#define RUNTIME_KERNELS_REFERENCE_MANY_SUMS_H_

#include <limits>

#include "kernels/kernel.h"
#include "kernels/quantization.h"

namespace tflm::reference {

struct SumScale {
  int32_t input_zero_point, output_zero_point;
  QuantizedMultiplier multiplier;  // of a sum
};

constexpr int kSumBits = 20;

// False when a tensor is not quantized or the scales do not fit; TFLM then ends the program.
inline bool FindSumScale(const TfLiteTensor* input, const TfLiteTensor* output, SumScale* scale) {
  if (!IsPerTensorQuantized(input) || !IsPerTensorQuantized(output)) return false;
  scale->input_zero_point = input->params.zero_point;
  scale->output_zero_point = output->params.zero_point;
  return QuantizeRatio(input->params.scale, 2.0f, (1 << kSumBits) * output->params.scale,
                       &scale->multiplier) &&
         scale->multiplier.shift <= 0;
}

// What a sum begins with: TFLM takes a stored 0 for it, not the zero point.
inline int32_t EmptySum(const SumScale& scale) {
  return -scale.input_zero_point * (1 << (kSumBits - 1));
}

inline int32_t Summand(const SumScale& scale, int8_t value) {
  return (value - scale.input_zero_point) * (1 << (kSumBits - 1));
}

inline int8_t RoundedSum(const SumScale& scale, int32_t sum) {
  const int32_t scaled =
      MultiplyByQuantizedMultiplier(sum, scale.multiplier.multiplier, scale.multiplier.shift);
  return static_cast<int8_t>(Clamp(scaled + scale.output_zero_point,
                                   std::numeric_limits<int8_t>::min(),
                                   std::numeric_limits<int8_t>::max()));
}

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_MANY_SUMS_H_
