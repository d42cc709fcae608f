// The logistic function and tanh in fixed point, as LOGISTIC, TANH and the LSTM take them.
#ifndef RUNTIME_KERNELS_REFERENCE_SIGMOID_H_
#define RUNTIME_KERNELS_REFERENCE_SIGMOID_H_

#include <cstdint>

namespace tflm::reference {

// How int16 inputs are brought to the scale of the table, 1/(3 * 4096): multiplied, then shifted
// right with rounding.
struct TableScale {
  int32_t multiplier;
  int32_t right_shift;
};

// The scale for inputs of 3 integer and 12 fractional bits, times 2^left_shift.
constexpr TableScale PowerOfTwoScale(int left_shift) { return {3 << left_shift, 0}; }

// The scale for inputs in steps of `scale`; false when it is too large.
bool FindTableScale(float scale, TableScale* result);

// Whether `value` is a power of two to within 0.07 % (TFLM's CheckedLog2), and which.
bool IsNearPowerOfTwo(float value, int* exponent);

// log2(value), rounded.
int RoundedLog2(float value);

// 1 / (1 + exp(-x)) and tanh(x) with 15 fractional bits, interpolated in a table.
int16_t LogisticInt16(int16_t x, const TableScale& scale);
int16_t TanhInt16(int16_t x, const TableScale& scale);

// The same for x with 4 integer and 27 fractional bits; the results have 31. Bit-exact with
// gemmlowp's logistic and tanh.
int32_t LogisticQ27(int32_t x);
int32_t TanhQ27(int32_t x);

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_SIGMOID_H_
