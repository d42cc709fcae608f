// TRANSPOSE_CONV. Each output element gathers the taps that reach it, so no sums are kept in
// memory.
#include <algorithm>

#include "kernels/conv.h"
#include "kernels/operators.h"
#include "kernels/reference/output_stage.h"

namespace tflm::reference {
namespace {

// Inputs; the first states the output's shape, which the output tensor has.
constexpr int kFilter = 1;
constexpr int kInput = 2;
constexpr int kBias = 3;

// NHWC; the filter is [output channels, height, width, input channels].
struct Geometry {
  int32_t batches;
  int32_t input_height, input_width, input_channels;
  int32_t filter_height, filter_width;
  int32_t output_height, output_width, output_channels;
  int32_t stride_height, stride_width;
  int32_t pad_top, pad_left;
};

struct QuantizedParameters {
  Geometry geometry;
  OutputQuantization quantization;
};

struct FloatParameters {
  Geometry geometry;
  float min, max;
};

// The inputs that reach output position `at` in one direction: `first` is the nearest one at or
// before it, with filter tap `tap`; each one before has a tap `stride` further on.
struct Reach {
  int32_t first, tap;
};

Reach FindReach(int32_t at, int32_t pad, int32_t stride) {
  return {(at + pad) / stride, (at + pad) % stride};
}

// The sum for one output element, in the order of TFLM's scatter: by input row, then column, then
// channel.
template <typename Sum, typename In, typename Weight>
Sum Gather(const Geometry& g, const In* image, const Weight* filter, int32_t offset, int32_t out_y,
           int32_t out_x) {
  const Reach rows = FindReach(out_y, g.pad_top, g.stride_height);
  const Reach columns = FindReach(out_x, g.pad_left, g.stride_width);
  // How many steps back a tap still lies in the filter.
  const int32_t most_rows = (g.filter_height - 1 - rows.tap) / g.stride_height;
  const int32_t most_columns = (g.filter_width - 1 - columns.tap) / g.stride_width;
  Sum sum = 0;
  if (rows.tap >= g.filter_height || columns.tap >= g.filter_width) return sum;
  for (int32_t i = std::min(most_rows, rows.first); i >= 0; --i) {
    const int32_t in_y = rows.first - i;
    if (in_y >= g.input_height) break;
    const int32_t tap_y = rows.tap + i * g.stride_height;
    for (int32_t j = std::min(most_columns, columns.first); j >= 0; --j) {
      const int32_t in_x = columns.first - j;
      if (in_x >= g.input_width) break;
      const int32_t tap_x = columns.tap + j * g.stride_width;
      const In* values = image + (in_y * g.input_width + in_x) * g.input_channels;
      const Weight* weights = filter + (tap_y * g.filter_width + tap_x) * g.input_channels;
      for (int32_t c = 0; c < g.input_channels; ++c) sum += (values[c] + offset) * weights[c];
    }
  }
  return sum;
}

// Calls store(image, filter of the channel, y, x, channel) for every output element in order.
template <typename In, typename Weight, typename Store>
void ForEachOutput(const Geometry& g, const In* input, const Weight* filter, Store store) {
  const int32_t filter_size = g.filter_height * g.filter_width * g.input_channels;
  const int32_t image_size = g.input_height * g.input_width * g.input_channels;
  for (int32_t b = 0; b < g.batches; ++b, input += image_size) {
    for (int32_t y = 0; y < g.output_height; ++y) {
      for (int32_t x = 0; x < g.output_width; ++x) {
        for (int32_t c = 0; c < g.output_channels; ++c) {
          store(input, filter + c * filter_size, y, x, c);
        }
      }
    }
  }
}

TfLiteStatus InvokeInt8(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedParameters>(node);
  const OutputQuantization& q = p.quantization;
  const auto* bias = InputData<int32_t>(context, node, kBias);
  auto* output = OutputData<int8_t>(context, node, 0);
  ForEachOutput(p.geometry, InputData<int8_t>(context, node, kInput),
                InputData<int8_t>(context, node, kFilter),
                [&](const int8_t* image, const int8_t* filter, int32_t y, int32_t x, int32_t c) {
                  const int32_t sum =
                      Gather<int32_t>(p.geometry, image, filter, q.input_offset, y, x);
                  StoreOutputs(&sum, 1, c, bias, q, output++);
                });
  return kTfLiteOk;
}

// The bias of int16 is of 64 bits, or of 16.
template <typename Bias>
TfLiteStatus InvokeInt16(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedParameters>(node);
  const OutputQuantization& q = p.quantization;
  const auto* bias = InputData<Bias>(context, node, kBias);
  auto* output = OutputData<int16_t>(context, node, 0);
  ForEachOutput(p.geometry, InputData<int16_t>(context, node, kInput),
                InputData<int8_t>(context, node, kFilter),
                [&](const int16_t* image, const int8_t* filter, int32_t y, int32_t x, int32_t c) {
                  int64_t sum = Gather<int64_t>(p.geometry, image, filter, 0, y, x);
                  if (bias != nullptr) sum += ReadBias(bias, c);
                  const int32_t scaled = MultiplyWide(sum, q.multipliers[c], q.shifts[c]);
                  *output++ =
                      static_cast<int16_t>(Clamp(scaled, q.activation_min, q.activation_max));
                });
  return kTfLiteOk;
}

TfLiteStatus InvokeFloat(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<FloatParameters>(node);
  const auto* bias = InputData<float>(context, node, kBias);
  auto* output = OutputData<float>(context, node, 0);
  ForEachOutput(p.geometry, InputData<float>(context, node, kInput),
                InputData<float>(context, node, kFilter),
                [&](const float* image, const float* filter, int32_t y, int32_t x, int32_t c) {
                  float sum = Gather<float>(p.geometry, image, filter, 0, y, x);
                  if (bias != nullptr) sum += bias[c];
                  *output++ = std::min(std::max(sum, p.min), p.max);
                });
  return kTfLiteOk;
}

TfLiteStatus Describe(TfLiteContext* context, const TfLiteNode* node, ConvTensors* tensors) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 3, 4, 1));
  *tensors = {PrepareInput(context, node, kInput), PrepareInput(context, node, kFilter),
              PrepareInput(context, node, kBias), PrepareOutput(context, node, 0)};
  const bool has_bias =
      node->inputs->size == 4 && node->inputs->data[kBias] != kTfLiteOptionalTensor;
  const bool complete = tensors->input != nullptr && tensors->filter != nullptr &&
                        tensors->output != nullptr && (tensors->bias != nullptr || !has_bias);
  return complete ? kTfLiteOk : kTfLiteError;
}

