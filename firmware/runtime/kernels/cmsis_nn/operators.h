// Prepare functions of the operators that this kernel set does itself; register.cc takes the
// rest from the portable kernels.
#ifndef RUNTIME_KERNELS_CMSIS_NN_OPERATORS_H_
#define RUNTIME_KERNELS_CMSIS_NN_OPERATORS_H_

#include "kernels/conv.h"

namespace tflm::cmsis_nn {

// Those without suffix fall back to the portable kernel for types other than int8.
TfLiteStatus PrepareAveragePool(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareAveragePoolInt8(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareConv2D(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareConv2DInt8(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareDepthwiseConv2D(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareDepthwiseConv2DInt8(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareFullyConnected(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareFullyConnectedInt8(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareMaxPool(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareMaxPoolInt8(TfLiteContext* context, TfLiteNode* node);

// Those through Arm's functions for any shape alone, which cost an image least flash.
TfLiteStatus PrepareConvOfAnyShape(TfLiteContext* context, TfLiteNode* node,
                                   const ConvTensors& tensors, ConvGeometry geometry);
TfLiteStatus PrepareDepthwiseConvOfAnyShape(TfLiteContext* context, TfLiteNode* node,
                                            const ConvTensors& tensors,
                                            const ConvGeometry& geometry);

}  // namespace tflm::cmsis_nn

#endif  // RUNTIME_KERNELS_CMSIS_NN_OPERATORS_H_
