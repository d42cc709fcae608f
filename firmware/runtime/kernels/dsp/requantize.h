/*
 * A shorter arm_nn_requantize, for our kernels and (see arm_requantize.h) for Arm's. The same
 * result for every value, a multiplier in [0, 2^31) and a shift in [-31, 31]; about 13 instructions
 * instead of 25, for every output of every layer.
 */
#ifndef RUNTIME_KERNELS_DSP_REQUANTIZE_H_
#define RUNTIME_KERNELS_DSP_REQUANTIZE_H_

#include <stdint.h>

/* round(value * multiplier / 2^31), halves upwards. In assembly, because gcc 12 makes a product of
 * 64 by 64 bits of it where one multiplier serves several values. */
static inline __attribute__((always_inline)) int32_t workbench_doubling_high_multiply(
    int32_t value, int32_t multiplier) {
  uint32_t low = UINT32_C(1) << 30;
  uint32_t high = 0;
  __asm__("smlal %0, %1, %2, %3" : "+r"(low), "+r"(high) : "r"(value), "r"(multiplier));
  return (int32_t)(high << 1 | low >> 31);
}

/* value * multiplier * 2^(shift - 31), rounded after the product and again after the shift. */
static inline __attribute__((always_inline)) int32_t workbench_requantize(int32_t value,
                                                                          int32_t multiplier,
                                                                          int32_t shift) {
  if (__builtin_expect(shift < 0, 1)) {
    const int32_t product = workbench_doubling_high_multiply(value, multiplier);
    /* Halves away from zero: a negative value is lowered by one before halves go upwards. It
     * cannot wrap, for the product is above INT32_MIN. ~shift is the right shift less one. */
    return (((product + (product >> 31)) >> ~shift) + 1) >> 1;
  }
  return workbench_doubling_high_multiply((int32_t)((uint32_t)value << shift), multiplier);
}

#endif /* RUNTIME_KERNELS_DSP_REQUANTIZE_H_ */
