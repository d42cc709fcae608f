// CONV_2D, int8: where depth and size allow it the windows become columns for ColumnProducts,
// without Arm's call for every pixel of a window; Arm's functions otherwise.
#include "kernels/cmsis_nn/operators.h"
#include "kernels/dsp/columns.h"
#include "kernels/dsp/output_stage.h"
#include "kernels/dsp/products.h"

namespace tflm::dsp {
namespace {

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
  return context->RequestScratchBufferInArena(context, WindowBufferBytes(op->windows),
                                              &op->scratch);
}

bool SuitsColumns(const ConvGeometry& g) {
  const int32_t depth = g.filter_height * g.filter_width * g.filter_channels;
  return depth % 4 == 0 && g.output_height * g.output_width >= kColumns;
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const ConvTensors& tensors) {
  ConvGeometry g;
  TF_LITE_ENSURE_STATUS(PrepareConvGeometry(context, node, tensors, /*depthwise=*/false, &g));
  const bool grouped = g.filter_channels != g.input_channels;
  if (grouped || !SuitsColumns(g))
    return cmsis_nn::PrepareConvOfAnyShape(context, node, tensors, g);
  OutputQuantization q;
  TF_LITE_ENSURE_STATUS(PrepareConvQuantization(context, tensors, g.output_channels,
                                                kConvChannelDimension,
                                                Options<TfLiteConvParams>(node).activation, &q));
  return PrepareColumns(context, node, g, q);
}

}  // namespace

TfLiteStatus PrepareConv2D(TfLiteContext* context, TfLiteNode* node) {
  return PrepareByType<PrepareInt8, reference::PrepareConv2DWide, reference::PrepareConv2DFloat>(
      context, node);
}

TfLiteStatus PrepareConv2DInt8(TfLiteContext* context, TfLiteNode* node) {
  return PrepareDescribed<PrepareInt8>(context, node);
}

}  // namespace tflm::dsp
