#include <algorithm>

#include "kernels/conv.h"
#include "kernels/reference/dot.h"
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

// The taps that count for one output pixel: a whole filter row is one run where pixels are
// adjacent in the input too, else each pixel is.
Runs RunsFor(const ConvGeometry& g, TapRange y, TapRange x) {
  Runs runs;
  runs.rows = y.end - y.begin;
  runs.per_row = x.end - x.begin;
  runs.length = g.filter_channels;
  runs.input_row_stride = g.dilation_height * g.input_width * g.input_channels;
  runs.filter_row_stride = g.filter_width * g.filter_channels;
  runs.input_run_stride = g.dilation_width * g.input_channels;
  runs.filter_run_stride = g.filter_channels;
  if (g.dilation_width == 1 && g.filter_channels == g.input_channels) {
    runs.length *= runs.per_row;
    runs.per_row = 1;
  }
  return runs;
}

// One output pixel of one group: `channels` filters over the same taps.
void Int8Pixel(const Runs& runs, const int8_t* input, const int8_t* filter, int32_t filter_stride,
               const int32_t* bias, int32_t first_channel, int32_t channels,
               const OutputQuantization& q, int8_t* output) {
  for (int32_t c = 0; c < channels;) {
    const bool four = channels - c >= 4;
    int32_t sums[4];
    if (four) {
      Dot4(runs, input, q.input_offset, filter, filter_stride, sums);
    } else {
      sums[0] = Dot1(runs, input, q.input_offset, filter);
    }
    const int32_t count = four ? 4 : 1;
    StoreOutputs(sums, count, first_channel + c, bias, q, output + c);
    c += count;
    filter += count * filter_stride;
  }
}

void FloatPixel(const Runs& runs, const float* input, const float* filter, int32_t filter_stride,
                const float* bias, int32_t first_channel, int32_t channels,
                const FloatParameters& p, float* output) {
  for (int32_t c = 0; c < channels; ++c, filter += filter_stride) {
    float sum = 0.0f;
    for (int32_t row = 0; row < runs.rows; ++row) {
      for (int32_t run = 0; run < runs.per_row; ++run) {
        const float* values = input + row * runs.input_row_stride + run * runs.input_run_stride;
        const float* weights = filter + row * runs.filter_row_stride + run * runs.filter_run_stride;
        for (int32_t i = 0; i < runs.length; ++i) sum += values[i] * weights[i];
      }
    }
    sum += bias == nullptr ? 0.0f : bias[first_channel + c];
    *output++ = std::min(std::max(sum, p.activation_min), p.activation_max);
  }
}

// Calls pixel(runs, input, filter, first output channel, channels, output) for every output
// pixel and group; input and filter point at the first tap that lies inside.
template <typename T, typename Pixel>
void ForEachPixel(const ConvGeometry& g, const T* input, const T* filter, T* output, Pixel pixel) {
  const int32_t filter_size = g.filter_height * g.filter_width * g.filter_channels;
  const int32_t groups = g.input_channels / g.filter_channels;
  const int32_t group_filters = g.output_channels / groups;
  for (int32_t batch = 0; batch < g.batches; ++batch) {
    for (int32_t out_y = 0; out_y < g.output_height; ++out_y) {
      const int32_t top = out_y * g.stride_height - g.pad_top;
      const TapRange y = TapsInside(top, g.filter_height, g.dilation_height, g.input_height);
      const int32_t first_row = top + y.begin * g.dilation_height;
      for (int32_t out_x = 0; out_x < g.output_width; ++out_x) {
        const int32_t left = out_x * g.stride_width - g.pad_left;
        const TapRange x = TapsInside(left, g.filter_width, g.dilation_width, g.input_width);
        const int32_t first_column = left + x.begin * g.dilation_width;
        const Runs runs = RunsFor(g, y, x);
        const int32_t input_at = (first_row * g.input_width + first_column) * g.input_channels;
        const int32_t filter_at = (y.begin * g.filter_width + x.begin) * g.filter_channels;
        for (int32_t group = 0; group < groups; ++group) {
          const int32_t channel = group * group_filters;
          pixel(runs, input + input_at + group * g.filter_channels,
                filter + filter_at + channel * filter_size, channel, group_filters, output);
          output += group_filters;
        }
      }
    }
    input += g.input_height * g.input_width * g.input_channels;
  }
}

TfLiteStatus InvokeInt8(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<Int8Parameters>(node);
  const ConvGeometry& g = p.geometry;
  const int32_t filter_size = g.filter_height * g.filter_width * g.filter_channels;
  const auto* bias = InputData<int32_t>(context, node, kConvBias);
  ForEachPixel(g, InputData<int8_t>(context, node, kConvInput),
               InputData<int8_t>(context, node, kConvFilter),
               OutputData<int8_t>(context, node, kConvOutput),
               [&](const Runs& runs, const int8_t* input, const int8_t* filter, int32_t channel,
                   int32_t channels, int8_t* output) {
                 Int8Pixel(runs, input, filter, filter_size, bias, channel, channels,
                           p.quantization, output);
               });
  return kTfLiteOk;
}

TfLiteStatus InvokeFloat(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<FloatParameters>(node);
  const ConvGeometry& g = p.geometry;
  const int32_t filter_size = g.filter_height * g.filter_width * g.filter_channels;
  const auto* bias = InputData<float>(context, node, kConvBias);
  ForEachPixel(g, InputData<float>(context, node, kConvInput),
               InputData<float>(context, node, kConvFilter),
               OutputData<float>(context, node, kConvOutput),
               [&](const Runs& runs, const float* input, const float* filter, int32_t channel,
                   int32_t channels, float* output) {
                 FloatPixel(runs, input, filter, filter_size, bias, channel, channels, p, output);
               });
  return kTfLiteOk;
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const ConvTensors& tensors) {
  auto* p = AllocatePersistent<Int8Parameters>(context);
  if (p == nullptr) return kTfLiteError;
  TF_LITE_ENSURE_STATUS(PrepareConvGeometry(context, node, tensors, false, &p->geometry));
  TF_LITE_ENSURE_STATUS(
      PrepareConvQuantization(context, tensors, p->geometry.output_channels, kConvChannelDimension,
                              Options<TfLiteConvParams>(node).activation, &p->quantization));
  node->user_data = p;
  SelectInvoke(node, InvokeInt8);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareConv2DFloat(TfLiteContext* context, TfLiteNode* node,
                                const ConvTensors& tensors) {
  auto* p = AllocatePersistent<FloatParameters>(context);
  if (p == nullptr) return kTfLiteError;
  TF_LITE_ENSURE_STATUS(PrepareConvGeometry(context, node, tensors, false, &p->geometry));
  TF_LITE_ENSURE_STATUS(CheckFloatConv(context, tensors, p->geometry.output_channels));
  TF_LITE_ENSURE_STATUS(FloatActivationRange(context, Options<TfLiteConvParams>(node).activation,
                                             &p->activation_min, &p->activation_max));
  node->user_data = p;
  SelectInvoke(node, InvokeFloat);
  return kTfLiteOk;
}

TfLiteStatus PrepareConv2D(TfLiteContext* context, TfLiteNode* node) {
  return PrepareByType<PrepareInt8, PrepareConv2DWide, PrepareConv2DFloat>(context, node);
}

TfLiteStatus PrepareConv2DInt8(TfLiteContext* context, TfLiteNode* node) {
  return PrepareDescribed<PrepareInt8>(context, node);
}

}  // namespace tflm::reference
