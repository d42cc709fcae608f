// SOFTMAX on int16: exp() and 1 / (1 + x) by tables.
#ifndef RUNTIME_KERNELS_REFERENCE_SOFTMAX_INT16_H_
#define RUNTIME_KERNELS_REFERENCE_SOFTMAX_INT16_H_

#include "kernels/kernel.h"

namespace tflm::reference {

// Prepares the operator for `rows` rows of `depth` classes, which have been checked.
TfLiteStatus PrepareSoftmaxInt16(TfLiteContext* context, TfLiteNode* node,
                                 const TfLiteTensor* input, const TfLiteTensor* output,
                                 int32_t rows, int32_t depth);

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_SOFTMAX_INT16_H_
