// FULLY_CONNECTED, int8: Arm's function, or RowProducts where the shape allows it.
#include "kernels/cmsis_nn/arm.h"
#include "kernels/cmsis_nn/operators.h"
#include "kernels/cmsis_nn/output_stage.h"
#include "kernels/cmsis_nn/products.h"

namespace tflm::cmsis_nn {
namespace {

struct FullyConnected {
  decltype(&RowProducts<true>) products;  // null where Arm's function computes
  FullyConnectedGeometry geometry;
  OutputQuantization quantization;
};

// What Arm's functions take besides, for a filter with a scale for each unit.
struct PerChannelFullyConnected : FullyConnected {
  cmsis_nn_per_channel_quant_params arm;
  int scratch;
};

TfLiteStatus InvokeRowProducts(TfLiteContext* context, TfLiteNode* node) {
  const auto& op = Parameters<FullyConnected>(node);
  const auto* input = InputData<int8_t>(context, node, kConvInput);
  const auto* filter = InputData<int8_t>(context, node, kConvFilter);
  const auto* bias = InputData<int32_t>(context, node, kConvBias);
  auto* output = OutputData<int8_t>(context, node, kConvOutput);
  for (int32_t row = 0; row < op.geometry.rows; ++row) {
    op.products(input, op.geometry.depth, filter, bias, op.quantization, op.geometry.units, output);
    input += op.geometry.depth;
    output += op.geometry.units;
  }
  return kTfLiteOk;
}

TfLiteStatus InvokePerTensor(TfLiteContext* context, TfLiteNode* node) {
  const auto& op = Parameters<FullyConnected>(node);
  const auto& [rows, depth, units] = op.geometry;
  const OutputQuantization& q = op.quantization;
  const cmsis_nn_context scratch = {nullptr, 0};
  const cmsis_nn_fc_params params = {q.input_offset, 0, q.output_offset, Activation(q)};
  const cmsis_nn_per_tensor_quant_params quantization = {*q.multipliers, *q.shifts};
  const cmsis_nn_dims input = {rows, 1, 1, depth};
  const cmsis_nn_dims filter = {depth, 1, 1, units};
  const cmsis_nn_dims bias = {1, 1, 1, units};
  const cmsis_nn_dims output = {rows, 1, 1, units};
  return ToStatus(arm_fully_connected_s8(&scratch, &params, &quantization, &input,
                                         InputData<int8_t>(context, node, kConvInput), &filter,
                                         InputData<int8_t>(context, node, kConvFilter), &bias,
                                         InputData<int32_t>(context, node, kConvBias), &output,
                                         OutputData<int8_t>(context, node, kConvOutput)));
}

// Arm's 4.0.0 has no fully connected function with a scale for each unit: a 1x1 convolution over
// `rows` pixels is the same.
TfLiteStatus InvokePerChannel(TfLiteContext* context, TfLiteNode* node) {
  const auto& op = Parameters<PerChannelFullyConnected>(node);
  const auto& [rows, depth, units] = op.geometry;
  const OutputQuantization& q = op.quantization;
  const cmsis_nn_context scratch = Scratch(context, op.scratch);
  const cmsis_nn_conv_params params = {q.input_offset, q.output_offset, {1, 1},
                                       {0, 0},         {1, 1},          Activation(q)};
  const cmsis_nn_dims input = {1, rows, 1, depth};
  const cmsis_nn_dims filter = {units, 1, 1, depth};
  const cmsis_nn_dims bias = {1, 1, 1, units};
  const cmsis_nn_dims output = {1, rows, 1, units};
  return ToStatus(arm_convolve_s8(&scratch, &params, &op.arm, &input,
                                  InputData<int8_t>(context, node, kConvInput), &filter,
                                  InputData<int8_t>(context, node, kConvFilter), &bias,
                                  InputData<int32_t>(context, node, kConvBias), &output,
                                  OutputData<int8_t>(context, node, kConvOutput)));
}

TfLiteStatus PrepareArmPerChannel(TfLiteContext* context, TfLiteNode* node,
                                  const FullyConnected& common) {
  auto* op = AllocatePersistent<PerChannelFullyConnected>(context);
  if (op == nullptr) return kTfLiteError;
  *static_cast<FullyConnected*>(op) = common;
  const auto& [rows, depth, units] = op->geometry;
  TF_LITE_ENSURE_STATUS(PreparePerChannel(context, op->quantization, units, &op->arm));
  const cmsis_nn_dims input = {1, rows, 1, depth};
  const cmsis_nn_dims filter = {units, 1, 1, depth};
  TF_LITE_ENSURE_STATUS(
      RequestScratch(context, arm_convolve_s8_get_buffer_size(&input, &filter), &op->scratch));
  node->user_data = op;
  SelectInvoke(node, InvokePerChannel);
  return kTfLiteOk;
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const ConvTensors& tensors) {
  FullyConnected common = {};
  TF_LITE_ENSURE_STATUS(PrepareFullyConnectedGeometry(context, tensors, &common.geometry));
  TF_LITE_ENSURE_STATUS(PrepareFullyConnectedQuantization(
      context, tensors, common.geometry.units, Options<TfLiteFullyConnectedParams>(node).activation,
      &common.quantization));
  const OutputQuantization& q = common.quantization;
  const bool suits_rows = common.geometry.depth % 4 == 0 && common.geometry.units >= kRows;
  if (suits_rows) {
    const bool saturates = !q.per_channel && Saturates(q, 1);
    common.products = saturates ? RowProducts<true> : RowProducts<false>;
  } else if (q.per_channel) {
    return PrepareArmPerChannel(context, node, common);
  }
  auto* op = AllocatePersistent<FullyConnected>(context);
  if (op == nullptr) return kTfLiteError;
  *op = common;
  node->user_data = op;
  SelectInvoke(node, suits_rows ? InvokeRowProducts : InvokePerTensor);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareFullyConnected(TfLiteContext* context, TfLiteNode* node) {
  ConvTensors tensors;
  TF_LITE_ENSURE_STATUS(DescribeConvTensors(context, node, &tensors));
  if (tensors.input->type != kTfLiteInt8) return reference::PrepareFullyConnected(context, node);
  return PrepareInt8(context, node, tensors);
}

TfLiteStatus PrepareFullyConnectedInt8(TfLiteContext* context, TfLiteNode* node) {
  ConvTensors tensors;
  TF_LITE_ENSURE_STATUS(DescribeConvTensors(context, node, &tensors));
  return PrepareInt8(context, node, tensors);
}

}  // namespace tflm::cmsis_nn
