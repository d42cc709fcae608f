#include <algorithm>

#include "kernels/conv.h"
#include "kernels/reference/output_stage.h"
#include "kernels/reference/window.h"

namespace tflm::reference {
namespace {

struct Int8Parameters {
  ConvGeometry geometry;
  OutputQuantization quantization;
};

struct FloatParameters {
  ConvGeometry geometry;
  float activation_min;
  float activation_max;
};

// The taps of one output pixel that lie inside the input. Input and filter step from tap to
// tap and from the end of a row to the next.
struct Taps {
  int32_t rows, columns;
  int32_t input_step, input_next_row;
  int32_t filter_step, filter_next_row;
};

Taps TapsFor(const ConvGeometry& g, TapRange y, TapRange x) {
  Taps taps;
  taps.rows = y.end - y.begin;
  taps.columns = x.end - x.begin;
  taps.input_step = g.dilation_width * g.input_channels;
  taps.input_next_row =
      g.dilation_height * g.input_width * g.input_channels - taps.columns * taps.input_step;
  taps.filter_step = g.output_channels;
  taps.filter_next_row = (g.filter_width - taps.columns) * g.output_channels;
  return taps;
}

// Four neighbouring channels of a pixel, where each input channel has one filter. Alone in a
// function, all that the loops need stays in registers.
__attribute__((noinline)) void Int8FourChannels(const Taps& taps, const int8_t* input,
                                                const int8_t* filter, int32_t offset,
                                                int32_t sums[4]) {
  int32_t s0 = 0;
  int32_t s1 = 0;
  int32_t s2 = 0;
  int32_t s3 = 0;
  for (int32_t row = 0; row < taps.rows; ++row) {
    for (int32_t column = 0; column < taps.columns; ++column) {
      s0 += (input[0] + offset) * filter[0];
      s1 += (input[1] + offset) * filter[1];
      s2 += (input[2] + offset) * filter[2];
      s3 += (input[3] + offset) * filter[3];
      input += taps.input_step;
      filter += taps.filter_step;
    }
    input += taps.input_next_row;
    filter += taps.filter_next_row;
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}

template <typename T, typename Sum>
Sum OneChannel(const Taps& taps, const T* input, const T* filter, Sum offset) {
  Sum sum = 0;
  for (int32_t row = 0; row < taps.rows; ++row) {
    for (int32_t column = 0; column < taps.columns; ++column) {
      sum += (*input + offset) * *filter;
      input += taps.input_step;
      filter += taps.filter_step;
    }
    input += taps.input_next_row;
    filter += taps.filter_next_row;
  }
  return sum;
}

// Calls pixel(taps, input, filter, output) for every output pixel; input and filter point at
// the first tap inside.
template <typename T, typename Pixel>
void ForEachPixel(const ConvGeometry& g, const T* input, const T* filter, T* output, Pixel pixel) {
  for (int32_t batch = 0; batch < g.batches; ++batch) {
    for (int32_t out_y = 0; out_y < g.output_height; ++out_y) {
      const int32_t top = out_y * g.stride_height - g.pad_top;
      const TapRange y = TapsInside(top, g.filter_height, g.dilation_height, g.input_height);
      const int32_t first_row = top + y.begin * g.dilation_height;
      for (int32_t out_x = 0; out_x < g.output_width; ++out_x) {
        const int32_t left = out_x * g.stride_width - g.pad_left;
        const TapRange x = TapsInside(left, g.filter_width, g.dilation_width, g.input_width);
        const int32_t first_column = left + x.begin * g.dilation_width;
        pixel(TapsFor(g, y, x),
              input + (first_row * g.input_width + first_column) * g.input_channels,
              filter + (y.begin * g.filter_width + x.begin) * g.output_channels, output);
        output += g.output_channels;
      }
    }
    input += g.input_height * g.input_width * g.input_channels;
  }
}

TfLiteStatus InvokeInt8(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<Int8Parameters>(node);
  const ConvGeometry& g = p.geometry;
  const OutputQuantization& q = p.quantization;
  const auto* bias = InputData<int32_t>(context, node, kConvBias);
  ForEachPixel(g, InputData<int8_t>(context, node, kConvInput),
               InputData<int8_t>(context, node, kConvFilter),
               OutputData<int8_t>(context, node, kConvOutput),
               [&](const Taps& taps, const int8_t* input, const int8_t* filter, int8_t* output) {
                 int32_t c = 0;
                 if (g.depth_multiplier == 1) {
                   for (; c + 4 <= g.output_channels; c += 4) {
                     int32_t sums[4];
                     Int8FourChannels(taps, input + c, filter + c, q.input_offset, sums);
                     StoreOutputs(sums, 4, c, bias, q, output + c);
                   }
                 }
                 for (; c < g.output_channels; ++c) {
                   const int32_t sum = OneChannel<int8_t, int32_t>(
                       taps, input + c / g.depth_multiplier, filter + c, q.input_offset);
                   StoreOutputs(&sum, 1, c, bias, q, output + c);
                 }
               });
  return kTfLiteOk;
}

TfLiteStatus InvokeFloat(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<FloatParameters>(node);
  const ConvGeometry& g = p.geometry;
  const auto* bias = InputData<float>(context, node, kConvBias);
  ForEachPixel(
      g, InputData<float>(context, node, kConvInput), InputData<float>(context, node, kConvFilter),
      OutputData<float>(context, node, kConvOutput),
      [&](const Taps& taps, const float* input, const float* filter, float* output) {
        for (int32_t c = 0; c < g.output_channels; ++c) {
          float sum =
              OneChannel<float, float>(taps, input + c / g.depth_multiplier, filter + c, 0.0f);
          sum += bias == nullptr ? 0.0f : bias[c];
          output[c] = std::min(std::max(sum, p.activation_min), p.activation_max);
        }
      });
  return kTfLiteOk;
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const ConvTensors& tensors) {
  auto* p = AllocatePersistent<Int8Parameters>(context);
  if (p == nullptr) return kTfLiteError;
  // The filter's channels are its last dimension.
  TF_LITE_ENSURE_STATUS(PrepareConvGeometry(context, node, tensors, true, &p->geometry));
  TF_LITE_ENSURE_STATUS(PrepareConvQuantization(
      context, tensors, p->geometry.output_channels, kDepthwiseConvChannelDimension,
      Options<TfLiteDepthwiseConvParams>(node).activation, &p->quantization));
  node->user_data = p;
  SelectInvoke(node, InvokeInt8);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareDepthwiseConv2DFloat(TfLiteContext* context, TfLiteNode* node,
                                         const ConvTensors& tensors) {
  auto* p = AllocatePersistent<FloatParameters>(context);
  if (p == nullptr) return kTfLiteError;
  TF_LITE_ENSURE_STATUS(PrepareConvGeometry(context, node, tensors, true, &p->geometry));
  TF_LITE_ENSURE_STATUS(CheckFloatConv(context, tensors, p->geometry.output_channels));
  TF_LITE_ENSURE_STATUS(FloatActivationRange(context,
                                             Options<TfLiteDepthwiseConvParams>(node).activation,
                                             &p->activation_min, &p->activation_max));
  node->user_data = p;
  SelectInvoke(node, InvokeFloat);
  return kTfLiteOk;
}

TfLiteStatus PrepareDepthwiseConv2D(TfLiteContext* context, TfLiteNode* node) {
  return PrepareByType<PrepareInt8, PrepareDepthwiseConv2DWide, PrepareDepthwiseConv2DFloat>(
      context, node);
}

TfLiteStatus PrepareDepthwiseConv2DInt8(TfLiteContext* context, TfLiteNode* node) {
  return PrepareDescribed<PrepareInt8>(context, node);
}

}  // namespace tflm::reference
