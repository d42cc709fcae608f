// Prepare functions of the portable kernels for the remaining operators. A kernel set's
// register.cc builds its Register_* functions from these and its own.
#ifndef RUNTIME_KERNELS_OPERATORS_H_
#define RUNTIME_KERNELS_OPERATORS_H_

#include "kernels/conv.h"
#include "kernels/kernel.h"

namespace tflm {

// Shapes of a pooling operator, NHWC, and the limits of its fused activation.
struct PoolGeometry {
  int32_t batches, channels;
  int32_t input_height, input_width;
  int32_t output_height, output_width;
  int32_t filter_height, filter_width;
  int32_t stride_height, stride_width;
  int32_t pad_top, pad_left;
  int32_t activation_min, activation_max;            // int8
  float float_activation_min, float_activation_max;  // float32
};

// Checks and fills all of it for the tensors' type (int8 or float32).
TfLiteStatus PreparePoolGeometry(TfLiteContext* context, const TfLiteNode* node,
                                 PoolGeometry* geometry);

}  // namespace tflm

namespace tflm::reference {

TfLiteStatus PrepareAdd(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareAddInt8(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareAveragePool(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareAveragePoolInt8(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareDequantize(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareMaxPool(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareMaxPoolInt8(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareMean(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PreparePad(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PreparePadInt8(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareQuantize(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareRelu(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareRelu6(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareReshape(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareSoftmax(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareSoftmaxInt8(TfLiteContext* context, TfLiteNode* node);

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_OPERATORS_H_