// Half of what the windows over the output exceed it by, as of a convolution from output to input;
// with VALID the same, which is 0 for the output that fits.
int32_t PadBefore(int32_t output, int32_t filter, int32_t stride, bool same) {
  const int32_t windows =
      same ? (output + stride - 1) / stride : (output + stride - filter) / stride;
  const int64_t total = static_cast<int64_t>(windows - 1) * stride + filter - output;
  return total > 0 ? static_cast<int32_t>(total / 2) : 0;
}

TfLiteStatus PlanGeometry(TfLiteContext* context, const TfLiteTransposeConvParams& options,
                          const ConvTensors& tensors, Geometry* g) {
  if (tensors.input->dims->size != 4 || tensors.filter->dims->size != 4 ||
      tensors.output->dims->size != 4) {
    return Unsupported(context, "input, filter and output must have 4 dimensions");
  }
  const int* input = tensors.input->dims->data;
  const int* filter = tensors.filter->dims->data;
  const int* output = tensors.output->dims->data;
  *g = {input[0],
        input[1],
        input[2],
        input[3],
        filter[1],
        filter[2],
        output[1],
        output[2],
        output[3],
        options.stride_height,
        options.stride_width,
        0,
        0};
  if (output[0] != input[0] || filter[0] != output[3] || filter[3] != input[3]) {
    return Unsupported(context, "batches or channels of input, filter and output do not fit");
  }
  constexpr int32_t kMostStride = 1 << 15;
  if (g->stride_height < 1 || g->stride_width < 1 || g->stride_height > kMostStride ||
      g->stride_width > kMostStride) {
    return Unsupported(context, "a stride is not positive, or too large");
  }
  const bool same = options.padding == kTfLitePaddingSame;
  g->pad_top = PadBefore(g->output_height, g->filter_height, g->stride_height, same);
  g->pad_left = PadBefore(g->output_width, g->filter_width, g->stride_width, same);
  return kTfLiteOk;
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const ConvTensors& tensors) {
  const auto& options = Options<TfLiteTransposeConvParams>(node);
  auto* p = AllocateParameters<QuantizedParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  TF_LITE_ENSURE_STATUS(PlanGeometry(context, options, tensors, &p->geometry));
  SelectInvoke(node, InvokeInt8);
  return PrepareConvQuantization(context, tensors, p->geometry.output_channels,
                                 kConvChannelDimension, options.activation, &p->quantization);
}

TfLiteStatus PrepareInt16(TfLiteContext* context, TfLiteNode* node, const ConvTensors& tensors) {
  const auto& options = Options<TfLiteTransposeConvParams>(node);
  auto* p = AllocateParameters<QuantizedParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  TF_LITE_ENSURE_STATUS(PlanGeometry(context, options, tensors, &p->geometry));
  const bool narrow = tensors.bias != nullptr && tensors.bias->type == kTfLiteInt16;
  SelectInvoke(node, narrow ? InvokeInt16<int16_t> : InvokeInt16<int64_t>);
  return PrepareWideConvQuantization(context, tensors, p->geometry.output_channels,
                                     kConvChannelDimension, options.activation,
                                     narrow ? kTfLiteInt16 : kTfLiteInt64, &p->quantization);
}

TfLiteStatus PrepareFloat(TfLiteContext* context, TfLiteNode* node, const ConvTensors& tensors) {
  const auto& options = Options<TfLiteTransposeConvParams>(node);
  auto* p = AllocateParameters<FloatParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  TF_LITE_ENSURE_STATUS(PlanGeometry(context, options, tensors, &p->geometry));
  TF_LITE_ENSURE_STATUS(CheckFloatConv(context, tensors, p->geometry.output_channels));
  SelectInvoke(node, InvokeFloat);
  return FloatActivationRange(context, options.activation, &p->min, &p->max);
}

}  // namespace

TfLiteStatus PrepareTransposeConv(TfLiteContext* context, TfLiteNode* node) {
  ConvTensors tensors;
  TF_LITE_ENSURE_STATUS(Describe(context, node, &tensors));
  switch (tensors.input->type) {
    case kTfLiteInt16:
      return PrepareInt16(context, node, tensors);
    case kTfLiteFloat32:
      return PrepareFloat(context, node, tensors);
    default:
      return PrepareInt8(context, node, tensors);
  }
}

TfLiteStatus PrepareTransposeConvInt8(TfLiteContext* context, TfLiteNode* node) {
  ConvTensors tensors;
  TF_LITE_ENSURE_STATUS(Describe(context, node, &tensors));
  return PrepareInt8(context, node, tensors);
}

}  // namespace tflm::reference
