// FULLY_CONNECTED, int8: RowProducts where the shape allows it; Arm's function otherwise.
#include "kernels/cmsis_nn/operators.h"
#include "kernels/dsp/output_stage.h"
#include "kernels/dsp/products.h"

namespace tflm::dsp {
namespace {

struct FullyConnected {
  decltype(&RowProducts<true>) products;
  FullyConnectedGeometry geometry;
  OutputQuantization quantization;
};

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
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

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const ConvTensors& tensors) {
  FullyConnectedGeometry g;
  TF_LITE_ENSURE_STATUS(PrepareFullyConnectedGeometry(context, tensors, &g));
  const bool suits_rows = g.depth % 4 == 0 && g.units >= kRows;
  if (!suits_rows) return cmsis_nn::PrepareFullyConnectedInt8(context, node);
  auto* op = AllocatePersistent<FullyConnected>(context);
  if (op == nullptr) return kTfLiteError;
  op->geometry = g;
  TF_LITE_ENSURE_STATUS(PrepareFullyConnectedQuantization(
      context, tensors, g.units, Options<TfLiteFullyConnectedParams>(node).activation,
      &op->quantization));
  const bool saturates = !op->quantization.per_channel && Saturates(op->quantization, 1);
  op->products = saturates ? RowProducts<true> : RowProducts<false>;
  node->user_data = op;
  SelectInvoke(node, Invoke);
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

}  // namespace tflm::dsp
