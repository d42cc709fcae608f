#ifndef RUNTIME_KERNELS_SIGNAL_BITS_H_
#define RUNTIME_KERNELS_SIGNAL_BITS_H_

#include <cstdint>

namespace tflm::signal {

// The number of bits that x, which is not 0, takes.
inline int BitLength(uint32_t x) { return 32 - __builtin_clz(x); }

}  // namespace tflm::signal

#endif  // RUNTIME_KERNELS_SIGNAL_BITS_H_
