// FULLY_CONNECTED, int8, through Arm's function.
#include "kernels/cmsis_nn/arm.h"
#include "kernels/cmsis_nn/operators.h"

namespace tflm::cmsis_nn {
namespace {

struct FullyConnected {
  FullyConnectedGeometry geometry;
  OutputQuantization quantization;
};

// Arm's 4.0.0 has one multiplier and shift for all units. A filter with a scale for each is taken
// one unit and one row at a time.
TfLiteStatus InvokeArm(TfLiteContext* context, TfLiteNode* node) {
  const auto& op = Parameters<FullyConnected>(node);
  const auto& [rows, depth, units] = op.geometry;
  const OutputQuantization& q = op.quantization;
  const auto* input = InputData<int8_t>(context, node, kConvInput);
  const auto* filter = InputData<int8_t>(context, node, kConvFilter);
  const auto* bias = InputData<int32_t>(context, node, kConvBias);
  auto* output = OutputData<int8_t>(context, node, kConvOutput);

  const cmsis_nn_context scratch = {nullptr, 0};
  const cmsis_nn_fc_params params = {q.input_offset, 0, q.output_offset, Activation(q)};
  const int32_t step = q.per_channel ? 1 : units;
  const cmsis_nn_dims input_dims = {q.per_channel ? 1 : rows, 1, 1, depth};
  const cmsis_nn_dims filter_dims = {depth, 1, 1, step};
  const cmsis_nn_dims bias_dims = {1, 1, 1, step};
  const cmsis_nn_dims output_dims = {input_dims.n, 1, 1, step};
  for (int32_t row = 0; row < rows; row += input_dims.n) {
    for (int32_t unit = 0; unit < units; unit += step) {
      const cmsis_nn_per_tensor_quant_params quantization = {q.multipliers[unit], q.shifts[unit]};
      TF_LITE_ENSURE_STATUS(ToStatus(arm_fully_connected_s8(
          &scratch, &params, &quantization, &input_dims, input + row * depth, &filter_dims,
          filter + unit * depth, &bias_dims, bias == nullptr ? nullptr : bias + unit, &output_dims,
          output + row * units + unit)));
    }
  }
  return kTfLiteOk;
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const ConvTensors& tensors) {
  auto* op = AllocatePersistent<FullyConnected>(context);
  if (op == nullptr) return kTfLiteError;
  TF_LITE_ENSURE_STATUS(PrepareFullyConnectedGeometry(context, tensors, &op->geometry));
  TF_LITE_ENSURE_STATUS(PrepareFullyConnectedQuantization(
      context, tensors, op->geometry.units, Options<TfLiteFullyConnectedParams>(node).activation,
      &op->quantization));
  node->user_data = op;
  SelectInvoke(node, InvokeArm);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareFullyConnected(TfLiteContext* context, TfLiteNode* node) {
  return PrepareByType<PrepareInt8, reference::PrepareFullyConnectedWide,
                       reference::PrepareFullyConnectedFloat>(context, node);
}

TfLiteStatus PrepareFullyConnectedInt8(TfLiteContext* context, TfLiteNode* node) {
  return PrepareDescribed<PrepareInt8>(context, node);
}

}  // namespace tflm::cmsis_nn
