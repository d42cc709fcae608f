// CONV_2D, int8, through Arm's functions.
#include <type_traits>

#include "kernels/cmsis_nn/arm.h"
#include "kernels/cmsis_nn/operators.h"

namespace tflm::cmsis_nn {
namespace {

struct Conv {
  cmsis_nn_conv_params params;
  cmsis_nn_per_channel_quant_params quantization;
  cmsis_nn_dims input, filter, output;
  int scratch;
};

// Releases after 4.0.0 give arm_convolve_s8 the size of an upscaled input too; null is none.
template <auto kFunction>
TfLiteStatus InvokeArm(TfLiteContext* context, TfLiteNode* node) {
  const auto& op = Parameters<Conv>(node);
  const cmsis_nn_context scratch = Scratch(context, op.scratch);
  const cmsis_nn_dims bias_dims = {1, 1, 1, op.output.c};
  const auto* input = InputData<int8_t>(context, node, kConvInput);
  const auto* filter = InputData<int8_t>(context, node, kConvFilter);
  const auto* bias = InputData<int32_t>(context, node, kConvBias);
  auto* output = OutputData<int8_t>(context, node, kConvOutput);
  if constexpr (std::is_same_v<decltype(kFunction), decltype(&arm_convolve_1x1_s8)>) {
    return ToStatus(kFunction(&scratch, &op.params, &op.quantization, &op.input, input, &op.filter,
                              filter, &bias_dims, bias, &op.output, output));
  } else {
    return ToStatus(kFunction(&scratch, &op.params, &op.quantization, &op.input, input, &op.filter,
                              filter, &bias_dims, bias, nullptr, &op.output, output));
  }
}

// Windows as wide as the image: a line is one pixel of more channels. arm_convolve_s8 copies
// windows pixel by pixel, so the fewer there are the better.
void MergeColumns(ConvGeometry* g) {
  if (g->filter_width != g->input_width || g->output_width != 1 || g->dilation_width != 1) return;
  g->input_channels *= g->input_width;
  g->filter_channels = g->input_channels;
  g->input_width = g->filter_width = 1;
  g->stride_width = 1;
}

TfLiteStatus PrepareArm(TfLiteContext* context, TfLiteNode* node, const ConvTensors& tensors,
                        const ConvGeometry& g, TfLiteNodeInvoke invoke) {
  auto* op = AllocatePersistent<Conv>(context);
  if (op == nullptr) return kTfLiteError;
  ArmQuantization q;
  TF_LITE_ENSURE_STATUS(PrepareConvQuantization(context, tensors, g.output_channels,
                                                kConvChannelDimension,
                                                Options<TfLiteConvParams>(node).activation, &q));
  op->params = {q.input_offset, q.output_offset, Stride(g), Padding(g), Dilation(g), Activation(q)};
  op->quantization = PerChannel(q);
  op->input = InputDims(g);
  op->filter = {g.output_channels, g.filter_height, g.filter_width, g.filter_channels};
  op->output = OutputDims(g);
  node->user_data = op;
  SelectInvoke(node, invoke);
  const bool needs_column = invoke == InvokeArm<arm_convolve_s8>;
  return RequestScratch(context,
                        needs_column ? arm_convolve_s8_get_buffer_size(&op->input, &op->filter) : 0,
                        &op->scratch);
}

// Arm's 4.0.0 has no grouped convolution.
bool SuitsArm(const ConvGeometry& g) { return g.filter_channels == g.input_channels && FitsArm(g); }

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const ConvTensors& tensors) {
  ConvGeometry g;
  TF_LITE_ENSURE_STATUS(PrepareConvGeometry(context, node, tensors, /*depthwise=*/false, &g));
  if (SuitsArm(g)) MergeColumns(&g);
  if (SuitsArm(g) && g.filter_height == 1 && g.filter_width == 1) {
    const bool every_pixel = g.stride_height == 1 && g.stride_width == 1;
    return PrepareArm(
        context, node, tensors, g,
        every_pixel ? InvokeArm<arm_convolve_1x1_s8_fast> : InvokeArm<arm_convolve_1x1_s8>);
  }
  return PrepareConvOfAnyShape(context, node, tensors, g);
}

}  // namespace

TfLiteStatus PrepareConvOfAnyShape(TfLiteContext* context, TfLiteNode* node,
                                   const ConvTensors& tensors, ConvGeometry g) {
  if (!SuitsArm(g)) return reference::PrepareConv2DInt8(context, node);
  MergeColumns(&g);
  return PrepareArm(context, node, tensors, g, InvokeArm<arm_convolve_s8>);
}

TfLiteStatus PrepareConv2D(TfLiteContext* context, TfLiteNode* node) {
  return PrepareByType<PrepareInt8, reference::PrepareConv2DWide, reference::PrepareConv2DFloat>(
      context, node);
}

TfLiteStatus PrepareConv2DInt8(TfLiteContext* context, TfLiteNode* node) {
  return PrepareDescribed<PrepareInt8>(context, node);
}

}  // namespace tflm::cmsis_nn
