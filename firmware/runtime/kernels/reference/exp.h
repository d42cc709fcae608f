// exp() of the kernels, in fixed point and in float.
#ifndef RUNTIME_KERNELS_REFERENCE_EXP_H_
#define RUNTIME_KERNELS_REFERENCE_EXP_H_

#include <cstdint>

namespace tflm::reference {

// exp(x) for x <= 0 with 4 or 5 integer bits, the rest fractional; the result has 31 fractional
// bits (2^31 - 1 for 1). Bit-exact with gemmlowp's exp_on_negative_values.
template <int kIntegerBits>
int32_t ExpOnNegativeValues(int32_t x);

// 1 / (1 + x) for x in [0, 1] with 31 fractional bits; so has the result. Bit-exact with
// gemmlowp's one_over_one_plus_x_for_x_in_0_1.
int32_t OneOverOnePlusX(int32_t x);

// (1 - x) / (1 + x), likewise (one_minus_x_over_one_plus_x_for_x_in_0_1).
int32_t OneMinusXOverOnePlusX(int32_t x);

// exp(x) to within 0.502 units in the last place, the same on every machine. newlib's and
// glibc's expf differ in the last bit now and then; this follows glibc's, which TFLM uses on
// x86.
float ExpFloat(float x);

// exp(x) - 1 for x up to 44, as glibc's expm1f computes it (up to version 2.40).
float ExpMinusOne(float x);

// 1 / (1 + exp(-x)) within TFLM's limits.
float LogisticFloat(float x);

// tanh(x) as glibc's tanhf computes it (up to version 2.40), which TFLM uses on x86.
float TanhFloat(float x);

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_EXP_H_
