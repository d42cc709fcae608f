#include "kernels/dsp/depthwise_planes.h"

#include <arm_acle.h>

#include <algorithm>
#include <cstring>

#include "kernels/dsp/output_stage.h"

namespace tflm::dsp {
namespace {

constexpr int kTaps = 3;

// One side of the image. Steps are in bytes between neighbours of the same channel.
struct Axis {
  int32_t input, output, stride, pad;
  int32_t input_step, filter_step, output_step;

  // Input values, padding included, that the outputs see.
  int32_t extent() const { return (output - 1) * stride + kTaps; }
};

// One channel of an image as 16 bit values with its padding around it. Lines run along the longer
// side of the output.
struct Plane {
  Axis across, along;
  int32_t pitch;  // values from line to line

  int32_t values() const { return across.extent() * pitch; }
};

Plane DescribePlane(const ConvGeometry& g) {
  const int32_t channels = g.input_channels;
  const Axis y = {g.input_height,           g.output_height,  g.stride_height,          g.pad_top,
                  g.input_width * channels, kTaps * channels, g.output_width * channels};
  const Axis x = {g.input_width, g.output_width, g.stride_width, g.pad_left,
                  channels,      channels,       channels};
  const bool by_rows = g.output_width >= g.output_height;
  Plane plane = {by_rows ? y : x, by_rows ? x : y, 0};
  // Outputs are computed in pairs; the last pair may see one value more.
  plane.pitch = plane.along.extent() + (plane.along.output & 1);
  return plane;
}

// Copies the values of one channel; the padding around them stays.
void FillPlane(const Plane& p, const int8_t* input, int16_t* plane) {
  const int32_t lines = std::min(p.across.input, p.across.extent() - p.across.pad);
  const int32_t length = std::min(p.along.input, p.along.extent() - p.along.pad);
  plane += p.across.pad * p.pitch + p.along.pad;
  for (int32_t line = 0; line < lines; ++line) {
    const int8_t* from = input;
    int16_t* const end = plane + length;
    for (int16_t* to = plane; to < end; ++to) {
      *to = *from;
      from += p.along.input_step;
    }
    input += p.across.input_step;
    plane += p.pitch;
  }
}

// The three weights of a line as two pairs: (0, 1) and (1, 2).
struct LineWeights {
  uint32_t first, last;
};

LineWeights LoadWeights(const int8_t* filter, int32_t step) {
  const uint32_t w0 = static_cast<uint16_t>(filter[0]);
  const uint32_t w1 = static_cast<uint16_t>(filter[step]);
  const uint32_t w2 = static_cast<uint16_t>(filter[2 * step]);
  return {w0 | w1 << 16, w1 | w2 << 16};
}

// What all outputs of a channel share.
struct Channel {
  LineWeights weights[kTaps];
  int32_t start;  // of every sum
  int32_t multiplier, shift;
};

inline uint32_t LoadPair(const int16_t* values) {
  uint32_t pair;
  memcpy(&pair, values, sizeof pair);
  return pair;
}

inline int32_t AddLine(const int16_t* values, LineWeights weights, int32_t sum) {
  sum = __smlad(LoadPair(values), weights.first, sum);
  return __smlabt(values[2], weights.last, sum);
}

struct TwoSums {
  int32_t left, right;
};

// The same for two neighbouring outputs with stride 1: values 0..2 and 1..3.
inline TwoSums AddLine(const int16_t* values, LineWeights weights, TwoSums sums) {
  const uint32_t low = LoadPair(values);
  const uint32_t high = LoadPair(values + 2);
  sums.left = __smlad(low, weights.first, sums.left);
  sums.left = __smlabt(high, weights.last, sums.left);
  sums.right = __smlad(high, weights.last, sums.right);
  sums.right = __smlatb(low, weights.first, sums.right);
  return sums;
}

// Stride 1 along the lines, outputs that saturate.
void ConvolvePairs(const Plane& p, const int16_t* plane, const Channel& channel,
                   const OutputRange range, int8_t* output) {
  const auto [w0, w1, w2] = channel.weights;
  const int32_t start = channel.start;
  const int32_t multiplier = channel.multiplier;
  const int32_t shift = channel.shift;
  const int32_t pitch = p.pitch;
  const int32_t step = p.along.output_step;
  const auto sums_at = [&](const int16_t* values) {
    TwoSums sums = {start, start};
    sums = AddLine(values, w0, sums);
    sums = AddLine(values + pitch, w1, sums);
    return AddLine(values + 2 * pitch, w2, sums);
  };
  const int32_t paired = p.along.output & ~1;
  for (int32_t line = 0; line < p.across.output; ++line) {
    int8_t* place = output;
    const int16_t* values = plane;
    for (const int16_t* const end = plane + paired; values != end; values += 2) {
      const TwoSums sums = sums_at(values);
      *place = ToOutput<true>(sums.left, multiplier, shift, range);
      place += step;
      *place = ToOutput<true>(sums.right, multiplier, shift, range);
      place += step;
    }
    if (paired != p.along.output) {
      *place = ToOutput<true>(sums_at(values).left, multiplier, shift, range);
    }
    plane += p.across.stride * pitch;
    output += p.across.output_step;
  }
}

// Any stride.
template <bool kSaturates>
void ConvolveSingles(const Plane& p, const int16_t* plane, const Channel& channel,
                     const OutputRange range, int8_t* output) {
  const auto [w0, w1, w2] = channel.weights;
  for (int32_t line = 0; line < p.across.output; ++line) {
    int8_t* place = output;
    const int16_t* values = plane;
    for (int32_t i = 0; i < p.along.output; ++i) {
      int32_t sum = AddLine(values, w0, channel.start);
      sum = AddLine(values + p.pitch, w1, sum);
      sum = AddLine(values + 2 * p.pitch, w2, sum);
      *place = ToOutput<kSaturates>(sum, channel.multiplier, channel.shift, range);
      place += p.along.output_step;
      values += p.along.stride;
    }
    plane += p.across.stride * p.pitch;
    output += p.across.output_step;
  }
}

}  // namespace

bool SuitsPlanes(const ConvGeometry& g) {
  return g.filter_height == kTaps && g.filter_width == kTaps && g.dilation_height == 1 &&
         g.dilation_width == 1 && g.depth_multiplier == 1;
}

int32_t PlaneBytes(const ConvGeometry& g) {
  return DescribePlane(g).values() * static_cast<int32_t>(sizeof(int16_t));
}

void DepthwisePlanes(const ConvGeometry& g, const OutputQuantization& q, const int8_t* input,
                     const int8_t* filter, const int32_t* bias, int16_t* plane, int8_t* output) {
  const Plane p = DescribePlane(g);
  const OutputRange range(q);
  auto* convolve = ConvolveSingles<false>;
  if (Saturates(q, g.output_channels)) {
    convolve = p.along.stride == 1 ? ConvolvePairs : ConvolveSingles<true>;
  }
  // The plane holds values without the input offset, so the padding is the zero point, and the
  // offset times all weights is part of every sum.
  std::fill(plane, plane + p.values(), static_cast<int16_t>(-q.input_offset));
  for (int32_t batch = 0; batch < g.batches; ++batch) {
    for (int32_t c = 0; c < g.input_channels; ++c) {
      FillPlane(p, input + c, plane);
      Channel channel = {{}, bias != nullptr ? bias[c] : 0, q.multipliers[c], q.shifts[c]};
      const int32_t step = p.along.filter_step;
      for (int i = 0; i < kTaps; ++i) {
        const int8_t* line = filter + c + i * p.across.filter_step;
        channel.weights[i] = LoadWeights(line, step);
        channel.start += q.input_offset * (line[0] + line[step] + line[2 * step]);
      }
      convolve(p, plane, channel, range, output + c);
    }
    input += g.input_height * g.input_width * g.input_channels;
    output += g.output_height * g.output_width * g.output_channels;
  }
}

}  // namespace tflm::dsp
