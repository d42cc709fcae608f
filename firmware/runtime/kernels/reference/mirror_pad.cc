#include <cstring>

#include "kernels/operators.h"
#include "kernels/reference/index_vector.h"

namespace tflm::reference {
namespace {

constexpr int kMostDimensions = 8;

struct MirrorDimension {
  int32_t input, output;  // sizes
  int32_t before;         // padding
};

struct MirrorParameters {
  int32_t dims;
  MirrorDimension dim[kMostDimensions];
  int32_t offset;  // 1 where the element at the edge is not repeated
  uint32_t element_bytes;
};

// The input's index for an output's. Padding behind that is longer than the input repeats its first
// element, as in TFLM.
int32_t Mirrored(const MirrorDimension& dim, int32_t offset, int32_t index) {
  if (index < dim.before) return dim.before - 1 - index + offset;
  index -= dim.before;
  if (index < dim.input) return index;
  const int32_t mirrored = dim.input - 1 - offset - (index - dim.input);
  return mirrored < 0 ? 0 : mirrored;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<MirrorParameters>(node);
  const auto* input = InputData<uint8_t>(context, node, 0);
  auto* output = OutputData<uint8_t>(context, node, 0);
  const int inner = p.dims - 1;
  int32_t rows = 1;
  for (int d = 0; d < inner; ++d) rows *= p.dim[d].output;
  int32_t index[kMostDimensions] = {};
  for (int32_t row = 0; row < rows; ++row) {
    int32_t at = 0;
    for (int d = 0; d < inner; ++d) {
      at = (at + Mirrored(p.dim[d], p.offset, index[d])) * p.dim[d + 1].input;
    }
    for (int32_t i = 0; i < p.dim[inner].output; ++i, output += p.element_bytes) {
      const int32_t from = at + Mirrored(p.dim[inner], p.offset, i);
      std::memcpy(output, input + from * p.element_bytes, p.element_bytes);
    }
    for (int d = inner - 1; d >= 0 && ++index[d] == p.dim[d].output; --d) index[d] = 0;
  }
  return kTfLiteOk;
}

// TFLM would read outside the input for more padding in front than can be mirrored.
TfLiteStatus PlanDimensions(TfLiteContext* context, const TfLiteTensor* input,
                            const TfLiteTensor* paddings, const TfLiteTensor* output,
                            MirrorParameters* p) {
  p->dims = input->dims->size;
  for (int d = 0; d < p->dims; ++d) {
    const int32_t size = input->dims->data[d];
    const int64_t before = IndexAt(paddings, 2 * d);
    const int64_t after = IndexAt(paddings, 2 * d + 1);
    const int64_t most = size - p->offset;
    if (before < 0 || before > most || after < 0 ||
        output->dims->data[d] - size - before != after) {
      return Unsupported(context, "dimension %d of the output is not input plus mirrored padding",
                         d);
    }
    p->dim[d] = {size, output->dims->data[d], static_cast<int32_t>(before)};
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareMirrorPad(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 2, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* paddings = PrepareInput(context, node, 1);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocateParameters<MirrorParameters>(context, node);
  if (input == nullptr || paddings == nullptr || output == nullptr || p == nullptr) {
    return kTfLiteError;
  }
  if ((input->type != kTfLiteInt8 && input->type != kTfLiteFloat32) ||
      output->type != input->type) {
    return Unsupported(context, "types %s -> %s", TfLiteTypeGetName(input->type),
                       TfLiteTypeGetName(output->type));
  }
  const int rank = input->dims->size;
  const TfLiteIntArray* shape = paddings->dims;
  if (rank < 1 || rank > kMostDimensions || output->dims->size != rank ||
      !IsIndexType(paddings->type) || !tflite::IsConstantTensor(paddings) || shape->size != 2 ||
      shape->data[0] != rank || shape->data[1] != 2) {
    return Unsupported(context, "paddings are not a constant of 2 indices for each dimension");
  }
  const auto mode = Options<TfLiteMirrorPaddingParams>(node).mode;
  p->offset = mode == kTfLiteMirrorPaddingReflect ? 1 : 0;
  p->element_bytes = static_cast<uint32_t>(ElementBytes(input));
  SelectInvoke(node, Invoke);
  return PlanDimensions(context, input, paddings, output, p);
}

}  // namespace tflm::reference
