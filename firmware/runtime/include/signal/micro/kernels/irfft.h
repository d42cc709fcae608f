#ifndef SIGNAL_MICRO_KERNELS_IRFFT_H_
#define SIGNAL_MICRO_KERNELS_IRFFT_H_

#include "tensorflow/lite/micro/kernels/micro_ops.h"

#endif  // SIGNAL_MICRO_KERNELS_IRFFT_H_
