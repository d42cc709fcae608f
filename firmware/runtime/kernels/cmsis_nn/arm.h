// From what Prepare computes to the structures that Arm's functions take.
#ifndef RUNTIME_KERNELS_CMSIS_NN_ARM_H_
#define RUNTIME_KERNELS_CMSIS_NN_ARM_H_

#include "arm_nnfunctions.h"
#include "kernels/conv.h"

namespace tflm::cmsis_nn {

constexpr int kNoScratch = -1;

inline cmsis_nn_dims InputDims(const ConvGeometry& g) {
  return {g.batches, g.input_height, g.input_width, g.input_channels};
}

inline cmsis_nn_dims OutputDims(const ConvGeometry& g) {
  return {g.batches, g.output_height, g.output_width, g.output_channels};
}

inline cmsis_nn_tile Stride(const ConvGeometry& g) { return {g.stride_width, g.stride_height}; }
inline cmsis_nn_tile Padding(const ConvGeometry& g) { return {g.pad_left, g.pad_top}; }
inline cmsis_nn_tile Dilation(const ConvGeometry& g) {
  return {g.dilation_width, g.dilation_height};
}

// Arm's functions keep shapes and positions in 16 bits, without a check.
inline bool FitsArm(const ConvGeometry& g) {
  for (const int32_t value :
       {g.input_height, g.input_width, g.input_channels, g.output_height, g.output_width,
        g.output_channels, g.stride_height, g.stride_width, g.dilation_height, g.dilation_width}) {
    if (value > INT16_MAX) return false;
  }
  return int64_t{g.filter_height} * g.filter_width * g.filter_channels <= INT16_MAX;
}

using ArmQuantization = OutputQuantizationOf<int32_t>;

template <typename Shift>
cmsis_nn_activation Activation(const OutputQuantizationOf<Shift>& q) {
  return {q.activation_min, q.activation_max};
}

// Arm's structure lacks const; the functions only read.
inline cmsis_nn_per_channel_quant_params PerChannel(const ArmQuantization& q) {
  return {const_cast<int32_t*>(q.multipliers), const_cast<int32_t*>(q.shifts)};
}

// Asks for `bytes` of scratch memory; none for 0 or less.
inline TfLiteStatus RequestScratch(TfLiteContext* context, int32_t bytes, int* index) {
  *index = kNoScratch;
  if (bytes <= 0) return kTfLiteOk;
  return context->RequestScratchBufferInArena(context, bytes, index);
}

inline cmsis_nn_context Scratch(TfLiteContext* context, int index) {
  return {index == kNoScratch ? nullptr : context->GetScratchBuffer(context, index), 0};
}

inline TfLiteStatus ToStatus(arm_cmsis_nn_status status) {
  return status == ARM_CMSIS_NN_SUCCESS ? kTfLiteOk : kTfLiteError;
}

}  // namespace tflm::cmsis_nn

#endif  // RUNTIME_KERNELS_CMSIS_NN_ARM_H_
