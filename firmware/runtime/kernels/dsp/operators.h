// Prepare functions of the operators that this kernel set does itself; register.cc takes the
// rest from Arm's functions and the portable kernels.
#ifndef RUNTIME_KERNELS_DSP_OPERATORS_H_
#define RUNTIME_KERNELS_DSP_OPERATORS_H_

#include "kernels/kernel.h"

namespace tflm::dsp {

// Those without suffix fall back to the portable kernel for types other than int8.
TfLiteStatus PrepareConv2D(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareConv2DInt8(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareDepthwiseConv2D(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareDepthwiseConv2DInt8(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareFullyConnected(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareFullyConnectedInt8(TfLiteContext* context, TfLiteNode* node);

}  // namespace tflm::dsp

#endif  // RUNTIME_KERNELS_DSP_OPERATORS_H_
