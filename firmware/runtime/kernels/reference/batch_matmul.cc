#include <algorithm>

#include "kernels/operators.h"

namespace tflm::reference {
namespace {

constexpr int kMostBatchDimensions = 3;  // TFLM's

// One of the factors: elements from one row, column and batch to the next. What is transposed
// steps the other way; what is broadcast does not step.
struct Factor {
  int32_t outer_step, inner_step;  // outer: a row of the first, a column of the second
  int32_t batch_step[kMostBatchDimensions];
};

struct Product {
  int32_t rows, columns, depth;
  int32_t batch[kMostBatchDimensions];  // sizes
  Factor first, second;
};

struct QuantizedParameters {
  Product product;
  int32_t offset1, offset2, output_offset;
  QuantizedMultiplier multiplier;
};

struct FloatParameters {
  Product product;
};

// output = rescale(sum of products), row by row, for each batch.
template <typename T, typename Sum, typename Rescale>
void MultiplyAll(const TfLiteContext* context, const TfLiteNode* node, const Product& p,
                 Sum offset1, Sum offset2, Rescale rescale) {
  const T* const first = InputData<T>(context, node, 0);
  const T* const second = InputData<T>(context, node, 1);
  T* output = OutputData<T>(context, node, 0);
  for (int32_t i = 0; i < p.batch[0] * p.batch[1] * p.batch[2]; ++i) {
    const int32_t index[] = {i / (p.batch[1] * p.batch[2]), i / p.batch[2] % p.batch[1],
                             i % p.batch[2]};
    const T* a = first;
    const T* b = second;
    for (int d = 0; d < kMostBatchDimensions; ++d) {
      a += index[d] * p.first.batch_step[d];
      b += index[d] * p.second.batch_step[d];
    }
    for (int32_t row = 0; row < p.rows; ++row) {
      for (int32_t column = 0; column < p.columns; ++column) {
        const T* x = a + row * p.first.outer_step;
        const T* y = b + column * p.second.outer_step;
        Sum sum = 0;
        for (int32_t k = 0; k < p.depth; ++k) {
          sum += (*x + offset1) * (*y + offset2);
          x += p.first.inner_step;
          y += p.second.inner_step;
        }
        *output++ = rescale(sum);
      }
    }
  }
}

TfLiteStatus InvokeInt8(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedParameters>(node);
  MultiplyAll<int8_t, int32_t>(context, node, p.product, p.offset1, p.offset2, [&p](int32_t sum) {
    const int32_t scaled =
        MultiplyByQuantizedMultiplier(sum, p.multiplier.multiplier, p.multiplier.shift);
    return static_cast<int8_t>(Clamp(scaled + p.output_offset, std::numeric_limits<int8_t>::min(),
                                     std::numeric_limits<int8_t>::max()));
  });
  return kTfLiteOk;
}

TfLiteStatus InvokeInt16(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedParameters>(node);
  MultiplyAll<int16_t, int64_t>(context, node, p.product, 0, 0, [&p](int64_t sum) {
    const int32_t scaled = MultiplyWide(sum, p.multiplier.multiplier, p.multiplier.shift);
    return static_cast<int16_t>(
        Clamp(scaled, std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max()));
  });
  return kTfLiteOk;
}

// x + 0 would be 0 for -0, which then could show in the sign of a product; a sum that begins with 0
// never ends as -0.
TfLiteStatus InvokeFloat(TfLiteContext* context, TfLiteNode* node) {
  MultiplyAll<float, float>(context, node, Parameters<FloatParameters>(node).product, 0.0f, 0.0f,
                            [](float sum) { return sum; });
  return kTfLiteOk;
}

// Fills `factor`, and the sizes of its matrices; a transposed one has its rows where the others
// have columns.
void PlanFactor(const TfLiteTensor* tensor, bool rows_are_outer, Factor* factor, int32_t* outer,
                int32_t* inner) {
  const int rank = tensor->dims->size;
  const int32_t rows = tensor->dims->data[rank - 2];
  const int32_t columns = tensor->dims->data[rank - 1];
  *outer = rows_are_outer ? rows : columns;
  *inner = rows_are_outer ? columns : rows;
  factor->outer_step = rows_are_outer ? columns : 1;
  factor->inner_step = rows_are_outer ? 1 : columns;
  int32_t step = rows * columns;
  for (int d = kMostBatchDimensions - 1; d >= 0; --d) {
    const int own = rank - 2 - kMostBatchDimensions + d;
    const int32_t size = own < 0 ? 1 : tensor->dims->data[own];
    factor->batch_step[d] = size == 1 ? 0 : step;
    step *= size;
  }
}

int32_t BatchSize(const TfLiteTensor* tensor, int d) {
  const int own = tensor->dims->size - 2 - kMostBatchDimensions + d;
  return own < 0 ? 1 : tensor->dims->data[own];
}

struct Tensors {
  const TfLiteTensor* first;
  const TfLiteTensor* second;
  const TfLiteTensor* output;
};

bool PlanProduct(const Tensors& t, const TfLiteBatchMatMulParams& options, Product* p) {
  int32_t second_depth;
  const int rank = t.output->dims->size;
  PlanFactor(t.first, !options.adj_x, &p->first, &p->rows, &p->depth);
  PlanFactor(t.second, options.adj_y, &p->second, &p->columns, &second_depth);
  if (p->depth != second_depth || rank != std::max(t.first->dims->size, t.second->dims->size) ||
      t.output->dims->data[rank - 2] != p->rows || t.output->dims->data[rank - 1] != p->columns) {
    return false;
  }
  for (int d = 0; d < kMostBatchDimensions; ++d) {
    const int32_t size1 = BatchSize(t.first, d);
    const int32_t size2 = BatchSize(t.second, d);
    p->batch[d] = size1 == 1 ? size2 : size1;
    if ((size1 != size2 && size1 != 1 && size2 != 1) || BatchSize(t.output, d) != p->batch[d]) {
      return false;
    }
  }
  return true;
}

TfLiteStatus PrepareQuantized(TfLiteContext* context, TfLiteNode* node, const Tensors& t) {
  constexpr int32_t kMostWideDepth = 1 << 16;  // so that int64 sums stay below 2^47
  if (!IsPerTensorQuantized(t.first) || !IsPerTensorQuantized(t.second) ||
      !IsPerTensorQuantized(t.output)) {
    return Unsupported(context, "an input or the output has no usable quantization");
  }
  auto* p = AllocateParameters<QuantizedParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  if (!PlanProduct(t, Options<TfLiteBatchMatMulParams>(node), &p->product)) {
    return Unsupported(context, "shapes cannot be multiplied to the output's");
  }
  const bool wide = t.first->type == kTfLiteInt16;
  // The product in float, as TFLM has it.
  const float scale = t.first->params.scale * t.second->params.scale;
  if (!(scale <= std::numeric_limits<float>::max()) ||
      !QuantizeRatio(scale, 1.0f, t.output->params.scale, &p->multiplier) ||
      (wide && p->multiplier.shift > kMostWideShift)) {
    return Unsupported(context, "the scales do not fit");
  }
  p->offset1 = -t.first->params.zero_point;
  p->offset2 = -t.second->params.zero_point;
  p->output_offset = t.output->params.zero_point;
  if (wide && (p->offset1 != 0 || p->offset2 != 0 || p->output_offset != 0 ||
               p->product.depth > kMostWideDepth)) {
    return Unsupported(context, "a zero point of INT16 is not 0, or a sum of over 65536 products");
  }
  SelectInvoke(node, wide ? InvokeInt16 : InvokeInt8);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareBatchMatMul(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteInt16, kTfLiteFloat32};
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 2, 1));
  const Tensors t = {PrepareInput(context, node, 0), PrepareInput(context, node, 1),
                     PrepareOutput(context, node, 0)};
  if (t.first == nullptr || t.second == nullptr || t.output == nullptr) return kTfLiteError;
  if (!IsOneOf(t.first->type, kTypes) || t.second->type != t.first->type ||
      t.output->type != t.first->type) {
    return Unsupported(context, "types %s, %s -> %s", TfLiteTypeGetName(t.first->type),
                       TfLiteTypeGetName(t.second->type), TfLiteTypeGetName(t.output->type));
  }
  for (const TfLiteTensor* tensor : {t.first, t.second}) {
    if (tensor->dims->size < 2 || tensor->dims->size > 2 + kMostBatchDimensions) {
      return Unsupported(context, "%d dimensions", tensor->dims->size);
    }
  }
  if (t.first->type != kTfLiteFloat32) return PrepareQuantized(context, node, t);
  auto* p = AllocateParameters<FloatParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  SelectInvoke(node, InvokeFloat);
  return PlanProduct(t, Options<TfLiteBatchMatMulParams>(node), &p->product)
             ? kTfLiteOk
             : Unsupported(context, "shapes cannot be multiplied to the output's");
}

}  // namespace tflm::reference
