// The operators of this kernel set: all portable.

#include "kernels/operators.h"

namespace tflite {

using tflm::BuiltinOperator;

#define TFLM_REGISTER(name, prepare) \
  TFLMRegistration Register_##name() { return BuiltinOperator(tflm::reference::prepare); }

TFLM_REGISTER(ADD, PrepareAdd)
TFLM_REGISTER(ADD_INT8, PrepareAddInt8)
TFLM_REGISTER(AVERAGE_POOL_2D, PrepareAveragePool)
TFLM_REGISTER(AVERAGE_POOL_2D_INT8, PrepareAveragePoolInt8)
TFLM_REGISTER(CONV_2D, PrepareConv2D)
TFLM_REGISTER(CONV_2D_INT8, PrepareConv2DInt8)
TFLM_REGISTER(DEPTHWISE_CONV_2D, PrepareDepthwiseConv2D)
TFLM_REGISTER(DEPTHWISE_CONV_2D_INT8, PrepareDepthwiseConv2DInt8)
TFLM_REGISTER(DEQUANTIZE, PrepareDequantize)
TFLM_REGISTER(FULLY_CONNECTED, PrepareFullyConnected)
TFLM_REGISTER(FULLY_CONNECTED_INT8, PrepareFullyConnectedInt8)
TFLM_REGISTER(MAX_POOL_2D, PrepareMaxPool)
TFLM_REGISTER(MAX_POOL_2D_INT8, PrepareMaxPoolInt8)
TFLM_REGISTER(MEAN, PrepareMean)
TFLM_REGISTER(PAD, PreparePad)
TFLM_REGISTER(PAD_INT8, PreparePadInt8)
TFLM_REGISTER(QUANTIZE, PrepareQuantize)
TFLM_REGISTER(RELU, PrepareRelu)
TFLM_REGISTER(RELU6, PrepareRelu6)
TFLM_REGISTER(RESHAPE, PrepareReshape)
TFLM_REGISTER(SOFTMAX, PrepareSoftmax)
TFLM_REGISTER(SOFTMAX_INT8, PrepareSoftmaxInt8)

#undef TFLM_REGISTER

}  // namespace tflite
