#include <algorithm>

#include "kernels/conv.h"
#include "kernels/reference/dot.h"
#include "kernels/reference/output_stage.h"

namespace tflm::reference {
namespace {

struct Int8Parameters {
  FullyConnectedGeometry geometry;
  OutputQuantization quantization;
};

struct FloatParameters {
  FullyConnectedGeometry geometry;
  float activation_min;
  float activation_max;
};

TfLiteStatus InvokeInt8(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<Int8Parameters>(node);
  const FullyConnectedGeometry& g = p.geometry;
  const OutputQuantization& q = p.quantization;
  const auto* input = InputData<int8_t>(context, node, kConvInput);
  const auto* filter = InputData<int8_t>(context, node, kConvFilter);
  const auto* bias = InputData<int32_t>(context, node, kConvBias);
  auto* output = OutputData<int8_t>(context, node, kConvOutput);
  const Runs row_of_filter = {1, 1, g.depth, 0, 0, 0, 0};
  for (int32_t row = 0; row < g.rows; ++row, input += g.depth) {
    const int8_t* weights = filter;
    for (int32_t unit = 0; unit < g.units;) {
      const int32_t count = g.units - unit >= 4 ? 4 : 1;
      int32_t sums[4];
      if (count == 4) {
        Dot4(row_of_filter, input, q.input_offset, weights, g.depth, sums);
      } else {
        sums[0] = Dot1(row_of_filter, input, q.input_offset, weights);
      }
      weights += count * g.depth;
      StoreOutputs(sums, count, unit, bias, q, output);
      output += count;
      unit += count;
    }
  }
  return kTfLiteOk;
}

TfLiteStatus InvokeFloat(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<FloatParameters>(node);
  const FullyConnectedGeometry& g = p.geometry;
  const auto* input = InputData<float>(context, node, kConvInput);
  const auto* filter = InputData<float>(context, node, kConvFilter);
  const auto* bias = InputData<float>(context, node, kConvBias);
  auto* output = OutputData<float>(context, node, kConvOutput);
  for (int32_t row = 0; row < g.rows; ++row, input += g.depth) {
    const float* weights = filter;
    for (int32_t unit = 0; unit < g.units; ++unit, weights += g.depth) {
      float sum = 0.0f;
      for (int32_t i = 0; i < g.depth; ++i) sum += input[i] * weights[i];
      sum += bias == nullptr ? 0.0f : bias[unit];
      *output++ = std::min(std::max(sum, p.activation_min), p.activation_max);
    }
  }
  return kTfLiteOk;
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const ConvTensors& tensors) {
  auto* p = AllocatePersistent<Int8Parameters>(context);
  if (p == nullptr) return kTfLiteError;
  TF_LITE_ENSURE_STATUS(PrepareFullyConnectedGeometry(context, tensors, &p->geometry));
  TF_LITE_ENSURE_STATUS(PrepareFullyConnectedQuantization(
      context, tensors, p->geometry.units, Options<TfLiteFullyConnectedParams>(node).activation,
      &p->quantization));
  node->user_data = p;
  SelectInvoke(node, InvokeInt8);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareFullyConnectedFloat(TfLiteContext* context, TfLiteNode* node,
                                        const ConvTensors& tensors) {
  auto* p = AllocatePersistent<FloatParameters>(context);
  if (p == nullptr) return kTfLiteError;
  TF_LITE_ENSURE_STATUS(PrepareFullyConnectedGeometry(context, tensors, &p->geometry));
  TF_LITE_ENSURE_STATUS(CheckFloatConv(context, tensors, p->geometry.units));
  TF_LITE_ENSURE_STATUS(FloatActivationRange(context,
                                             Options<TfLiteFullyConnectedParams>(node).activation,
                                             &p->activation_min, &p->activation_max));
  node->user_data = p;
  SelectInvoke(node, InvokeFloat);
  return kTfLiteOk;
}

TfLiteStatus PrepareFullyConnected(TfLiteContext* context, TfLiteNode* node) {
  return PrepareByType<PrepareInt8, PrepareFullyConnectedWide, PrepareFullyConnectedFloat>(context,
                                                                                           node);
}

TfLiteStatus PrepareFullyConnectedInt8(TfLiteContext* context, TfLiteNode* node) {
  return PrepareDescribed<PrepareInt8>(context, node);
}

}  // namespace tflm::reference
