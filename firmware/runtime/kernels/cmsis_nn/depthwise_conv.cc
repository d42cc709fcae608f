// DEPTHWISE_CONV_2D, int8: Arm's functions, or DepthwisePlanes where the shape allows it.
#include "kernels/cmsis_nn/arm.h"
#include "kernels/cmsis_nn/depthwise_planes.h"
#include "kernels/cmsis_nn/operators.h"

namespace tflm::cmsis_nn {
namespace {

struct ArmDepthwiseConv {
  decltype(&arm_depthwise_conv_s8) function;
  cmsis_nn_dw_conv_params params;
  cmsis_nn_per_channel_quant_params quantization;
  cmsis_nn_dims input, filter, output;
  int scratch;
};

TfLiteStatus InvokeArm(TfLiteContext* context, TfLiteNode* node) {
  const auto& op = Parameters<ArmDepthwiseConv>(node);
  const cmsis_nn_context scratch = Scratch(context, op.scratch);
  const cmsis_nn_dims bias = {1, 1, 1, op.output.c};
  return ToStatus(op.function(&scratch, &op.params, &op.quantization, &op.input,
                              InputData<int8_t>(context, node, kConvInput), &op.filter,
                              InputData<int8_t>(context, node, kConvFilter), &bias,
                              InputData<int32_t>(context, node, kConvBias), &op.output,
                              OutputData<int8_t>(context, node, kConvOutput)));
}

// arm_depthwise_conv_s8_opt computes four channels at a time, from a column in scratch memory.
bool SuitsOpt(const ConvGeometry& g) {
  return g.depth_multiplier == 1 && g.batches == 1 && g.dilation_height == 1 &&
         g.dilation_width == 1;
}

TfLiteStatus PrepareArm(TfLiteContext* context, TfLiteNode* node, const ConvGeometry& g,
                        const OutputQuantization& q) {
  auto* op = AllocatePersistent<ArmDepthwiseConv>(context);
  if (op == nullptr) return kTfLiteError;
  op->params = {q.input_offset, q.output_offset, g.depth_multiplier, Stride(g),
                Padding(g),     Dilation(g),     Activation(q)};
  op->input = InputDims(g);
  op->filter = {1, g.filter_height, g.filter_width, g.output_channels};
  op->output = OutputDims(g);
  TF_LITE_ENSURE_STATUS(PreparePerChannel(context, q, g.output_channels, &op->quantization));
  int32_t bytes = 0;
  if (SuitsOpt(g)) {
    op->function = arm_depthwise_conv_s8_opt;
    bytes = arm_depthwise_conv_s8_opt_get_buffer_size(&op->input, &op->filter);
  } else {
    op->function = arm_depthwise_conv_s8;
  }
  node->user_data = op;
  SelectInvoke(node, InvokeArm);
  return RequestScratch(context, bytes, &op->scratch);
}

struct PlaneDepthwiseConv {
  ConvGeometry geometry;
  OutputQuantization quantization;
  int scratch;
};

TfLiteStatus InvokePlanes(TfLiteContext* context, TfLiteNode* node) {
  const auto& op = Parameters<PlaneDepthwiseConv>(node);
  DepthwisePlanes(op.geometry, op.quantization, InputData<int8_t>(context, node, kConvInput),
                  InputData<int8_t>(context, node, kConvFilter),
                  InputData<int32_t>(context, node, kConvBias),
                  static_cast<int16_t*>(context->GetScratchBuffer(context, op.scratch)),
                  OutputData<int8_t>(context, node, kConvOutput));
  return kTfLiteOk;
}

TfLiteStatus PreparePlanes(TfLiteContext* context, TfLiteNode* node, const ConvGeometry& g,
                           const OutputQuantization& q) {
  auto* op = AllocatePersistent<PlaneDepthwiseConv>(context);
  if (op == nullptr) return kTfLiteError;
  op->geometry = g;
  op->quantization = q;
  node->user_data = op;
  SelectInvoke(node, InvokePlanes);
  return RequestScratch(context, PlaneBytes(g), &op->scratch);
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const ConvTensors& tensors) {
  ConvGeometry g;
  TF_LITE_ENSURE_STATUS(PrepareConvGeometry(context, node, tensors, /*depthwise=*/true, &g));
  if (!SuitsPlanes(g) && !FitsArm(g)) return reference::PrepareDepthwiseConv2DInt8(context, node);
  OutputQuantization q;
  constexpr int kChannelDimension = 3;
  TF_LITE_ENSURE_STATUS(
      PrepareConvQuantization(context, tensors, g.output_channels, kChannelDimension,
                              Options<TfLiteDepthwiseConvParams>(node).activation, &q));
  return SuitsPlanes(g) ? PreparePlanes(context, node, g, q) : PrepareArm(context, node, g, q);
}

}  // namespace

TfLiteStatus PrepareDepthwiseConv2D(TfLiteContext* context, TfLiteNode* node) {
  ConvTensors tensors;
  TF_LITE_ENSURE_STATUS(DescribeConvTensors(context, node, &tensors));
  if (tensors.input->type != kTfLiteInt8) return reference::PrepareDepthwiseConv2D(context, node);
  return PrepareInt8(context, node, tensors);
}

TfLiteStatus PrepareDepthwiseConv2DInt8(TfLiteContext* context, TfLiteNode* node) {
  ConvTensors tensors;
  TF_LITE_ENSURE_STATUS(DescribeConvTensors(context, node, &tensors));
  return PrepareInt8(context, node, tensors);
}

}  // namespace tflm::cmsis_nn
