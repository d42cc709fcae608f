// The Fourier transform of TFLM's signal library, which is KISS FFT's (version 130): mixed radices
// 4, 2, 3, 5, decimation in time. Fixed point divides by the radix before each stage, so that
// nothing overflows, and rounds every product; results are bit-exact with it for each type.
#ifndef RUNTIME_KERNELS_SIGNAL_FFT_H_
#define RUNTIME_KERNELS_SIGNAL_FFT_H_

#include <cstdint>

#include "kernels/kernel.h"

namespace tflm::signal {

template <typename T>
struct Complex {
  T real, imaginary;
};

// How a transform of a given length is computed: of `length` complex numbers, that is of twice as
// many real ones, two by two.
template <typename T>
struct Plan {
  static constexpr int kMostStages = 24;

  int32_t length;
  int32_t stages;
  uint8_t radix[kMostStages];  // of the outermost stage first
  bool inverse;
  const Complex<T>* twiddles;  // e^(-2 pi i k / length), or its conjugate
  const Complex<T>* shifted;   // e^(-pi i ((k + 1) / length + 1/2)), or its conjugate
};

// Whether TFLM can transform so many real numbers: 2, 3 and 5 are the only factors, 4 divides it or
// it is twice an odd number greater than 1.
bool IsTransformLength(int32_t real_length);

// Fills the plan for a length that is one; false when the arena is full.
template <typename T>
bool MakePlan(TfLiteContext* context, int32_t real_length, bool inverse, Plan<T>* plan);

// The spectrum, of plan.length + 1 lines, of `count` real numbers, to which zeros are added.
template <typename T>
void TransformReal(const Plan<T>& plan, const T* input, int32_t count, Complex<T>* spectrum);

// Twice plan.length real numbers of a spectrum, as KISS FFT scales them. `work` has room for
// plan.length complex numbers.
template <typename T>
void TransformToReal(const Plan<T>& plan, const Complex<T>* spectrum, Complex<T>* work, T* output);

}  // namespace tflm::signal

#endif  // RUNTIME_KERNELS_SIGNAL_FFT_H_
