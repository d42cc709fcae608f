// MEAN, SUM, REDUCE_MAX, REDUCE_MIN and REDUCE_ALL.
#include <limits>

#include "kernels/operators.h"

namespace tflm::reference {
namespace {

constexpr int kMostDimensions = 8;

// The input's dimensions, innermost first, neighbours merged that are both reduced or both kept.
// output_step is how far the output moves along one: 0 when it is reduced.
struct Shape {
  int32_t dims;
  int32_t size[kMostDimensions];
  int32_t output_step[kMostDimensions];
  int32_t outputs;
  int32_t reduced;  // input elements an output element
};

struct QuantizedParameters {
  Shape shape;
  int scratch;  // int32 sums, one an output element
  int32_t input_zero_point, output_zero_point;
  QuantizedMultiplier multiplier;  // of a sum
};

struct PlainParameters {
  Shape shape;
};

// Folds every input element into its output's, in the input's order, as TFLM does: for float the
// order of additions shows in the result.
template <typename T, typename Result, typename Combine>
void Fold(const Shape& shape, const T* input, Result* results, Result initial, Combine combine) {
  for (int32_t i = 0; i < shape.outputs; ++i) results[i] = initial;
  const int32_t total = shape.outputs * shape.reduced;
  int32_t index[kMostDimensions] = {};
  Result* row = results;
  for (int32_t done = 0; done < total; done += shape.size[0]) {
    Result* result = row;
    for (int32_t i = 0; i < shape.size[0]; ++i) {
      *result = combine(*result, *input++);
      result += shape.output_step[0];
    }
    for (int32_t d = 1; d < shape.dims; ++d) {
      row += shape.output_step[d];
      if (++index[d] < shape.size[d]) break;
      row -= shape.output_step[d] * shape.size[d];
      index[d] = 0;
    }
  }
}

struct Sum {
  static constexpr bool kDivides = false;
  template <typename T>
  static constexpr T kInitial = 0;
  template <typename Result, typename T>
  static Result Combine(Result sum, T value) {
    return sum + value;
  }
};

struct Mean : Sum {
  static constexpr bool kDivides = true;
};

struct Max {
  template <typename T>
  static constexpr T kInitial = std::numeric_limits<T>::lowest();
  template <typename T>
  static T Combine(T current, T value) {
    return value > current ? value : current;
  }
};

struct Min {
  template <typename T>
  static constexpr T kInitial = std::numeric_limits<T>::max();
  template <typename T>
  static T Combine(T current, T value) {
    return value < current ? value : current;
  }
};

// A byte other than 0 is true.
struct All {
  template <typename T>
  static constexpr T kInitial = 1;
  template <typename T>
  static T Combine(T current, T value) {
    return current != 0 && value != 0;
  }
};

// MEAN and SUM.
template <typename T>
TfLiteStatus InvokeQuantized(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedParameters>(node);
  auto* sums = static_cast<int32_t*>(context->GetScratchBuffer(context, p.scratch));
  Fold(p.shape, InputData<T>(context, node, 0), sums, int32_t{0}, Sum::Combine<int32_t, T>);
  auto* output = OutputData<T>(context, node, 0);
  for (int32_t i = 0; i < p.shape.outputs; ++i) {
    const int32_t sum = sums[i] - p.input_zero_point * p.shape.reduced;
    const int32_t scaled =
        MultiplyByQuantizedMultiplier(sum, p.multiplier.multiplier, p.multiplier.shift);
    output[i] = static_cast<T>(Clamp(scaled + p.output_zero_point, std::numeric_limits<T>::min(),
                                     std::numeric_limits<T>::max()));
  }
  return kTfLiteOk;
}

template <typename Operation, typename T>
TfLiteStatus InvokePlain(TfLiteContext* context, TfLiteNode* node) {
  const auto& shape = Parameters<PlainParameters>(node).shape;
  Fold(shape, InputData<T>(context, node, 0), OutputData<T>(context, node, 0),
       Operation::template kInitial<T>,
       [](T current, T value) { return Operation::Combine(current, value); });
  return kTfLiteOk;
}

TfLiteStatus InvokeFloatMean(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS((InvokePlain<Sum, float>(context, node)));
  const auto& shape = Parameters<PlainParameters>(node).shape;
  auto* output = OutputData<float>(context, node, 0);
  const float reduced = static_cast<float>(shape.reduced);
  for (int32_t i = 0; i < shape.outputs; ++i) output[i] /= reduced;
  return kTfLiteOk;
}

bool PlanShape(const TfLiteTensor* input, const TfLiteTensor* axes, Shape* shape) {
  const int rank = input->dims->size;
  if (rank < 1 || rank > kMostDimensions) return false;
  uint32_t reduced_dims = 0;
  for (int64_t i = 0; i < tflite::NumElements(axes); ++i) {
    const int32_t axis = axes->data.i32[i];
    if (axis < -rank || axis >= rank) return false;
    reduced_dims |= 1u << (axis < 0 ? axis + rank : axis);
  }
  shape->dims = 0;
  shape->outputs = 1;
  shape->reduced = 1;
  for (int d = rank - 1; d >= 0; --d) {
    const int32_t size = input->dims->data[d];
    const bool reduced = (reduced_dims >> d) & 1;
    const bool merge = shape->dims > 0 && (shape->output_step[shape->dims - 1] == 0) == reduced;
    if (merge) {
      shape->size[shape->dims - 1] *= size;
    } else {
      shape->size[shape->dims] = size;
      shape->output_step[shape->dims] = reduced ? 0 : shape->outputs;
      ++shape->dims;
    }
    (reduced ? shape->reduced : shape->outputs) *= size;
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

struct Reduction {
  const TfLiteTensor* input;
  const TfLiteTensor* output;
  Shape shape;
};

// keep_dims changes only the output's shape, which the model states.
TfLiteStatus Describe(TfLiteContext* context, const TfLiteNode* node, Reduction* reduction) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 2, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* axes = PrepareInput(context, node, 1);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  if (input == nullptr || axes == nullptr || output == nullptr) return kTfLiteError;
  *reduction = {input, output, {}};
  if (axes->type != kTfLiteInt32 || !tflite::IsConstantTensor(axes) ||
      !PlanShape(input, axes, &reduction->shape)) {
    return Unsupported(context, "axes are not constant INT32 within the input's dimensions");
  }
  if (input->type != output->type || tflite::NumElements(output) != reduction->shape.outputs) {
    return Unsupported(context, "output's type or size does not follow from input and axes");
  }
  return kTfLiteOk;
}

TfLiteStatus PreparePlain(TfLiteContext* context, TfLiteNode* node, const Reduction& reduction,
                          TfLiteNodeInvoke invoke) {
  auto* p = AllocateParameters<PlainParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  p->shape = reduction.shape;
  SelectInvoke(node, invoke);
  return kTfLiteOk;
}

template <typename Operation>
TfLiteStatus PrepareQuantized(TfLiteContext* context, TfLiteNode* node,
                              const Reduction& reduction) {
  auto* p = AllocateParameters<QuantizedParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  const TfLiteTensor* input = reduction.input;
  const TfLiteTensor* output = reduction.output;
  if (!IsPerTensorQuantized(input) || !IsPerTensorQuantized(output) ||
      !QuantizeRatio(input->params.scale, 1.0f, output->params.scale, &p->multiplier)) {
    return Unsupported(context, "input or output has no usable quantization");
  }
  p->shape = reduction.shape;
  p->input_zero_point = input->params.zero_point;
  p->output_zero_point = output->params.zero_point;
  if (Operation::kDivides) p->multiplier = DividedBy(p->multiplier, p->shape.reduced);
  SelectInvoke(node,
               input->type == kTfLiteInt8 ? InvokeQuantized<int8_t> : InvokeQuantized<int16_t>);
  return context->RequestScratchBufferInArena(
      context, static_cast<size_t>(p->shape.outputs) * sizeof(int32_t), &p->scratch);
}

TfLiteStatus UnsupportedType(TfLiteContext* context, const Reduction& reduction) {
  return Unsupported(context, "type %s", TfLiteTypeGetName(reduction.input->type));
}

// The sums of a mean are divided in place, so that its float needs no memory of its own.
template <typename Operation>
TfLiteStatus PrepareSummed(TfLiteContext* context, TfLiteNode* node) {
  Reduction reduction;
  TF_LITE_ENSURE_STATUS(Describe(context, node, &reduction));
  const TfLiteType type = reduction.input->type;
  if (type == kTfLiteInt8 || type == kTfLiteInt16) {
    return PrepareQuantized<Operation>(context, node, reduction);
  }
  if (type != kTfLiteFloat32) return UnsupportedType(context, reduction);
  return PreparePlain(context, node, reduction,
                      Operation::kDivides ? InvokeFloatMean : InvokePlain<Sum, float>);
}

// The values are compared as they are stored, so int8 needs one quantization.
template <typename Operation>
TfLiteStatus PrepareExtremum(TfLiteContext* context, TfLiteNode* node) {
  Reduction reduction;
  TF_LITE_ENSURE_STATUS(Describe(context, node, &reduction));
  const TfLiteType type = reduction.input->type;
  if (type == kTfLiteFloat32) {
    return PreparePlain(context, node, reduction, InvokePlain<Operation, float>);
  }
  if (type != kTfLiteInt8) return UnsupportedType(context, reduction);
  const TfLiteQuantizationParams& from = reduction.input->params;
  const TfLiteQuantizationParams& to = reduction.output->params;
  if (from.scale != to.scale || from.zero_point != to.zero_point) {
    return Unsupported(context, "input and output differ in quantization");
  }
  return PreparePlain(context, node, reduction, InvokePlain<Operation, int8_t>);
}

}  // namespace

TfLiteStatus PrepareMean(TfLiteContext* context, TfLiteNode* node) {
  return PrepareSummed<Mean>(context, node);
}

TfLiteStatus PrepareSum(TfLiteContext* context, TfLiteNode* node) {
  return PrepareSummed<Sum>(context, node);
}

TfLiteStatus PrepareReduceMax(TfLiteContext* context, TfLiteNode* node) {
  return PrepareExtremum<Max>(context, node);
}

TfLiteStatus PrepareReduceMin(TfLiteContext* context, TfLiteNode* node) {
  return PrepareExtremum<Min>(context, node);
}

TfLiteStatus PrepareReduceAll(TfLiteContext* context, TfLiteNode* node) {
  Reduction reduction;
  TF_LITE_ENSURE_STATUS(Describe(context, node, &reduction));
  if (reduction.input->type != kTfLiteBool) return UnsupportedType(context, reduction);
  return PreparePlain(context, node, reduction, InvokePlain<All, uint8_t>);
}

}  // namespace tflm::reference
