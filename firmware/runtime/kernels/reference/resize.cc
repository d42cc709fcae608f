// RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/operators.h"

namespace tflm::reference {
namespace {

// NHWC.
struct Geometry {
  int32_t batches, channels;
  int32_t input_height, input_width;
  int32_t output_height, output_width;
};

struct Parameters {
  Geometry geometry;
  bool align_corners, half_pixel_centers;
  int32_t pixel_bytes;
};

// The nearest input to output position `at`, computed in float as TFLM does.
int32_t Nearest(int32_t at, int32_t input, int32_t output, const Parameters& p) {
  const bool aligned = p.align_corners && output > 1;
  const float scale = static_cast<float>(aligned ? input - 1 : input) /
                      static_cast<float>(aligned ? output - 1 : output);
  const float offset = p.half_pixel_centers ? 0.5f : 0.0f;
  const float place = (static_cast<float>(at) + offset) * scale;
  const int32_t index =
      static_cast<int32_t>(p.align_corners ? std::round(place) : std::floor(place));
  return std::min<int32_t>(index, input - 1);
}

TfLiteStatus InvokeNearest(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = tflm::Parameters<Parameters>(node);
  const Geometry& g = p.geometry;
  const auto* image = InputData<uint8_t>(context, node, 0);
  auto* output = OutputData<uint8_t>(context, node, 0);
  for (int32_t b = 0; b < g.batches; ++b) {
    for (int32_t y = 0; y < g.output_height; ++y) {
      const auto* row =
          image + Nearest(y, g.input_height, g.output_height, p) * g.input_width * p.pixel_bytes;
      for (int32_t x = 0; x < g.output_width; ++x, output += p.pixel_bytes) {
        std::memcpy(output, row + Nearest(x, g.input_width, g.output_width, p) * p.pixel_bytes,
                    p.pixel_bytes);
      }
    }
    image += g.input_height * g.input_width * p.pixel_bytes;
  }
  return kTfLiteOk;
}

// The two inputs that an output lies between (where rounding would lead outside, as it can in TFLM,
// the last), and how far behind the first: in float, or in steps
// of 2^-10.
template <typename Distance>
struct Between {
  int32_t lower, upper;
  Distance distance;
};

Between<float> FindFloat(int32_t at, int32_t input, int32_t output, const Parameters& p) {
  const bool aligned = p.align_corners && output > 1;
  const float scale = aligned ? static_cast<float>(input - 1) / static_cast<float>(output - 1)
                              : static_cast<float>(input) / static_cast<float>(output);
  const float place = p.half_pixel_centers ? (static_cast<float>(at) + 0.5f) * scale - 0.5f
                                           : static_cast<float>(at) * scale;
  const int32_t lower = Clamp(static_cast<int32_t>(std::floor(place)), 0, input - 1);
  const int32_t upper = std::min<int32_t>(static_cast<int32_t>(std::ceil(place)), input - 1);
  return {lower, upper, place - static_cast<float>(lower)};
}

constexpr int32_t kUnit = 1 << 10;

Between<int32_t> FindInteger(int32_t at, int32_t input, int32_t output, const Parameters& p) {
  const bool aligned = p.align_corners && output > 1;
  const int32_t from = aligned ? input - 1 : input;
  const int32_t to = aligned ? output - 1 : output;
  const int32_t scale = (kUnit * from + to / 2) / to;
  const int32_t place = p.half_pixel_centers ? at * scale + scale / 2 - kUnit / 2 : at * scale;
  const int32_t lower = Clamp(place / kUnit, 0, input - 1);
  const int32_t upper = std::min<int32_t>((place + kUnit - 1) / kUnit, input - 1);
  return {lower, upper, place - kUnit * lower};
}

// Calls pixel(upper left, lower left, upper right, lower right, y, x, output) for every output
// pixel.
template <typename T, typename Find, typename Pixel>
void ForEachPixel(TfLiteContext* context, TfLiteNode* node, const Parameters& p, Find find,
                  Pixel pixel) {
  const Geometry& g = p.geometry;
  const auto* image = InputData<T>(context, node, 0);
  auto* output = OutputData<T>(context, node, 0);
  const int32_t row = g.input_width * g.channels;
  for (int32_t b = 0; b < g.batches; ++b, image += g.input_height * row) {
    for (int32_t y = 0; y < g.output_height; ++y) {
      const auto rows = find(y, g.input_height, g.output_height, p);
      const T* upper = image + rows.lower * row;
      const T* lower = image + rows.upper * row;
      for (int32_t x = 0; x < g.output_width; ++x, output += g.channels) {
        const auto columns = find(x, g.input_width, g.output_width, p);
        const int32_t left = columns.lower * g.channels;
        const int32_t right = columns.upper * g.channels;
        pixel(upper + left, lower + left, upper + right, lower + right, rows.distance,
              columns.distance, output);
      }
    }
  }
}

TfLiteStatus InvokeBilinearFloat(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = tflm::Parameters<Parameters>(node);
  ForEachPixel<float>(context, node, p, FindFloat,
                      [&p](const float* a, const float* b, const float* c, const float* d, float y,
                           float x, float* output) {
                        for (int32_t i = 0; i < p.geometry.channels; ++i) {
                          output[i] = a[i] * (1 - y) * (1 - x) + b[i] * y * (1 - x) +
                                      c[i] * (1 - y) * x + d[i] * y * x;
                        }
                      });
  return kTfLiteOk;
}

TfLiteStatus InvokeBilinearInt8(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = tflm::Parameters<Parameters>(node);
  // Weights in steps of 2^-20 fit 32 bits with int8 values: the four add up to one.
  ForEachPixel<int8_t>(
      context, node, p, FindInteger,
      [&p](const int8_t* a, const int8_t* b, const int8_t* c, const int8_t* d, int32_t y, int32_t x,
           int8_t* output) {
        constexpr int32_t kHalf = kUnit * kUnit / 2;
        for (int32_t i = 0; i < p.geometry.channels; ++i) {
          const int32_t sum = a[i] * (kUnit - y) * (kUnit - x) + b[i] * y * (kUnit - x) +
                              c[i] * (kUnit - y) * x + d[i] * y * x;
          output[i] = static_cast<int8_t>((sum + (sum > 0 ? kHalf : -kHalf)) / (kUnit * kUnit));
        }
      });
  return kTfLiteOk;
}

TfLiteStatus Plan(TfLiteContext* context, TfLiteNode* node, TfLiteType* type, Parameters** plan) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 2, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* size = PrepareInput(context, node, 1);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocateParameters<Parameters>(context, node);
  if (input == nullptr || size == nullptr || output == nullptr || p == nullptr) return kTfLiteError;
  if (input->dims->size != 4 || output->dims->size != 4 || output->type != input->type ||
      input->dims->data[0] != output->dims->data[0] ||
      input->dims->data[3] != output->dims->data[3]) {
    return Unsupported(context, "input and output differ in type, batches or channels");
  }
  if (size->type != kTfLiteInt32 || !tflite::IsConstantTensor(size) || size->dims->size != 1 ||
      size->dims->data[0] != 2 || size->data.i32[0] != output->dims->data[1] ||
      size->data.i32[1] != output->dims->data[2]) {
    return Unsupported(context, "size is not a constant of the output's height and width");
  }
  const int* dims = input->dims->data;
  // Places in steps of 2^-10 fit 32 bits.
  constexpr int32_t kMost = 1 << 20;
  if (dims[1] > kMost || dims[2] > kMost || output->dims->data[1] > kMost ||
      output->dims->data[2] > kMost) {
    return Unsupported(context, "too large an image");
  }
  p->geometry = {dims[0], dims[3], dims[1], dims[2], output->dims->data[1], output->dims->data[2]};
  p->pixel_bytes = dims[3] * static_cast<int32_t>(ElementBytes(input));
  *type = input->type;
  *plan = p;
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareResizeNearestNeighbor(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteInt16, kTfLiteFloat32};
  TfLiteType type;
  Parameters* p;
  TF_LITE_ENSURE_STATUS(Plan(context, node, &type, &p));
  if (!IsOneOf(type, kTypes)) return Unsupported(context, "type %s", TfLiteTypeGetName(type));
  const auto& options = Options<TfLiteResizeNearestNeighborParams>(node);
  p->align_corners = options.align_corners;
  p->half_pixel_centers = options.half_pixel_centers;
  SelectInvoke(node, InvokeNearest);
  return kTfLiteOk;
}

TfLiteStatus PrepareResizeBilinear(TfLiteContext* context, TfLiteNode* node) {
  TfLiteType type;
  Parameters* p;
  TF_LITE_ENSURE_STATUS(Plan(context, node, &type, &p));
  const auto& options = Options<TfLiteResizeBilinearParams>(node);
  p->align_corners = options.align_corners;
  p->half_pixel_centers = options.half_pixel_centers;
  if (p->align_corners && p->half_pixel_centers) {
    return Unsupported(context, "both align_corners and half_pixel_centers");
  }
  if (type == kTfLiteInt8) {
    SelectInvoke(node, InvokeBilinearInt8);
  } else if (type == kTfLiteFloat32) {
    SelectInvoke(node, InvokeBilinearFloat);
  } else {
    return Unsupported(context, "type %s", TfLiteTypeGetName(type));
  }
  return kTfLiteOk;
}

}  // namespace tflm::reference
