// Prepare functions of this kernel set that another one uses. (Prepare<Method> without the suffix
// Int8 falls back to the portable kernel for other types.)
#ifndef RUNTIME_KERNELS_CMSIS_NN_OPERATORS_H_
#define RUNTIME_KERNELS_CMSIS_NN_OPERATORS_H_

#include "kernels/operators.h"

namespace tflm::cmsis_nn {

// Those through Arm's functions for any shape alone, which cost an image least flash.
TfLiteStatus PrepareConvOfAnyShape(TfLiteContext* context, TfLiteNode* node,
                                   const ConvTensors& tensors, ConvGeometry geometry);
TfLiteStatus PrepareDepthwiseConvOfAnyShape(TfLiteContext* context, TfLiteNode* node,
                                            const ConvTensors& tensors,
                                            const ConvGeometry& geometry);

}  // namespace tflm::cmsis_nn

#endif  // RUNTIME_KERNELS_CMSIS_NN_OPERATORS_H_
