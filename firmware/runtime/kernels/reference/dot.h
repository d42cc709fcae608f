// The inner product that the int8 kernels are built on.
#ifndef RUNTIME_KERNELS_REFERENCE_DOT_H_
#define RUNTIME_KERNELS_REFERENCE_DOT_H_

#include <cstdint>

namespace tflm::reference {

// Adds to each of 4 sums the product of (input + offset) with one of 4 filters, `stride`
// bytes apart: an input value is loaded once for four products.
inline void Dot4(const int8_t* input, int32_t offset, const int8_t* filter, int32_t stride,
                 int32_t length, int32_t sums[4]) {
  const int8_t* f0 = filter;
  const int8_t* f1 = f0 + stride;
  const int8_t* f2 = f1 + stride;
  const int8_t* f3 = f2 + stride;
  int32_t s0 = sums[0];
  int32_t s1 = sums[1];
  int32_t s2 = sums[2];
  int32_t s3 = sums[3];
#pragma GCC unroll 4
  for (int32_t i = 0; i < length; ++i) {
    const int32_t value = *input++ + offset;
    s0 += value * *f0++;
    s1 += value * *f1++;
    s2 += value * *f2++;
    s3 += value * *f3++;
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}

inline int32_t Dot1(const int8_t* input, int32_t offset, const int8_t* filter, int32_t length) {
  int32_t sum = 0;
#pragma GCC unroll 4
  for (int32_t i = 0; i < length; ++i) sum += (*input++ + offset) * *filter++;
  return sum;
}

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_DOT_H_
