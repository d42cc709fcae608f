// What CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED check and precompute in Prepare, for
// every kernel set.
#ifndef RUNTIME_KERNELS_CONV_H_
#define RUNTIME_KERNELS_CONV_H_

#include <cstdint>

#include "kernels/kernel.h"
#include "kernels/quantization.h"

namespace tflm {

// Shapes of a convolution, NHWC. The filter is [out_channels, h, w, in_channels / groups]
// for CONV_2D and [1, h, w, out_channels] for DEPTHWISE_CONV_2D.
struct ConvGeometry {
  int32_t batches;
  int32_t input_height, input_width, input_channels;
  int32_t filter_height, filter_width, filter_channels;  // filter_channels: the innermost
  int32_t output_height, output_width, output_channels;
  int32_t stride_height, stride_width;
  int32_t dilation_height, dilation_width;
  int32_t pad_top, pad_left;
  int32_t depth_multiplier;  // DEPTHWISE_CONV_2D only
};

// Scales and offsets of a quantized convolution or fully connected layer.
//   real output = multiplier[c] * (sum over taps of (input + input_offset) * filter + bias[c])
// Shift is int8_t, or int32_t as Arm's functions take it.
template <typename Shift>
struct OutputQuantizationOf {
  const int32_t* multipliers;  // one a channel, or one for all (see per_channel)
  const Shift* shifts;         // -31 to 31, positive: left
  bool per_channel;
  int32_t input_offset;   // - input zero point
  int32_t output_offset;  // output zero point
  int32_t activation_min, activation_max;
};

using OutputQuantization = OutputQuantizationOf<int8_t>;

// The tensors of such an operator, described for the length of Prepare.
struct ConvTensors {
  TfLiteTensor* input;
  TfLiteTensor* filter;
  TfLiteTensor* bias;  // null when absent
  TfLiteTensor* output;
};

constexpr int kConvInput = 0;
constexpr int kConvFilter = 1;
constexpr int kConvBias = 2;
constexpr int kConvOutput = 0;

// The filter's dimension that holds the output channels.
constexpr int kConvChannelDimension = 0;
constexpr int kDepthwiseConvChannelDimension = 3;

TfLiteStatus DescribeConvTensors(TfLiteContext* context, const TfLiteNode* node,
                                 ConvTensors* tensors);

// A Prepare that has its tensors described.
using PrepareTensors = TfLiteStatus (*)(TfLiteContext*, TfLiteNode*, const ConvTensors&);

template <PrepareTensors prepare>
TfLiteStatus PrepareDescribed(TfLiteContext* context, TfLiteNode* node) {
  ConvTensors tensors;
  TF_LITE_ENSURE_STATUS(DescribeConvTensors(context, node, &tensors));
  return prepare(context, node, tensors);
}

// prepare_wide: for int16 activations with int8 weights.
template <PrepareTensors prepare_int8, PrepareTensors prepare_wide, PrepareTensors prepare_float>
TfLiteStatus PrepareByType(TfLiteContext* context, TfLiteNode* node) {
  ConvTensors tensors;
  TF_LITE_ENSURE_STATUS(DescribeConvTensors(context, node, &tensors));
  if (tensors.input->type == kTfLiteFloat32) return prepare_float(context, node, tensors);
  if (tensors.input->type == kTfLiteInt16) return prepare_wide(context, node, tensors);
  return prepare_int8(context, node, tensors);
}

// Reads the options, checks all shapes against each other (the output's too) and computes
// the padding. TfLiteConvParams or TfLiteDepthwiseConvParams by `depthwise`.
TfLiteStatus PrepareConvGeometry(TfLiteContext* context, const TfLiteNode* node,
                                 const ConvTensors& tensors, bool depthwise,
                                 ConvGeometry* geometry);

// Checks types and quantization of an int8 convolution (int8 filter, symmetric, per tensor or
// per `channel_dimension`; int32 bias) and allocates one multiplier and shift a channel.
template <typename Shift>
TfLiteStatus PrepareConvQuantization(TfLiteContext* context, const ConvTensors& tensors,
                                     int channels, int channel_dimension,
                                     TfLiteFusedActivation activation,
                                     OutputQuantizationOf<Shift>* quantization);

// The same for int16 activations with int8 filters, whose zero points are 0 and whose sums have 64
// bits; the bias has `bias_type`.
TfLiteStatus PrepareWideConvQuantization(TfLiteContext* context, const ConvTensors& tensors,
                                         int channels, int channel_dimension,
                                         TfLiteFusedActivation activation, TfLiteType bias_type,
                                         OutputQuantization* quantization);

// Checks a float32 convolution or fully connected layer: all four types, and the bias's size.
TfLiteStatus CheckFloatConv(TfLiteContext* context, const ConvTensors& tensors, int channels);

// rows = output rows, depth = length of one filter row:
// input [.., depth] * filter [units, depth] -> output [.., units].
struct FullyConnectedGeometry {
  int32_t rows;
  int32_t depth;
  int32_t units;
};

TfLiteStatus PrepareFullyConnectedGeometry(TfLiteContext* context, const ConvTensors& tensors,
                                           FullyConnectedGeometry* geometry);

// As PrepareConvQuantization, but a per-tensor filter gives one multiplier (per_channel false).
TfLiteStatus PrepareFullyConnectedQuantization(TfLiteContext* context, const ConvTensors& tensors,
                                               int units, TfLiteFusedActivation activation,
                                               OutputQuantization* quantization);

}  // namespace tflm

namespace tflm::reference {

// Prepare of the portable kernels for float and int16, to which kernel sets fall back.
TfLiteStatus PrepareConv2DWide(TfLiteContext* context, TfLiteNode* node,
                               const ConvTensors& tensors);
TfLiteStatus PrepareDepthwiseConv2DWide(TfLiteContext* context, TfLiteNode* node,
                                        const ConvTensors& tensors);
TfLiteStatus PrepareFullyConnectedWide(TfLiteContext* context, TfLiteNode* node,
                                       const ConvTensors& tensors);
TfLiteStatus PrepareConv2DFloat(TfLiteContext* context, TfLiteNode* node,
                                const ConvTensors& tensors);
TfLiteStatus PrepareDepthwiseConv2DFloat(TfLiteContext* context, TfLiteNode* node,
                                         const ConvTensors& tensors);
TfLiteStatus PrepareFullyConnectedFloat(TfLiteContext* context, TfLiteNode* node,
                                        const ConvTensors& tensors);

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_CONV_H_
