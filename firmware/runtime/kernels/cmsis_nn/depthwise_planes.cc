#include "kernels/cmsis_nn/depthwise_planes.h"

#include <arm_acle.h>

#include <algorithm>
#include <cstring>

#include "kernels/cmsis_nn/output_stage.h"

namespace tflm::cmsis_nn {
namespace {

constexpr int kTaps = 3;

// One channel of an image as 16 bit values with its padding around it, in lines along the longer
// side of the image. Neighbours lie beside each other, so that one load brings two, and a line is
// computed two outputs at a time. Strides are in bytes between values of the same channel.
struct Plane {
  int32_t lines, length;  // of the output; the plane has 2 more of each
  int32_t pitch;          // values from line to line, even
  int32_t input_lines, input_length;
  int32_t pad_line, pad_along;
  int32_t input_line_stride, input_stride;
  int32_t filter_line_stride, filter_stride;
  int32_t output_line_stride, output_stride;
};

Plane DescribePlane(const ConvGeometry& g) {
  const int32_t channels = g.input_channels;
  Plane p;
  if (g.output_width >= g.output_height) {
    p = {g.output_height, g.output_width,   0,          g.input_height,
         g.input_width,   g.pad_top,        g.pad_left, g.input_width * channels,
         channels,        kTaps * channels, channels,   g.output_width * channels,
         channels};
  } else {
    p = {g.output_width,
         g.output_height,
         0,
         g.input_width,
         g.input_height,
         g.pad_left,
         g.pad_top,
         channels,
         g.input_width * channels,
         channels,
         kTaps * channels,
         channels,
         g.output_width * channels};
  }
  p.pitch = (p.length + 1) / 2 * 2 + kTaps - 1;
  return p;
}

int32_t PlaneValues(const Plane& p) { return p.pitch * (p.lines + kTaps - 1); }

// Copies the values of one channel; the padding around them stays.
void FillPlane(const Plane& p, const int8_t* input, int16_t* plane) {
  const int32_t lines = std::min(p.input_lines, p.lines + kTaps - 1 - p.pad_line);
  const int32_t length = std::min(p.input_length, p.length + kTaps - 1 - p.pad_along);
  plane += p.pad_line * p.pitch + p.pad_along;
  for (int32_t line = 0; line < lines; ++line) {
    const int8_t* from = input;
    int16_t* const end = plane + length;
    for (int16_t* to = plane; to != end; ++to) {
      *to = *from;
      from += p.input_stride;
    }
    input += p.input_line_stride;
    plane += p.pitch;
  }
}

// The three weights of a line as two pairs: (0, 1) and (1, 2).
struct LineWeights {
  uint32_t first, last;
};

LineWeights LoadWeights(const int8_t* filter, int32_t stride) {
  const uint32_t w0 = static_cast<uint16_t>(filter[0]);
  const uint32_t w1 = static_cast<uint16_t>(filter[stride]);
  const uint32_t w2 = static_cast<uint16_t>(filter[2 * stride]);
  return {w0 | w1 << 16, w1 | w2 << 16};
}

inline uint32_t LoadPair(const int16_t* values) {
  uint32_t pair;
  memcpy(&pair, values, sizeof pair);
  return pair;
}

struct TwoSums {
  int32_t left, right;
};

// Adds the products of one line for two neighbouring outputs: values 0..2 and 1..3.
inline TwoSums AddLine(const int16_t* values, LineWeights weights, TwoSums sums) {
  const uint32_t low = LoadPair(values);
  const uint32_t high = LoadPair(values + 2);
  sums.left = __smlad(low, weights.first, sums.left);
  sums.left = __smlabt(high, weights.last, sums.left);
  sums.right = __smlad(high, weights.last, sums.right);
  sums.right = __smlatb(low, weights.first, sums.right);
  return sums;
}

// kFast: the shift is to the right, and the output range is all of int8.
template <bool kFast>
inline int8_t Output(int32_t sum, int32_t multiplier, int32_t shift, const OutputRange& range) {
  return kFast ? ShiftRight<true>(sum, multiplier, shift, range)
               : Requantize(sum, multiplier, shift, range);
}

template <bool kFast>
void ConvolvePlane(const Plane& p, const int16_t* plane, const LineWeights (&weights)[kTaps],
                   int32_t start, int32_t multiplier, int32_t shift, const OutputRange range,
                   int8_t* output) {
  const LineWeights w0 = weights[0], w1 = weights[1], w2 = weights[2];
  const int32_t pitch = p.pitch;
  const int32_t stride = p.output_stride;
  const auto sums_at = [=](const int16_t* values) {
    TwoSums sums = {start, start};
    sums = AddLine(values, w0, sums);
    sums = AddLine(values + pitch, w1, sums);
    return AddLine(values + 2 * pitch, w2, sums);
  };
  const int32_t paired = p.length & ~1;
  for (int32_t line = 0; line < p.lines; ++line) {
    int8_t* place = output;
    const int16_t* values = plane;
    for (const int16_t* const end = plane + paired; values != end; values += 2) {
      const TwoSums sums = sums_at(values);
      *place = Output<kFast>(sums.left, multiplier, shift, range);
      place += stride;
      *place = Output<kFast>(sums.right, multiplier, shift, range);
      place += stride;
    }
    if (paired != p.length) {
      *place = Output<kFast>(sums_at(values).left, multiplier, shift, range);
    }
    plane += pitch;
    output += p.output_line_stride;
  }
}

}  // namespace

bool SuitsPlanes(const ConvGeometry& g) {
  return g.filter_height == kTaps && g.filter_width == kTaps && g.stride_height == 1 &&
         g.stride_width == 1 && g.dilation_height == 1 && g.dilation_width == 1 &&
         g.depth_multiplier == 1;
}

int32_t PlaneBytes(const ConvGeometry& g) {
  return PlaneValues(DescribePlane(g)) * static_cast<int32_t>(sizeof(int16_t));
}

void DepthwisePlanes(const ConvGeometry& g, const OutputQuantization& q, const int8_t* input,
                     const int8_t* filter, const int32_t* bias, int16_t* plane, int8_t* output) {
  const Plane p = DescribePlane(g);
  const OutputRange range(q);
  // The plane holds values without the input offset, so the padding is the zero point, and the
  // offset times all weights is part of every sum.
  std::fill(plane, plane + PlaneValues(p), static_cast<int16_t>(-q.input_offset));
  for (int32_t batch = 0; batch < g.batches; ++batch) {
    for (int32_t channel = 0; channel < g.input_channels; ++channel) {
      FillPlane(p, input + channel, plane);
      LineWeights weights[kTaps];
      int32_t start = bias != nullptr ? bias[channel] : 0;
      for (int i = 0; i < kTaps; ++i) {
        const int8_t* line = filter + channel + i * p.filter_line_stride;
        weights[i] = LoadWeights(line, p.filter_stride);
        start += q.input_offset * (line[0] + line[p.filter_stride] + line[2 * p.filter_stride]);
      }
      const bool fast = q.shifts[channel] < 0 && range.is_whole();
      auto* const convolve = fast ? ConvolvePlane<true> : ConvolvePlane<false>;
      convolve(p, plane, weights, start, q.multipliers[channel], q.shifts[channel], range,
               output + channel);
    }
    input += g.input_height * g.input_width * g.input_channels;
    output += g.output_height * g.output_width * g.output_channels;
  }
}

}  // namespace tflm::cmsis_nn
