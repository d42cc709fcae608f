#include "kernels/conv.h"

#include <cmath>
#include <limits>

#include "kernels/window_padding.h"

namespace tflm {
namespace {

TfLiteStatus CheckBias(TfLiteContext* context, const TfLiteTensor* bias, TfLiteType type,
                       int channels) {
  if (bias == nullptr) return kTfLiteOk;
  if (bias->type != type || tflite::NumElements(bias) != channels) {
    return Unsupported(context, "bias is not %d values of type %s", channels,
                       TfLiteTypeGetName(type));
  }
  return kTfLiteOk;
}

// The filter's scales, checked: symmetric, one or one a channel. Null when they are not.
const TfLiteFloatArray* FilterScales(const TfLiteTensor* filter, int channels,
                                     int channel_dimension) {
  if (filter->quantization.type != kTfLiteAffineQuantization) return nullptr;
  const auto* affine = static_cast<const TfLiteAffineQuantization*>(filter->quantization.params);
  const bool per_channel = affine->scale->size > 1;
  if (per_channel &&
      (affine->scale->size != channels || affine->quantized_dimension != channel_dimension)) {
    return nullptr;
  }
  for (int i = 0; i < affine->scale->size; ++i) {
    const float scale = affine->scale->data[i];
    const bool usable = scale >= 0.0f && scale <= std::numeric_limits<float>::max();
    if (!usable || affine->zero_point->data[i] != 0) return nullptr;
  }
  return affine->scale;
}

TfLiteStatus CheckInt8Tensors(TfLiteContext* context, const ConvTensors& tensors, int channels) {
  if (tensors.input->type != kTfLiteInt8 || tensors.filter->type != kTfLiteInt8 ||
      tensors.output->type != kTfLiteInt8) {
    return Unsupported(context, "types %s, %s -> %s", TfLiteTypeGetName(tensors.input->type),
                       TfLiteTypeGetName(tensors.filter->type),
                       TfLiteTypeGetName(tensors.output->type));
  }
  if (!IsPerTensorQuantized(tensors.input) || !IsPerTensorQuantized(tensors.output)) {
    return Unsupported(context, "input or output has no usable quantization");
  }
  return CheckBias(context, tensors.bias, kTfLiteInt32, channels);
}

// Allocates and fills one multiplier and shift for each of `count` scales; input_scale * scale
// / output_scale. A single scale serves all.
template <typename Shift>
TfLiteStatus StoreMultipliers(TfLiteContext* context, const ConvTensors& tensors, int count,
                              const TfLiteFloatArray* scales,
                              OutputQuantizationOf<Shift>* quantization) {
  auto* multipliers = AllocatePersistent<int32_t>(context, count);
  auto* shifts = AllocatePersistent<Shift>(context, count);
  if (multipliers == nullptr || shifts == nullptr) return kTfLiteError;
  for (int i = 0; i < count; ++i) {
    QuantizedMultiplier quantized;
    if (!QuantizeRatio(tensors.input->params.scale, scales->data[scales->size > 1 ? i : 0],
                       tensors.output->params.scale, &quantized)) {
      return Unsupported(context, "the scales of channel %d do not fit", i);
    }
    multipliers[i] = quantized.multiplier;
    shifts[i] = static_cast<Shift>(quantized.shift);
  }
  quantization->multipliers = multipliers;
  quantization->shifts = shifts;
  return kTfLiteOk;
}

// TFLM's GetQuantizedConvolutionMultipler refuses a bias whose scale is not input scale times
// filter scale, to within this much of an output step.
constexpr float kBiasScaleTolerance = 0.02f;

bool IsBiasScaleRight(const ConvTensors& tensors, float filter_scale) {
  if (tensors.bias == nullptr) return true;
  const float product = tensors.input->params.scale * filter_scale;
  const float difference = std::fabs(product - tensors.bias->params.scale);
  return difference / tensors.output->params.scale <= kBiasScaleTolerance;
}

template <typename Shift>
TfLiteStatus FillOffsets(TfLiteContext* context, const ConvTensors& tensors,
                         TfLiteFusedActivation activation,
                         OutputQuantizationOf<Shift>* quantization) {
  quantization->input_offset = -tensors.input->params.zero_point;
  quantization->output_offset = tensors.output->params.zero_point;
  return QuantizedActivationRange(context, activation, tensors.output,
                                  &quantization->activation_min, &quantization->activation_max);
}

}  // namespace

TfLiteStatus DescribeConvTensors(TfLiteContext* context, const TfLiteNode* node,
                                 ConvTensors* tensors) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 3, 1));
  tensors->input = PrepareInput(context, node, kConvInput);
  tensors->filter = PrepareInput(context, node, kConvFilter);
  tensors->bias = PrepareInput(context, node, kConvBias);
  tensors->output = PrepareOutput(context, node, kConvOutput);
  const bool has_bias =
      node->inputs->size == 3 && node->inputs->data[kConvBias] != kTfLiteOptionalTensor;
  const bool complete = tensors->input != nullptr && tensors->filter != nullptr &&
                        tensors->output != nullptr && (tensors->bias != nullptr || !has_bias);
  return complete ? kTfLiteOk : kTfLiteError;
}

