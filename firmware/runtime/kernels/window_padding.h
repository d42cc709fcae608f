// Padding of windows that slide over an input: convolution and pooling.
#ifndef RUNTIME_KERNELS_WINDOW_PADDING_H_
#define RUNTIME_KERNELS_WINDOW_PADDING_H_

#include <cstdint>

#include "tensorflow/lite/c/builtin_op_data.h"

namespace tflm {

// One spatial direction. All are positive.
struct Window {
  int32_t input, filter, output, stride, dilation;
};

// The padding before the input by the rule of TensorFlow's GetWindowedOutputSize, or -1 when
// the output has not the size that follows from it. Every position that a window can reach
// then fits an int32.
int32_t PaddingBefore(const Window& window, TfLitePadding padding);

}  // namespace tflm

#endif  // RUNTIME_KERNELS_WINDOW_PADDING_H_
