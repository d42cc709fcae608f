#include "kernels/operators.h"

namespace tflm::reference {
namespace {

constexpr int kMostDimensions = 8;

// The input's dimensions, innermost first, neighbours merged that are both averaged over or
// both kept. output_step is how far the output moves along one: 0 when it is averaged over.
struct Shape {
  int32_t dims;
  int32_t size[kMostDimensions];
  int32_t output_step[kMostDimensions];
  int32_t outputs;
  int32_t averaged;  // input elements an output element
};

struct QuantizedParameters {
  Shape shape;
  int scratch;  // int32 sums, one an output element
  int32_t input_zero_point, output_zero_point;
  QuantizedMultiplier multiplier;  // of a sum
};

struct FloatParameters {
  Shape shape;
};

// Adds every input element to its output's sum, in the input's order, as TFLM does: for float
// the order of additions shows in the result.
template <typename T, typename Sum>
void SumInOrder(const Shape& shape, const T* input, Sum* sums) {
  for (int32_t i = 0; i < shape.outputs; ++i) sums[i] = 0;
  const int32_t total = shape.outputs * shape.averaged;
  int32_t index[kMostDimensions] = {};
  Sum* row = sums;
  for (int32_t done = 0; done < total; done += shape.size[0]) {
    Sum* sum = row;
    for (int32_t i = 0; i < shape.size[0]; ++i) {
      *sum += *input++;
      sum += shape.output_step[0];
    }
    for (int32_t d = 1; d < shape.dims; ++d) {
      row += shape.output_step[d];
      if (++index[d] < shape.size[d]) break;
      row -= shape.output_step[d] * shape.size[d];
      index[d] = 0;
    }
  }
}

template <typename T>
TfLiteStatus InvokeQuantized(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedParameters>(node);
  auto* sums = static_cast<int32_t*>(context->GetScratchBuffer(context, p.scratch));
  SumInOrder(p.shape, InputData<T>(context, node, 0), sums);
  auto* output = OutputData<T>(context, node, 0);
  for (int32_t i = 0; i < p.shape.outputs; ++i) {
    const int32_t sum = sums[i] - p.input_zero_point * p.shape.averaged;
    const int32_t scaled =
        MultiplyByQuantizedMultiplier(sum, p.multiplier.multiplier, p.multiplier.shift);
    output[i] = static_cast<T>(Clamp(scaled + p.output_zero_point, std::numeric_limits<T>::min(),
                                     std::numeric_limits<T>::max()));
  }
  return kTfLiteOk;
}

TfLiteStatus InvokeFloat(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<FloatParameters>(node);
  auto* output = OutputData<float>(context, node, 0);
  SumInOrder(p.shape, InputData<float>(context, node, 0), output);
  const float averaged = static_cast<float>(p.shape.averaged);
  for (int32_t i = 0; i < p.shape.outputs; ++i) output[i] /= averaged;
  return kTfLiteOk;
}

bool PlanShape(const TfLiteTensor* input, const TfLiteTensor* axes, Shape* shape) {
  const int rank = input->dims->size;
  if (rank < 1 || rank > kMostDimensions) return false;
  uint32_t averaged_dims = 0;
  for (int64_t i = 0; i < tflite::NumElements(axes); ++i) {
    const int32_t axis = axes->data.i32[i];
    if (axis < -rank || axis >= rank) return false;
    averaged_dims |= 1u << (axis < 0 ? axis + rank : axis);
  }
  shape->dims = 0;
  shape->outputs = 1;
  shape->averaged = 1;
  for (int d = rank - 1; d >= 0; --d) {
    const int32_t size = input->dims->data[d];
    const bool averaged = (averaged_dims >> d) & 1;
    const bool merge = shape->dims > 0 && (shape->output_step[shape->dims - 1] == 0) == averaged;
    if (merge) {
      shape->size[shape->dims - 1] *= size;
    } else {
      shape->size[shape->dims] = size;
      shape->output_step[shape->dims] = averaged ? 0 : shape->outputs;
      ++shape->dims;
    }
    (averaged ? shape->averaged : shape->outputs) *= size;
  }
  return true;
}

// TFLM folds the division by n into the multiplier: as many bits up as n has, then divided.
QuantizedMultiplier DividedBy(QuantizedMultiplier m, int32_t n) {
  int shift = 31 - __builtin_clz(static_cast<uint32_t>(n));
  if (shift > 31 + m.shift) shift = 31 + m.shift;
  const int64_t multiplier = (static_cast<int64_t>(m.multiplier) << shift) / n;
  return {static_cast<int32_t>(multiplier), m.shift - shift};
}

TfLiteStatus PrepareQuantized(TfLiteContext* context, TfLiteNode* node, const Shape& shape,
                              const TfLiteTensor* input, const TfLiteTensor* output) {
  auto* p = AllocatePersistent<QuantizedParameters>(context);
  if (p == nullptr) return kTfLiteError;
  QuantizedMultiplier multiplier;
  if (!IsPerTensorQuantized(input) || !IsPerTensorQuantized(output) ||
      !QuantizeRatio(input->params.scale, 1.0f, output->params.scale, &multiplier)) {
    return Unsupported(context, "input or output has no usable quantization");
  }
  p->shape = shape;
  p->input_zero_point = input->params.zero_point;
  p->output_zero_point = output->params.zero_point;
  p->multiplier = DividedBy(multiplier, shape.averaged);
  TF_LITE_ENSURE_STATUS(context->RequestScratchBufferInArena(
      context, static_cast<size_t>(shape.outputs) * sizeof(int32_t), &p->scratch));
  node->user_data = p;
  SelectInvoke(node,
               input->type == kTfLiteInt8 ? InvokeQuantized<int8_t> : InvokeQuantized<int16_t>);
  return kTfLiteOk;
}

}  // namespace

// keep_dims changes only the output's shape, which the model states.
TfLiteStatus PrepareMean(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 2, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* axes = PrepareInput(context, node, 1);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  if (input == nullptr || axes == nullptr || output == nullptr) return kTfLiteError;
  Shape shape = {};
  if (axes->type != kTfLiteInt32 || !tflite::IsConstantTensor(axes) ||
      !PlanShape(input, axes, &shape)) {
    return Unsupported(context, "axes are not constant INT32 within the input's dimensions");
  }
  if (input->type != output->type || tflite::NumElements(output) != shape.outputs) {
    return Unsupported(context, "output's type or size does not follow from input and axes");
  }
  if (input->type == kTfLiteInt8 || input->type == kTfLiteInt16) {
    return PrepareQuantized(context, node, shape, input, output);
  }
  if (input->type != kTfLiteFloat32) {
    return Unsupported(context, "type %s", TfLiteTypeGetName(input->type));
  }
  auto* p = AllocatePersistent<FloatParameters>(context);
  if (p == nullptr) return kTfLiteError;
  p->shape = shape;
  node->user_data = p;
  SelectInvoke(node, InvokeFloat);
  return kTfLiteOk;
}

}  // namespace tflm::reference