TfLiteStatus PrepareConvGeometry(TfLiteContext* context, const TfLiteNode* node,
                                 const ConvTensors& tensors, bool depthwise, ConvGeometry* g) {
  if (tensors.input->dims->size != 4 || tensors.filter->dims->size != 4 ||
      tensors.output->dims->size != 4) {
    return Unsupported(context, "input, filter and output must have 4 dimensions");
  }
  const int* input = tensors.input->dims->data;
  const int* filter = tensors.filter->dims->data;
  const int* output = tensors.output->dims->data;
  *g = {};
  g->batches = input[0];
  g->input_height = input[1];
  g->input_width = input[2];
  g->input_channels = input[3];
  g->filter_height = filter[1];
  g->filter_width = filter[2];
  g->filter_channels = filter[3];
  g->output_height = output[1];
  g->output_width = output[2];
  g->output_channels = output[3];

  TfLitePadding padding;
  bool channels_fit;
  if (depthwise) {
    const auto& options = Options<TfLiteDepthwiseConvParams>(node);
    padding = options.padding;
    g->stride_height = options.stride_height;
    g->stride_width = options.stride_width;
    g->dilation_height = options.dilation_height_factor;
    g->dilation_width = options.dilation_width_factor;
    // The shapes rule, not the option: some converters leave it out.
    g->depth_multiplier = g->output_channels / g->input_channels;
    channels_fit = filter[0] == 1 && g->filter_channels == g->output_channels &&
                   g->depth_multiplier * g->input_channels == g->output_channels;
  } else {
    const auto& options = Options<TfLiteConvParams>(node);
    padding = options.padding;
    g->stride_height = options.stride_height;
    g->stride_width = options.stride_width;
    g->dilation_height = options.dilation_height_factor;
    g->dilation_width = options.dilation_width_factor;
    // Grouped convolution: each group of filters sees its own slice of the input channels.
    const int groups = g->input_channels / g->filter_channels;
    channels_fit = filter[0] == g->output_channels && groups > 0 &&
                   groups * g->filter_channels == g->input_channels &&
                   g->output_channels % groups == 0;
  }
  if (!channels_fit || output[0] != g->batches) {
    return Unsupported(context, "batches or channels of input, filter and output do not fit");
  }
  if (g->stride_height < 1 || g->stride_width < 1 || g->dilation_height < 1 ||
      g->dilation_width < 1) {
    return Unsupported(context, "a stride or dilation is not positive");
  }
  g->pad_top = PaddingBefore(
      {g->input_height, g->filter_height, g->output_height, g->stride_height, g->dilation_height},
      padding);
  g->pad_left = PaddingBefore(
      {g->input_width, g->filter_width, g->output_width, g->stride_width, g->dilation_width},
      padding);
  if (g->pad_top < 0 || g->pad_left < 0) {
    return Unsupported(context, "output is not %d x %d by stride and padding",
                       static_cast<int>(g->output_height), static_cast<int>(g->output_width));
  }
  return kTfLiteOk;
}

template <typename Shift>
TfLiteStatus PrepareConvQuantization(TfLiteContext* context, const ConvTensors& tensors,
                                     int channels, int channel_dimension,
                                     TfLiteFusedActivation activation,
                                     OutputQuantizationOf<Shift>* quantization) {
  TF_LITE_ENSURE_STATUS(CheckInt8Tensors(context, tensors, channels));
  const TfLiteFloatArray* scales = FilterScales(tensors.filter, channels, channel_dimension);
  if (scales == nullptr) return Unsupported(context, "filter has no usable quantization");
  quantization->per_channel = true;
  TF_LITE_ENSURE_STATUS(StoreMultipliers(context, tensors, channels, scales, quantization));
  return FillOffsets(context, tensors, activation, quantization);
}

