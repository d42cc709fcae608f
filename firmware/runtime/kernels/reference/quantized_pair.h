// The parameters of ADD, SUB and MUL on quantized tensors, which kernel sets with an Invoke of
// their own share with the portable kernels.
#ifndef RUNTIME_KERNELS_REFERENCE_QUANTIZED_PAIR_H_
#define RUNTIME_KERNELS_REFERENCE_QUANTIZED_PAIR_H_

#include <cstdint>

#include "kernels/quantization.h"
#include "kernels/reference/broadcast.h"

namespace tflm::reference {

// Of ADD and SUB: the inputs plus their offsets, times 2^kSumLeftShift, are brought to a common
// scale by their multipliers, the result to the output's scale.
struct QuantizedSum {
  Walk walk;
  int32_t offset1, offset2, output_offset;
  QuantizedMultiplier multiplier1, multiplier2, output_multiplier;
  int32_t min, max;
};

template <typename T>
constexpr int kSumLeftShift = sizeof(T) == 1 ? 20 : 15;

// Of MUL: the product of the inputs plus their offsets, times the multiplier.
struct QuantizedProduct {
  Walk walk;
  int32_t offset1, offset2, output_offset;
  QuantizedMultiplier multiplier;
  int32_t min, max;
};

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_QUANTIZED_PAIR_H_
