// CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED on int16 activations with int8 weights; for every
// kernel set. The sums have 64 bits, or 32 where the bias has.
#include "kernels/conv.h"
#include "kernels/reference/window.h"

namespace tflm::reference {
namespace {

struct WideParameters {
  ConvGeometry geometry;
  OutputQuantization quantization;
};

// The taps of one output pixel that lie inside the input.
struct Taps {
  TapRange y, x;
  int32_t top, left;  // of the window; negative in the padding
};

Taps TapsOf(const ConvGeometry& g, int32_t out_y, int32_t out_x) {
  const int32_t top = out_y * g.stride_height - g.pad_top;
  const int32_t left = out_x * g.stride_width - g.pad_left;
  return {TapsInside(top, g.filter_height, g.dilation_height, g.input_height),
          TapsInside(left, g.filter_width, g.dilation_width, g.input_width), top, left};
}

// The sum of products of `length` neighbours at each tap; a tap of the filter is `filter_step` on.
int64_t Sum(const ConvGeometry& g, const Taps& taps, const int16_t* image, const int8_t* filter,
            int32_t length, int32_t filter_step) {
  int64_t sum = 0;
  for (int32_t y = taps.y.begin; y < taps.y.end; ++y) {
    const int32_t row = (taps.top + y * g.dilation_height) * g.input_width + taps.left;
    for (int32_t x = taps.x.begin; x < taps.x.end; ++x) {
      const int16_t* input = image + (row + x * g.dilation_width) * g.input_channels;
      const int8_t* weights = filter + (y * g.filter_width + x) * filter_step;
      for (int32_t i = 0; i < length; ++i) sum += int32_t{input[i]} * weights[i];
    }
  }
  return sum;
}

// A sum, of the bias's type, in steps of the output. Of 32 bits it wraps, and is rounded twice.
int32_t Scaled(int64_t sum, int32_t multiplier, int32_t shift) {
  return MultiplyWide(sum, multiplier, shift);
}

int32_t Scaled(int32_t sum, int32_t multiplier, int32_t shift) {
  return MultiplyByQuantizedMultiplier(sum, multiplier, shift);
}

// Calls sum(taps, image, channel) for every output value, in order, and stores what becomes of it.
template <typename Bias, typename SumOf>
void ForEachOutput(TfLiteContext* context, const TfLiteNode* node, SumOf sum_of) {
  const auto& p = Parameters<WideParameters>(node);
  const ConvGeometry& g = p.geometry;
  const OutputQuantization& q = p.quantization;
  const auto* image = InputData<int16_t>(context, node, kConvInput);
  const auto* bias = InputData<Bias>(context, node, kConvBias);
  auto* output = OutputData<int16_t>(context, node, kConvOutput);
  for (int32_t batch = 0; batch < g.batches; ++batch) {
    for (int32_t pixel = 0; pixel < g.output_height * g.output_width; ++pixel) {
      const Taps taps = TapsOf(g, pixel / g.output_width, pixel % g.output_width);
      for (int32_t c = 0; c < g.output_channels; ++c) {
        int64_t sum = sum_of(taps, image, c);
        if (bias != nullptr) sum += ReadBias(bias, c);
        const int32_t scaled = Scaled(static_cast<Bias>(sum), q.multipliers[c], q.shifts[c]);
        *output++ = static_cast<int16_t>(Clamp(scaled, q.activation_min, q.activation_max));
      }
    }
    image += g.input_height * g.input_width * g.input_channels;
  }
}

template <typename Bias>
TfLiteStatus InvokeConv(TfLiteContext* context, TfLiteNode* node) {
  const ConvGeometry& g = Parameters<WideParameters>(node).geometry;
  const auto* filter = InputData<int8_t>(context, node, kConvFilter);
  const int32_t filter_size = g.filter_height * g.filter_width * g.filter_channels;
  const int32_t group = g.output_channels / (g.input_channels / g.filter_channels);
  ForEachOutput<Bias>(context, node, [&](const Taps& taps, const int16_t* image, int32_t c) {
    return Sum(g, taps, image + c / group * g.filter_channels, filter + c * filter_size,
               g.filter_channels, g.filter_channels);
  });
  return kTfLiteOk;
}

TfLiteStatus InvokeDepthwise(TfLiteContext* context, TfLiteNode* node) {
  const ConvGeometry& g = Parameters<WideParameters>(node).geometry;
  const auto* filter = InputData<int8_t>(context, node, kConvFilter);
  ForEachOutput<int64_t>(context, node, [&](const Taps& taps, const int16_t* image, int32_t c) {
    return Sum(g, taps, image + c / g.depth_multiplier, filter + c, 1, g.output_channels);
  });
  return kTfLiteOk;
}

// An absent bias has the type that the options name.
TfLiteType BiasType(const ConvTensors& tensors, TfLiteType absent) {
  const TfLiteType type = tensors.bias == nullptr ? absent : tensors.bias->type;
  return type == kTfLiteInt32 ? kTfLiteInt32 : kTfLiteInt64;
}

void SelectConv(TfLiteNode* node, TfLiteType bias_type) {
  SelectInvoke(node, bias_type == kTfLiteInt32 ? InvokeConv<int32_t> : InvokeConv<int64_t>);
}

}  // namespace

TfLiteStatus PrepareConv2DWide(TfLiteContext* context, TfLiteNode* node,
                               const ConvTensors& tensors) {
  auto* p = AllocateParameters<WideParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  TF_LITE_ENSURE_STATUS(PrepareConvGeometry(context, node, tensors, false, &p->geometry));
  const auto& options = Options<TfLiteConvParams>(node);
  const TfLiteType bias_type = BiasType(tensors, options.quantized_bias_type);
  SelectConv(node, bias_type);
  return PrepareWideConvQuantization(context, tensors, p->geometry.output_channels,
                                     kConvChannelDimension, options.activation, bias_type,
                                     &p->quantization);
}

TfLiteStatus PrepareDepthwiseConv2DWide(TfLiteContext* context, TfLiteNode* node,
                                        const ConvTensors& tensors) {
  auto* p = AllocateParameters<WideParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  TF_LITE_ENSURE_STATUS(PrepareConvGeometry(context, node, tensors, true, &p->geometry));
  SelectInvoke(node, InvokeDepthwise);
  return PrepareWideConvQuantization(
      context, tensors, p->geometry.output_channels, kDepthwiseConvChannelDimension,
      Options<TfLiteDepthwiseConvParams>(node).activation, kTfLiteInt64, &p->quantization);
}

// A convolution of one tap over images of one pixel.
TfLiteStatus PrepareFullyConnectedWide(TfLiteContext* context, TfLiteNode* node,
                                       const ConvTensors& tensors) {
  auto* p = AllocateParameters<WideParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  FullyConnectedGeometry g;
  TF_LITE_ENSURE_STATUS(PrepareFullyConnectedGeometry(context, tensors, &g));
  p->geometry = {g.rows, 1, 1, g.depth, 1, 1, g.depth, 1, 1, g.units, 1, 1, 1, 1, 0, 0, 1};
  const auto& options = Options<TfLiteFullyConnectedParams>(node);
  const TfLiteType bias_type = BiasType(tensors, options.quantized_bias_type);
  SelectConv(node, bias_type);
  return PrepareWideConvQuantization(context, tensors, g.units, kConvChannelDimension,
                                     options.activation, bias_type, &p->quantization);
}

}  // namespace tflm::reference
