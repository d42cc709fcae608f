#include "kernels/dsp/columns.h"

#include <cstring>

#include "kernels/dsp/products.h"

namespace tflm::dsp {
namespace {

// The whole window lies inside the image.
bool IsInterior(const Windows& w, int32_t y, int32_t x) {
  return y >= 0 && x >= 0 && y + (w.filter_height - 1) * w.dilation_height < w.input_height &&
         x + (w.filter_width - 1) * w.dilation_width < w.input_width;
}

// Copies a window whose top left value is at (y, x) to `values`; what lies outside the image
// becomes the input's zero point.
void Gather(const Windows& w, const int8_t* input, int32_t y, int32_t x, int8_t* values) {
  for (int32_t row = 0; row < w.filter_height; ++row, y += w.dilation_height) {
    const bool row_inside = y >= 0 && y < w.input_height;
    int32_t column = x;
    for (int32_t i = 0; i < w.filter_width; ++i, column += w.dilation_width) {
      if (row_inside && column >= 0 && column < w.input_width) {
        memcpy(values, input + (y * w.input_width + column) * w.channels, w.channels);
      } else {
        memset(values, -w.input_offset, w.channels);
      }
      values += w.channels;
    }
  }
}

void Widen(const Windows& w, const int8_t* input, int32_t y, int32_t x, int8_t* gathered,
           uint32_t* words) {
  if (w.segments == 0 || !IsInterior(w, y, x)) {
    Gather(w, input, y, x, gathered);
    WidenToColumn(gathered, w.depth, w.input_offset, words);
    return;
  }
  const int8_t* values = input + (y * w.input_width + x) * w.channels;
  const int32_t step = w.dilation_height * w.input_width * w.channels;
  for (int32_t i = 0; i < w.segments; ++i, values += step) {
    words = WidenToColumn(values, w.segment_bytes, w.input_offset, words);
  }
}

}  // namespace

Windows DescribeWindows(const ConvGeometry& g, int32_t input_offset) {
  Windows w;
  w.count = g.output_height * g.output_width;
  w.depth = g.filter_height * g.filter_width * g.input_channels;
  w.input_bytes = g.input_height * g.input_width * g.input_channels;
  w.input_offset = input_offset;
  w.per_row = g.output_width;
  w.input_height = g.input_height;
  w.input_width = g.input_width;
  w.channels = g.input_channels;
  w.filter_height = g.filter_height;
  w.filter_width = g.filter_width;
  w.stride_height = g.stride_height;
  w.stride_width = g.stride_width;
  w.dilation_height = g.dilation_height;
  w.dilation_width = g.dilation_width;
  w.pad_top = g.pad_top;
  w.pad_left = g.pad_left;

  const bool rows_are_runs = g.filter_width == 1 || g.dilation_width == 1;
  const bool rows_adjoin =
      g.filter_height == 1 || (g.filter_width == g.input_width && g.dilation_height == 1);
  const int32_t row_bytes = g.filter_width * g.input_channels;
  w.segments = 0;
  w.segment_bytes = 0;
  if (rows_are_runs && rows_adjoin) {
    w.segments = 1;
    w.segment_bytes = w.depth;
  } else if (rows_are_runs && row_bytes % 4 == 0) {
    w.segments = g.filter_height;
    w.segment_bytes = row_bytes;
  }
  const int32_t last_y = (g.output_height - 1) * g.stride_height - g.pad_top;
  const int32_t last_x = (g.output_width - 1) * g.stride_width - g.pad_left;
  w.gathers =
      w.segments == 0 || !IsInterior(w, -g.pad_top, -g.pad_left) || !IsInterior(w, last_y, last_x);
  return w;
}

int32_t WindowBufferBytes(const Windows& w) {
  return ColumnBufferBytes(w.depth) + (w.gathers ? w.depth : 0);
}

void WindowsToColumns(const Windows& w, const int8_t* input, int32_t first, uint32_t* columns) {
  auto* gathered = reinterpret_cast<int8_t*>(columns) + ColumnBufferBytes(w.depth);
  for (int i = 0; i < kColumns; ++i) {
    const int32_t y = (first + i) / w.per_row;
    const int32_t x = (first + i) % w.per_row;
    Widen(w, input, y * w.stride_height - w.pad_top, x * w.stride_width - w.pad_left, gathered,
          columns + ColumnStart(i));
  }
}

}  // namespace tflm::dsp
