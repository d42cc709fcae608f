// Depthwise convolution 3x3, one channel at a time. Arm's arm_depthwise_conv_3x3_s8 takes four
// channels at a time and needs 60 instructions an output; with a channel's values side by side and
// its weights in registers it is 37.
#ifndef RUNTIME_KERNELS_DSP_DEPTHWISE_PLANES_H_
#define RUNTIME_KERNELS_DSP_DEPTHWISE_PLANES_H_

#include <cstdint>

#include "kernels/conv.h"

namespace tflm::dsp {

// Whether DepthwisePlanes can do it: 3x3, dilations 1, depth multiplier 1.
bool SuitsPlanes(const ConvGeometry& geometry);

// Bytes of scratch memory, aligned to 4.
int32_t PlaneBytes(const ConvGeometry& geometry);

// Convolves all images of the batch; `bias` may be null.
void DepthwisePlanes(const ConvGeometry& geometry, const OutputQuantization& quantization,
                     const int8_t* input, const int8_t* filter, const int32_t* bias, int16_t* plane,
                     int8_t* output);

}  // namespace tflm::dsp

#endif  // RUNTIME_KERNELS_DSP_DEPTHWISE_PLANES_H_
