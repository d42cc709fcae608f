#include <algorithm>

#include "kernels/operators.h"

namespace tflm::reference {
namespace {

constexpr int kMostDimensions = 6;

// How to walk the output row by row while both inputs follow, each standing still in the
// dimensions it is broadcast in.
struct Walk {
  int32_t rows, row_length;
  int32_t step1, step2;  // from one element of a row to the next: 1, or 0 when broadcast
  // Dimensions outside the row, innermost first: their size, and how far each input moves
  // when one of their rows ends.
  int32_t outer_dims;
  int32_t dim[kMostDimensions];
  int32_t next1[kMostDimensions], next2[kMostDimensions];
};

struct Int8Parameters {
  Walk walk;
  int32_t offset1, offset2, output_offset;
  QuantizedMultiplier multiplier1, multiplier2, output_multiplier;
  int32_t min, max;
};

struct FloatParameters {
  Walk walk;
  float min, max;
};

// TFLM scales int8 inputs up by 2^20 before they are brought to a common scale.
constexpr int kLeftShift = 20;

int32_t ScaleInput(int32_t value, const QuantizedMultiplier& m) {
  return MultiplyByQuantizedMultiplier(value * (1 << kLeftShift), m.multiplier, m.shift);
}

// Calls row(input1, input2, output) for every row of the output.
template <typename T, typename Row>
void ForEachRow(const Walk& walk, const T* input1, const T* input2, T* output, Row row) {
  int32_t index[kMostDimensions] = {};
  for (int32_t i = 0; i < walk.rows; ++i) {
    row(input1, input2, output);
    output += walk.row_length;
    for (int32_t d = 0; d < walk.outer_dims; ++d) {
      input1 += walk.next1[d];
      input2 += walk.next2[d];
      if (++index[d] < walk.dim[d]) break;
      index[d] = 0;
    }
  }
}

TfLiteStatus InvokeInt8(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<Int8Parameters>(node);
  ForEachRow(p.walk, InputData<int8_t>(context, node, 0), InputData<int8_t>(context, node, 1),
             OutputData<int8_t>(context, node, 0),
             [&](const int8_t* input1, const int8_t* input2, int8_t* output) {
               for (int32_t i = 0; i < p.walk.row_length; ++i) {
                 const int32_t sum = ScaleInput(*input1 + p.offset1, p.multiplier1) +
                                     ScaleInput(*input2 + p.offset2, p.multiplier2);
                 const int32_t scaled = MultiplyByQuantizedMultiplier(
                     sum, p.output_multiplier.multiplier, p.output_multiplier.shift);
                 *output++ = static_cast<int8_t>(Clamp(scaled + p.output_offset, p.min, p.max));
                 input1 += p.walk.step1;
                 input2 += p.walk.step2;
               }
             });
  return kTfLiteOk;
}

TfLiteStatus InvokeFloat(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<FloatParameters>(node);
  ForEachRow(p.walk, InputData<float>(context, node, 0), InputData<float>(context, node, 1),
             OutputData<float>(context, node, 0),
             [&](const float* input1, const float* input2, float* output) {
               for (int32_t i = 0; i < p.walk.row_length; ++i) {
                 *output++ = std::min(std::max(*input1 + *input2, p.min), p.max);
                 input1 += p.walk.step1;
                 input2 += p.walk.step2;
               }
             });
  return kTfLiteOk;
}

// The size of dimension `d` of an output of `rank` dimensions in a tensor that may have fewer.
int32_t DimensionOf(const TfLiteTensor* tensor, int rank, int d) {
  const int own = d - (rank - tensor->dims->size);
  return own < 0 ? 1 : tensor->dims->data[own];
}

bool PlanWalk(const TfLiteTensor* input1, const TfLiteTensor* input2, const TfLiteTensor* output,
              Walk* walk) {
  const int rank = output->dims->size;
  if (rank > kMostDimensions || input1->dims->size > rank || input2->dims->size > rank) {
    return false;
  }
  *walk = {};
  walk->rows = 1;
  if (tflite::HaveSameShapes(input1, output) && tflite::HaveSameShapes(input2, output)) {
    walk->row_length = static_cast<int32_t>(tflite::NumElements(output));
    walk->step1 = walk->step2 = 1;
    return true;
  }
  // Elements of each input from one step in dimension d to the next.
  int32_t stride1 = 1;
  int32_t stride2 = 1;
  // How far the inputs have moved when all dimensions inside d have been walked.
  int32_t moved1 = 0;
  int32_t moved2 = 0;
  walk->row_length = 1;
  for (int d = rank - 1; d >= 0; --d) {
    const int32_t size = output->dims->data[d];
    const int32_t size1 = DimensionOf(input1, rank, d);
    const int32_t size2 = DimensionOf(input2, rank, d);
    if ((size1 != size && size1 != 1) || (size2 != size && size2 != 1) ||
        (size1 != size && size2 != size)) {
      return false;
    }
    const int32_t step1 = size1 == 1 ? 0 : stride1;
    const int32_t step2 = size2 == 1 ? 0 : stride2;
    if (d == rank - 1) {
      walk->row_length = size;
      walk->step1 = step1;
      walk->step2 = step2;
    } else {
      const int32_t outer = walk->outer_dims++;
      walk->dim[outer] = size;
      walk->rows *= size;
      // ForEachRow leaves the inputs where its last row began, and adds this for every
      // dimension that ends too.
      walk->next1[outer] = step1 - moved1;
      walk->next2[outer] = step2 - moved2;
      moved1 = step1 * size;
      moved2 = step2 * size;
    }
    stride1 *= size1;
    stride2 *= size2;
  }
  return true;
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const TfLiteTensor* input1,
                         const TfLiteTensor* input2, const TfLiteTensor* output) {
  if (!IsPerTensorQuantized(input1) || !IsPerTensorQuantized(input2) ||
      !IsPerTensorQuantized(output)) {
    return Unsupported(context, "an input or the output has no usable quantization");
  }
  auto* p = AllocatePersistent<Int8Parameters>(context);
  if (p == nullptr) return kTfLiteError;
  if (!PlanWalk(input1, input2, output, &p->walk)) {
    return Unsupported(context, "shapes cannot be broadcast");
  }
  const float scale1 = input1->params.scale;
  const float scale2 = input2->params.scale;
  const float twice_larger = 2.0f * std::max(scale1, scale2);
  // A power of two changes only the exponent, so TFLM's doubles give the same.
  const float output_divisor = (1 << kLeftShift) * output->params.scale;
  const bool fits = QuantizeRatio(scale1, 1.0f, twice_larger, &p->multiplier1) &&
                    QuantizeRatio(scale2, 1.0f, twice_larger, &p->multiplier2) &&
                    QuantizeRatio(twice_larger, 1.0f, output_divisor, &p->output_multiplier);
  if (!fits || p->output_multiplier.shift > 0) {
    return Unsupported(context, "the scales do not fit");
  }
  p->offset1 = -input1->params.zero_point;
  p->offset2 = -input2->params.zero_point;
  p->output_offset = output->params.zero_point;
  TF_LITE_ENSURE_STATUS(QuantizedActivationRange(context, Options<TfLiteAddParams>(node).activation,
                                                 output, &p->min, &p->max));
  node->user_data = p;
  SelectInvoke(node, InvokeInt8);
  return kTfLiteOk;
}

TfLiteStatus PrepareFloat(TfLiteContext* context, TfLiteNode* node, const TfLiteTensor* input1,
                          const TfLiteTensor* input2, const TfLiteTensor* output) {
  auto* p = AllocatePersistent<FloatParameters>(context);
  if (p == nullptr) return kTfLiteError;
  if (!PlanWalk(input1, input2, output, &p->walk)) {
    return Unsupported(context, "shapes cannot be broadcast");
  }
  TF_LITE_ENSURE_STATUS(
      FloatActivationRange(context, Options<TfLiteAddParams>(node).activation, &p->min, &p->max));
  node->user_data = p;
  SelectInvoke(node, InvokeFloat);
  return kTfLiteOk;
}

// Float is a parameter, so that the int8 registration does not link it.
using PrepareTyped = TfLiteStatus (*)(TfLiteContext*, TfLiteNode*, const TfLiteTensor*,
                                      const TfLiteTensor*, const TfLiteTensor*);

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node, PrepareTyped prepare_float) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 2, 1));
  const TfLiteTensor* input1 = PrepareInput(context, node, 0);
  const TfLiteTensor* input2 = PrepareInput(context, node, 1);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  if (input1 == nullptr || input2 == nullptr || output == nullptr) return kTfLiteError;
  PrepareTyped prepare = output->type == kTfLiteInt8      ? PrepareInt8
                         : output->type == kTfLiteFloat32 ? prepare_float
                                                          : nullptr;
  if (prepare == nullptr || input1->type != output->type || input2->type != output->type) {
    return Unsupported(context, "types %s + %s -> %s", TfLiteTypeGetName(input1->type),
                       TfLiteTypeGetName(input2->type), TfLiteTypeGetName(output->type));
  }
  // Each output element needs only the input elements at its own place.
  tflite::GetMicroContext(context)->AllowInPlace(node,
                                                 tflite::HaveSameShapes(input1, output) ? 0 : 1, 0);
  return prepare(context, node, input1, input2, output);
}

}  // namespace

TfLiteStatus PrepareAdd(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, PrepareFloat);
}

TfLiteStatus PrepareAddInt8(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, nullptr);
}

}  // namespace tflm::reference
