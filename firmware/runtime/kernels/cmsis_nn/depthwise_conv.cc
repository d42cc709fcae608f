// DEPTHWISE_CONV_2D, int8, through Arm's functions.
#include "kernels/cmsis_nn/arm.h"
#include "kernels/cmsis_nn/operators.h"

namespace tflm::cmsis_nn {
namespace {

struct DepthwiseConv {
  decltype(&arm_depthwise_conv_s8) function;
  cmsis_nn_dw_conv_params params;
  cmsis_nn_per_channel_quant_params quantization;
  cmsis_nn_dims input, filter, output;
  int scratch;
};

TfLiteStatus InvokeArm(TfLiteContext* context, TfLiteNode* node) {
  const auto& op = Parameters<DepthwiseConv>(node);
  const cmsis_nn_context scratch = Scratch(context, op.scratch);
  const cmsis_nn_dims bias = {1, 1, 1, op.output.c};
  return ToStatus(op.function(&scratch, &op.params, &op.quantization, &op.input,
                              InputData<int8_t>(context, node, kConvInput), &op.filter,
                              InputData<int8_t>(context, node, kConvFilter), &bias,
                              InputData<int32_t>(context, node, kConvBias), &op.output,
                              OutputData<int8_t>(context, node, kConvOutput)));
}

// arm_depthwise_conv_s8_opt and arm_depthwise_conv_3x3_s8 compute four channels at a time: the
// first from a column in scratch memory, the second from where the values lie.
bool SuitsOpt(const ConvGeometry& g) {
  return g.depth_multiplier == 1 && g.batches == 1 && g.dilation_height == 1 &&
         g.dilation_width == 1 && FitsArm(g);
}

bool Suits3x3(const ConvGeometry& g) {
  return SuitsOpt(g) && g.filter_height == 3 && g.filter_width == 3 && g.pad_top <= 1 &&
         g.pad_left <= 1;
}

TfLiteStatus PrepareArm(TfLiteContext* context, TfLiteNode* node, const ConvTensors& tensors,
                        const ConvGeometry& g, decltype(DepthwiseConv::function) function) {
  auto* op = AllocatePersistent<DepthwiseConv>(context);
  if (op == nullptr) return kTfLiteError;
  ArmQuantization q;
  TF_LITE_ENSURE_STATUS(
      PrepareConvQuantization(context, tensors, g.output_channels, kDepthwiseConvChannelDimension,
                              Options<TfLiteDepthwiseConvParams>(node).activation, &q));
  op->function = function;
  op->params = {q.input_offset, q.output_offset, g.depth_multiplier, Stride(g),
                Padding(g),     Dilation(g),     Activation(q)};
  op->quantization = PerChannel(q);
  op->input = InputDims(g);
  op->filter = {1, g.filter_height, g.filter_width, g.output_channels};
  op->output = OutputDims(g);
  node->user_data = op;
  SelectInvoke(node, InvokeArm);
  const int32_t bytes = function == arm_depthwise_conv_s8_opt
                            ? arm_depthwise_conv_s8_opt_get_buffer_size(&op->input, &op->filter)
                            : 0;
  return RequestScratch(context, bytes, &op->scratch);
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const ConvTensors& tensors) {
  ConvGeometry g;
  TF_LITE_ENSURE_STATUS(PrepareConvGeometry(context, node, tensors, /*depthwise=*/true, &g));
  return Suits3x3(g) ? PrepareArm(context, node, tensors, g, arm_depthwise_conv_3x3_s8)
                     : PrepareDepthwiseConvOfAnyShape(context, node, tensors, g);
}

}  // namespace

TfLiteStatus PrepareDepthwiseConvOfAnyShape(TfLiteContext* context, TfLiteNode* node,
                                            const ConvTensors& tensors, const ConvGeometry& g) {
  if (!FitsArm(g)) return reference::PrepareDepthwiseConv2DInt8(context, node);
  return PrepareArm(context, node, tensors, g,
                    SuitsOpt(g) ? arm_depthwise_conv_s8_opt : arm_depthwise_conv_s8);
}

TfLiteStatus PrepareDepthwiseConv2D(TfLiteContext* context, TfLiteNode* node) {
  return PrepareByType<PrepareInt8, reference::PrepareDepthwiseConv2DWide,
                       reference::PrepareDepthwiseConv2DFloat>(context, node);
}

TfLiteStatus PrepareDepthwiseConv2DInt8(TfLiteContext* context, TfLiteNode* node) {
  return PrepareDescribed<PrepareInt8>(context, node);
}

}  // namespace tflm::cmsis_nn
