// The operators of this kernel set: our own blocks for int8 convolution and fully connected layers
// where they suit; Arm's functions where they do not, and for pooling; the portable kernels for
// everything else.
#include "kernels/cmsis_nn/operators.h"
#include "kernels/dsp/operators.h"
#include "kernels/operators.h"

namespace tflite {

using tflm::BuiltinOperator;

TFLMRegistration Register_ADD() { return BuiltinOperator(tflm::reference::PrepareAdd); }
TFLMRegistration Register_ADD_INT8() { return BuiltinOperator(tflm::reference::PrepareAddInt8); }
TFLMRegistration Register_AVERAGE_POOL_2D() {
  return BuiltinOperator(tflm::cmsis_nn::PrepareAveragePool);
}
TFLMRegistration Register_AVERAGE_POOL_2D_INT8() {
  return BuiltinOperator(tflm::cmsis_nn::PrepareAveragePoolInt8);
}
TFLMRegistration Register_CONV_2D() { return BuiltinOperator(tflm::dsp::PrepareConv2D); }
TFLMRegistration Register_CONV_2D_INT8() { return BuiltinOperator(tflm::dsp::PrepareConv2DInt8); }
TFLMRegistration Register_DEPTHWISE_CONV_2D() {
  return BuiltinOperator(tflm::dsp::PrepareDepthwiseConv2D);
}
TFLMRegistration Register_DEPTHWISE_CONV_2D_INT8() {
  return BuiltinOperator(tflm::dsp::PrepareDepthwiseConv2DInt8);
}
TFLMRegistration Register_DEQUANTIZE() {
  return BuiltinOperator(tflm::reference::PrepareDequantize);
}
TFLMRegistration Register_FULLY_CONNECTED() {
  return BuiltinOperator(tflm::dsp::PrepareFullyConnected);
}
TFLMRegistration Register_FULLY_CONNECTED_INT8() {
  return BuiltinOperator(tflm::dsp::PrepareFullyConnectedInt8);
}
TFLMRegistration Register_MAX_POOL_2D() { return BuiltinOperator(tflm::cmsis_nn::PrepareMaxPool); }
TFLMRegistration Register_MAX_POOL_2D_INT8() {
  return BuiltinOperator(tflm::cmsis_nn::PrepareMaxPoolInt8);
}
TFLMRegistration Register_MEAN() { return BuiltinOperator(tflm::reference::PrepareMean); }
TFLMRegistration Register_PAD() { return BuiltinOperator(tflm::reference::PreparePad); }
TFLMRegistration Register_PAD_INT8() { return BuiltinOperator(tflm::reference::PreparePadInt8); }
TFLMRegistration Register_QUANTIZE() { return BuiltinOperator(tflm::reference::PrepareQuantize); }
TFLMRegistration Register_RELU() { return BuiltinOperator(tflm::reference::PrepareRelu); }
TFLMRegistration Register_RELU6() { return BuiltinOperator(tflm::reference::PrepareRelu6); }
TFLMRegistration Register_RESHAPE() { return BuiltinOperator(tflm::reference::PrepareReshape); }
TFLMRegistration Register_SOFTMAX() { return BuiltinOperator(tflm::reference::PrepareSoftmax); }
TFLMRegistration Register_SOFTMAX_INT8() {
  return BuiltinOperator(tflm::reference::PrepareSoftmaxInt8);
}

}  // namespace tflite
