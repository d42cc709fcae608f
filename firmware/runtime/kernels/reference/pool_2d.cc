#include <algorithm>
#include <cmath>

#include "kernels/operators.h"
#include "kernels/reference/window.h"

namespace tflm::reference {
namespace {

// Calls pixel(first input inside, rows, columns, output) for every output pixel.
template <typename T, typename Pixel>
void ForEachPixel(const PoolGeometry& g, const T* input, T* output, Pixel pixel) {
  for (int32_t batch = 0; batch < g.batches; ++batch) {
    for (int32_t out_y = 0; out_y < g.output_height; ++out_y) {
      const int32_t top = out_y * g.stride_height - g.pad_top;
      const TapRange y = TapsInside(top, g.filter_height, 1, g.input_height);
      for (int32_t out_x = 0; out_x < g.output_width; ++out_x) {
        const int32_t left = out_x * g.stride_width - g.pad_left;
        const TapRange x = TapsInside(left, g.filter_width, 1, g.input_width);
        const int32_t first = ((top + y.begin) * g.input_width + left + x.begin) * g.channels;
        pixel(input + first, y.end - y.begin, x.end - x.begin, output);
        output += g.channels;
      }
    }
    input += g.input_height * g.input_width * g.channels;
  }
}

// Folds all taps of one channel into `start`.
template <typename T, typename Result, typename Combine>
Result FoldTaps(const PoolGeometry& g, const T* input, int32_t rows, int32_t columns, Result start,
                Combine combine) {
  const int32_t next_row = (g.input_width - columns) * g.channels;
  for (int32_t row = 0; row < rows; ++row) {
    for (int32_t column = 0; column < columns; ++column) {
      start = combine(start, *input);
      input += g.channels;
    }
    input += next_row;
  }
  return start;
}

template <typename T>
TfLiteStatus InvokeAverage(TfLiteContext* context, TfLiteNode* node) {
  const auto& g = Parameters<PoolGeometry>(node);
  ForEachPixel(g, InputData<T>(context, node, 0), OutputData<T>(context, node, 0),
               [&](const T* input, int32_t rows, int32_t columns, T* output) {
                 const int32_t count = rows * columns;
                 for (int32_t c = 0; c < g.channels; ++c) {
                   const int32_t sum = FoldTaps(g, input + c, rows, columns, int32_t{0},
                                                [](int32_t s, T v) { return s + v; });
                   const int32_t half = count / 2;
                   const int32_t average = (sum > 0 ? sum + half : sum - half) / count;
                   output[c] = static_cast<T>(Clamp(average, g.activation_min, g.activation_max));
                 }
               });
  return kTfLiteOk;
}

template <typename T>
TfLiteStatus InvokeMax(TfLiteContext* context, TfLiteNode* node) {
  const auto& g = Parameters<PoolGeometry>(node);
  ForEachPixel(g, InputData<T>(context, node, 0), OutputData<T>(context, node, 0),
               [&](const T* input, int32_t rows, int32_t columns, T* output) {
                 for (int32_t c = 0; c < g.channels; ++c) {
                   const int32_t max =
                       FoldTaps(g, input + c, rows, columns, int32_t{std::numeric_limits<T>::min()},
                                [](int32_t m, T v) { return v > m ? v : m; });
                   output[c] = static_cast<T>(Clamp(max, g.activation_min, g.activation_max));
                 }
               });
  return kTfLiteOk;
}

TfLiteStatus InvokeAverageFloat(TfLiteContext* context, TfLiteNode* node) {
  const auto& g = Parameters<PoolGeometry>(node);
  ForEachPixel(g, InputData<float>(context, node, 0), OutputData<float>(context, node, 0),
               [&](const float* input, int32_t rows, int32_t columns, float* output) {
                 const float count = static_cast<float>(rows * columns);
                 for (int32_t c = 0; c < g.channels; ++c) {
                   const float sum = FoldTaps(g, input + c, rows, columns, 0.0f,
                                              [](float s, float v) { return s + v; });
                   output[c] = std::min(std::max(sum / count, g.float_activation_min),
                                        g.float_activation_max);
                 }
               });
  return kTfLiteOk;
}

TfLiteStatus InvokeL2Float(TfLiteContext* context, TfLiteNode* node) {
  const auto& g = Parameters<PoolGeometry>(node);
  ForEachPixel(g, InputData<float>(context, node, 0), OutputData<float>(context, node, 0),
               [&](const float* input, int32_t rows, int32_t columns, float* output) {
                 const float count = static_cast<float>(rows * columns);
                 for (int32_t c = 0; c < g.channels; ++c) {
                   const float squares = FoldTaps(g, input + c, rows, columns, 0.0f,
                                                  [](float s, float v) { return s + v * v; });
                   output[c] =
                       std::min(std::max(std::sqrt(squares / count), g.float_activation_min),
                                g.float_activation_max);
                 }
               });
  return kTfLiteOk;
}

TfLiteStatus InvokeMaxFloat(TfLiteContext* context, TfLiteNode* node) {
  const auto& g = Parameters<PoolGeometry>(node);
  ForEachPixel(g, InputData<float>(context, node, 0), OutputData<float>(context, node, 0),
               [&](const float* input, int32_t rows, int32_t columns, float* output) {
                 for (int32_t c = 0; c < g.channels; ++c) {
                   const float max =
                       FoldTaps(g, input + c, rows, columns, std::numeric_limits<float>::lowest(),
                                [](float m, float v) { return std::max(m, v); });
                   output[c] =
                       std::min(std::max(max, g.float_activation_min), g.float_activation_max);
                 }
               });
  return kTfLiteOk;
}

// The functions for the types that are registered; null for the others.
struct Invokes {
  TfLiteNodeInvoke int8, int16, float32;
};

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node, const Invokes& invokes) {
  auto* geometry = AllocateParameters<PoolGeometry>(context, node);
  if (geometry == nullptr) return kTfLiteError;
  TF_LITE_ENSURE_STATUS(PreparePoolGeometry(context, node, geometry));
  const TfLiteType type = tflite::micro::GetEvalInput(context, node, 0)->type;
  const TfLiteNodeInvoke invoke = type == kTfLiteInt8    ? invokes.int8
                                  : type == kTfLiteInt16 ? invokes.int16
                                                         : invokes.float32;
  if (invoke == nullptr) {
    return Unsupported(context, "type %s is not registered", TfLiteTypeGetName(type));
  }
  SelectInvoke(node, invoke);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareAveragePool2D(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node,
                 {InvokeAverage<int8_t>, InvokeAverage<int16_t>, InvokeAverageFloat});
}

TfLiteStatus PrepareAveragePool2DInt8(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, {InvokeAverage<int8_t>, nullptr, nullptr});
}

TfLiteStatus PrepareL2Pool2D(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, {nullptr, nullptr, InvokeL2Float});
}

TfLiteStatus PrepareMaxPool2D(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, {InvokeMax<int8_t>, InvokeMax<int16_t>, InvokeMaxFloat});
}

TfLiteStatus PrepareMaxPool2DInt8(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, {InvokeMax<int8_t>, nullptr, nullptr});
}

}  // namespace tflm::reference
