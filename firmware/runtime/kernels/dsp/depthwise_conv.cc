// DEPTHWISE_CONV_2D, int8: DepthwisePlanes where the shape allows it; Arm's functions otherwise.
#include "kernels/cmsis_nn/operators.h"
#include "kernels/dsp/depthwise_planes.h"

namespace tflm::dsp {
namespace {

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
  return context->RequestScratchBufferInArena(context, PlaneBytes(g), &op->scratch);
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const ConvTensors& tensors) {
  ConvGeometry g;
  TF_LITE_ENSURE_STATUS(PrepareConvGeometry(context, node, tensors, /*depthwise=*/true, &g));
  if (!SuitsPlanes(g)) return cmsis_nn::PrepareDepthwiseConvOfAnyShape(context, node, tensors, g);
  OutputQuantization q;
  TF_LITE_ENSURE_STATUS(
      PrepareConvQuantization(context, tensors, g.output_channels, kDepthwiseConvChannelDimension,
                              Options<TfLiteDepthwiseConvParams>(node).activation, &q));
  return PreparePlanes(context, node, g, q);
}

}  // namespace

TfLiteStatus PrepareDepthwiseConv2D(TfLiteContext* context, TfLiteNode* node) {
  return PrepareByType<PrepareInt8, reference::PrepareDepthwiseConv2DWide,
                       reference::PrepareDepthwiseConv2DFloat>(context, node);
}

TfLiteStatus PrepareDepthwiseConv2DInt8(TfLiteContext* context, TfLiteNode* node) {
  return PrepareDescribed<PrepareInt8>(context, node);
}

}  // namespace tflm::dsp