template TfLiteStatus PrepareConvQuantization(TfLiteContext*, const ConvTensors&, int, int,
                                              TfLiteFusedActivation, OutputQuantizationOf<int8_t>*);
template TfLiteStatus PrepareConvQuantization(TfLiteContext*, const ConvTensors&, int, int,
                                              TfLiteFusedActivation,
                                              OutputQuantizationOf<int32_t>*);

TfLiteStatus PrepareWideConvQuantization(TfLiteContext* context, const ConvTensors& tensors,
                                         int channels, int channel_dimension,
                                         TfLiteFusedActivation activation, TfLiteType bias_type,
                                         OutputQuantization* quantization) {
  if (tensors.input->type != kTfLiteInt16 || tensors.filter->type != kTfLiteInt8 ||
      tensors.output->type != kTfLiteInt16) {
    return Unsupported(context, "types %s, %s -> %s", TfLiteTypeGetName(tensors.input->type),
                       TfLiteTypeGetName(tensors.filter->type),
                       TfLiteTypeGetName(tensors.output->type));
  }
  if (!IsPerTensorQuantized(tensors.input) || !IsPerTensorQuantized(tensors.output) ||
      tensors.input->params.zero_point != 0 || tensors.output->params.zero_point != 0) {
    return Unsupported(context, "input or output has no usable quantization");
  }
  TF_LITE_ENSURE_STATUS(CheckBias(context, tensors.bias, bias_type, channels));
  const TfLiteFloatArray* scales = FilterScales(tensors.filter, channels, channel_dimension);
  if (scales == nullptr) return Unsupported(context, "filter has no usable quantization");
  quantization->per_channel = true;
  TF_LITE_ENSURE_STATUS(StoreMultipliers(context, tensors, channels, scales, quantization));
  for (int i = 0; i < channels; ++i) {
    if (quantization->shifts[i] > kMostWideShift) {
      return Unsupported(context, "the scales of channel %d do not fit", i);
    }
  }
  return FillOffsets(context, tensors, activation, quantization);
}

TfLiteStatus CheckFloatConv(TfLiteContext* context, const ConvTensors& tensors, int channels) {
  if (tensors.input->type != kTfLiteFloat32 || tensors.filter->type != kTfLiteFloat32 ||
      tensors.output->type != kTfLiteFloat32) {
    return Unsupported(context, "types %s, %s -> %s", TfLiteTypeGetName(tensors.input->type),
                       TfLiteTypeGetName(tensors.filter->type),
                       TfLiteTypeGetName(tensors.output->type));
  }
  return CheckBias(context, tensors.bias, kTfLiteFloat32, channels);
}

TfLiteStatus PrepareFullyConnectedGeometry(TfLiteContext* context, const ConvTensors& tensors,
                                           FullyConnectedGeometry* geometry) {
  const TfLiteIntArray* filter = tensors.filter->dims;
  const TfLiteIntArray* output = tensors.output->dims;
  if (filter->size != 2 || output->size < 1) {
    return Unsupported(context, "filter must have 2 dimensions, output at least 1");
  }
  geometry->units = filter->data[0];
  geometry->depth = filter->data[1];
  geometry->rows = static_cast<int32_t>(tflite::NumElements(output)) / geometry->units;
  if (output->data[output->size - 1] != geometry->units ||
      tflite::NumElements(tensors.input) !=
          static_cast<int64_t>(geometry->rows) * geometry->depth) {
    return Unsupported(context, "shapes of input, filter and output do not fit");
  }
  return kTfLiteOk;
}

TfLiteStatus PrepareFullyConnectedQuantization(TfLiteContext* context, const ConvTensors& tensors,
                                               int units, TfLiteFusedActivation activation,
                                               OutputQuantization* quantization) {
  TF_LITE_ENSURE_STATUS(CheckInt8Tensors(context, tensors, units));
  const TfLiteFloatArray* scales = FilterScales(tensors.filter, units, 0);
  if (scales == nullptr) return Unsupported(context, "filter has no usable quantization");
  quantization->per_channel = scales->size > 1;
  if (!quantization->per_channel && !IsBiasScaleRight(tensors, scales->data[0])) {
    return Unsupported(context, "bias scale is not input scale times filter scale");
  }
  TF_LITE_ENSURE_STATUS(StoreMultipliers(context, tensors, scales->size, scales, quantization));
  return FillOffsets(context, tensors, activation, quantization);
}

}  // namespace tflm
