// The windows of a convolution over an image as columns for ColumnProducts (im2col).
#ifndef RUNTIME_KERNELS_DSP_COLUMNS_H_
#define RUNTIME_KERNELS_DSP_COLUMNS_H_

#include <cstdint>

#include "kernels/conv.h"

namespace tflm::dsp {

// Where the values of each window lie in the NHWC input. A window is `segments` runs of
// `segment_bytes` contiguous bytes, one below the other; a window that is contiguous as a whole
// (1x1, or as wide as the image) is one segment.
struct Windows {
  int32_t count;        // windows of one image
  int32_t depth;        // values of a window, a multiple of 4
  int32_t input_bytes;  // of one image
  int32_t input_offset;
  int32_t per_row;  // windows side by side
  int32_t input_height, input_width, channels;
  int32_t filter_height, filter_width;
  int32_t stride_height, stride_width;
  int32_t dilation_height, dilation_width;
  int32_t pad_top, pad_left;
  int32_t segments;       // 0: windows are gathered value by value
  int32_t segment_bytes;  // a multiple of 4
  bool gathers;           // some windows, or all, are gathered
};

Windows DescribeWindows(const ConvGeometry& geometry, int32_t input_offset);

// Bytes that WindowsToColumns needs at `columns`.
int32_t WindowBufferBytes(const Windows& windows);

// Writes windows first .. first + kColumns - 1 of the image at `input` into the columns.
void WindowsToColumns(const Windows& windows, const int8_t* input, int32_t first,
                      uint32_t* columns);

}  // namespace tflm::dsp

#endif  // RUNTIME_KERNELS_DSP_COLUMNS_H_
