// CONV_2D, int8. Arm's arm_convolve_s8 does every shape; where depth and size allow it, the windows
// become columns for ColumnProducts instead, without Arm's call for every pixel of a window. Of
// Arm's functions for special shapes none is used: ColumnProducts is quicker where they apply, and
// linking them for what is left would cost 3 KiB of flash.
#include <type_traits>

#include "kernels/cmsis_nn/arm.h"
#include "kernels/cmsis_nn/columns.h"
#include "kernels/cmsis_nn/operators.h"
#include "kernels/cmsis_nn/output_stage.h"
#include "kernels/cmsis_nn/products.h"

namespace tflm::cmsis_nn {
namespace {

struct ArmConv {
  cmsis_nn_conv_params params;
  cmsis_nn_per_channel_quant_params quantization;
  cmsis_nn_dims input, filter, output;
  int scratch;
};

// Calls arm_convolve_s8. Releases after 4.0.0 take the size of an upscaled input too; null is none.
template <typename Function>
arm_cmsis_nn_status CallArm(Function function, const ArmConv& op, const cmsis_nn_context& scratch,
                            const int8_t* input, const int8_t* filter, const int32_t* bias,
                            int8_t* output) {
  using Dims = const cmsis_nn_dims*;
  const cmsis_nn_dims bias_dims = {1, 1, 1, op.output.c};
  if constexpr (std::is_invocable_v<Function, const cmsis_nn_context*, const cmsis_nn_conv_params*,
                                    const cmsis_nn_per_channel_quant_params*, Dims, const int8_t*,
                                    Dims, const int8_t*, Dims, const int32_t*, Dims, int8_t*>) {
    return function(&scratch, &op.params, &op.quantization, &op.input, input, &op.filter, filter,
                    &bias_dims, bias, &op.output, output);
  } else {
    return function(&scratch, &op.params, &op.quantization, &op.input, input, &op.filter, filter,
                    &bias_dims, bias, nullptr, &op.output, output);
  }
}

TfLiteStatus InvokeArm(TfLiteContext* context, TfLiteNode* node) {
  const auto& op = Parameters<ArmConv>(node);
  return ToStatus(CallArm(arm_convolve_s8, op, Scratch(context, op.scratch),
                          InputData<int8_t>(context, node, kConvInput),
                          InputData<int8_t>(context, node, kConvFilter),
                          InputData<int32_t>(context, node, kConvBias),
                          OutputData<int8_t>(context, node, kConvOutput)));
}

TfLiteStatus PrepareArm(TfLiteContext* context, TfLiteNode* node, const ConvGeometry& g,
                        const OutputQuantization& q) {
  auto* op = AllocatePersistent<ArmConv>(context);
  if (op == nullptr) return kTfLiteError;
  op->params = {q.input_offset, q.output_offset, Stride(g), Padding(g), Dilation(g), Activation(q)};
  op->input = InputDims(g);
  op->filter = {g.output_channels, g.filter_height, g.filter_width, g.filter_channels};
  op->output = OutputDims(g);
  TF_LITE_ENSURE_STATUS(PreparePerChannel(context, q, g.output_channels, &op->quantization));
  TF_LITE_ENSURE_STATUS(RequestScratch(
      context, arm_convolve_s8_get_buffer_size(&op->input, &op->filter), &op->scratch));
  node->user_data = op;
  SelectInvoke(node, InvokeArm);
  return kTfLiteOk;
}

struct ColumnConv {
  decltype(&ColumnProducts<true>) products;
  Windows windows;
  OutputQuantization quantization;
  int32_t batches;
  int32_t channels;
  int scratch;
};

TfLiteStatus InvokeColumns(TfLiteContext* context, TfLiteNode* node) {
  const auto& op = Parameters<ColumnConv>(node);
  const Windows& windows = op.windows;
  const auto* input = InputData<int8_t>(context, node, kConvInput);
  const auto* filter = InputData<int8_t>(context, node, kConvFilter);
  const auto* bias = InputData<int32_t>(context, node, kConvBias);
  auto* output = OutputData<int8_t>(context, node, kConvOutput);
  auto* columns = static_cast<uint32_t*>(context->GetScratchBuffer(context, op.scratch));
  for (int32_t batch = 0; batch < op.batches; ++batch) {
    for (int32_t first = 0; first < windows.count; first += kColumns) {
      // The last group overlaps the one before, so that each has all its columns.
      if (first > windows.count - kColumns) first = windows.count - kColumns;
      WindowsToColumns(windows, input, first, columns);
      op.products(columns, windows.depth, filter, bias, op.quantization, op.channels,
                  output + first * op.channels);
    }
    input += windows.input_bytes;
    output += windows.count * op.channels;
  }
  return kTfLiteOk;
}

TfLiteStatus PrepareColumns(TfLiteContext* context, TfLiteNode* node, const ConvGeometry& g,
                            const OutputQuantization& q) {
  auto* op = AllocatePersistent<ColumnConv>(context);
  if (op == nullptr) return kTfLiteError;
  op->products = Saturates(q, g.output_channels) ? ColumnProducts<true> : ColumnProducts<false>;
  op->windows = DescribeWindows(g, q.input_offset);
  op->quantization = q;
  op->batches = g.batches;
  op->channels = g.output_channels;
  node->user_data = op;
  SelectInvoke(node, InvokeColumns);
  return RequestScratch(context, WindowBufferBytes(op->windows), &op->scratch);
}

bool SuitsColumns(const ConvGeometry& g) {
  const int32_t depth = g.filter_height * g.filter_width * g.filter_channels;
  return depth % 4 == 0 && g.output_height * g.output_width >= kColumns;
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const ConvTensors& tensors) {
  ConvGeometry g;
  TF_LITE_ENSURE_STATUS(PrepareConvGeometry(context, node, tensors, /*depthwise=*/false, &g));
  // Arm's 4.0.0 has no grouped convolution.
  const bool grouped = g.filter_channels != g.input_channels;
  if (grouped || (!SuitsColumns(g) && !FitsArm(g))) {
    return reference::PrepareConv2DInt8(context, node);
  }
  OutputQuantization q;
  constexpr int kChannelDimension = 0;
  TF_LITE_ENSURE_STATUS(PrepareConvQuantization(context, tensors, g.output_channels,
                                                kChannelDimension,
                                                Options<TfLiteConvParams>(node).activation, &q));
  return SuitsColumns(g) ? PrepareColumns(context, node, g, q) : PrepareArm(context, node, g, q);
}

}  // namespace

TfLiteStatus PrepareConv2D(TfLiteContext* context, TfLiteNode* node) {
  ConvTensors tensors;
  TF_LITE_ENSURE_STATUS(DescribeConvTensors(context, node, &tensors));
  if (tensors.input->type != kTfLiteInt8) return reference::PrepareConv2D(context, node);
  return PrepareInt8(context, node, tensors);
}

TfLiteStatus PrepareConv2DInt8(TfLiteContext* context, TfLiteNode* node) {
  ConvTensors tensors;
  TF_LITE_ENSURE_STATUS(DescribeConvTensors(context, node, &tensors));
  return PrepareInt8(context, node, tensors);
}

}  // namespace tflm::cmsis_nn
