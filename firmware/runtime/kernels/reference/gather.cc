// GATHER, GATHER_ND and EMBEDDING_LOOKUP: slices of a tensor by indices that are computed. An index
// outside it fails the inference; TFLM's GATHER would read there.
#include <cstring>

#include "kernels/operators.h"
#include "kernels/reference/axis.h"

namespace tflm::reference {
namespace {

// The input is `batches` times `outer` blocks of `size` slices; each batch has `indices` of its
// own.
struct GatherParameters {
  int32_t batches, outer, size, indices;
  uint32_t slice_bytes;
  int slices_input, indices_input;
};

struct HybridParameters {
  int32_t size, indices, slice;  // elements a slice
  float scale;
};

constexpr int kMostIndexed = 5;  // TFLM's

struct GatherNdParameters {
  int32_t count, indexed;  // tuples of indices, and indices in each
  int32_t step[kMostIndexed];
  int32_t slice, elements;  // of a slice, and of all the input
  uint32_t element_bytes;
};

TfLiteStatus InvokeGather(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<GatherParameters>(node);
  const auto* input = InputData<uint8_t>(context, node, p.slices_input);
  const auto* indices = InputData<int32_t>(context, node, p.indices_input);
  auto* output = OutputData<uint8_t>(context, node, 0);
  for (int32_t batch = 0; batch < p.batches; ++batch, indices += p.indices) {
    for (int32_t outer = 0; outer < p.outer; ++outer, input += p.size * p.slice_bytes) {
      for (int32_t i = 0; i < p.indices; ++i, output += p.slice_bytes) {
        if (indices[i] < 0 || indices[i] >= p.size) return kTfLiteError;
        std::memcpy(output, input + indices[i] * p.slice_bytes, p.slice_bytes);
      }
    }
  }
  return kTfLiteOk;
}

// EMBEDDING_LOOKUP of int8 as float.
TfLiteStatus InvokeHybrid(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<HybridParameters>(node);
  const auto* indices = InputData<int32_t>(context, node, 0);
  const auto* input = InputData<int8_t>(context, node, 1);
  auto* output = OutputData<float>(context, node, 0);
  for (int32_t i = 0; i < p.indices; ++i) {
    if (indices[i] < 0 || indices[i] >= p.size) return kTfLiteError;
    const int8_t* slice = input + indices[i] * p.slice;
    for (int32_t k = 0; k < p.slice; ++k) *output++ = static_cast<float>(slice[k]) * p.scale;
  }
  return kTfLiteOk;
}

// As in TFLM an index may be negative, as long as the place of the slice is not.
TfLiteStatus InvokeGatherNd(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<GatherNdParameters>(node);
  const auto* input = InputData<uint8_t>(context, node, 0);
  const auto* indices = InputData<int32_t>(context, node, 1);
  auto* output = OutputData<uint8_t>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i, indices += p.indexed) {
    int32_t at = 0;
    for (int32_t k = 0; k < p.indexed; ++k) at += indices[k] * p.step[k];
    if (at < 0 || at > p.elements - p.slice) return kTfLiteError;
    std::memcpy(output, input + at * p.element_bytes, p.slice * p.element_bytes);
    output += p.slice * p.element_bytes;
  }
  return kTfLiteOk;
}

struct Gathering {
  const TfLiteTensor* input;
  const TfLiteTensor* indices;
  const TfLiteTensor* output;
};

// The indices must be int32.
TfLiteStatus Describe(TfLiteContext* context, const TfLiteNode* node, int input, int indices,
                      Gathering* gathering) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 2, 1));
  *gathering = {PrepareInput(context, node, input), PrepareInput(context, node, indices),
                PrepareOutput(context, node, 0)};
  const Gathering& g = *gathering;
  if (g.input == nullptr || g.indices == nullptr || g.output == nullptr) return kTfLiteError;
  const bool known = g.input->type == kTfLiteInt8 || g.input->type == kTfLiteFloat32;
  if (known && g.indices->type == kTfLiteInt32) return kTfLiteOk;
  return Unsupported(context, "types %s by %s -> %s", TfLiteTypeGetName(g.input->type),
                     TfLiteTypeGetName(g.indices->type), TfLiteTypeGetName(g.output->type));
}

TfLiteStatus CheckOutput(TfLiteContext* context, const Gathering& g, int64_t elements) {
  if (g.output->type == g.input->type && tflite::NumElements(g.output) == elements) {
    return kTfLiteOk;
  }
  return Unsupported(context, "output's type or size does not follow from input and indices");
}

TfLiteStatus PrepareSlices(TfLiteContext* context, TfLiteNode* node, const Gathering& g,
                           const GatherParameters& parameters) {
  const int64_t slices = int64_t{parameters.batches} * parameters.outer * parameters.indices;
  auto* p = AllocateParameters<GatherParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  *p = parameters;
  SelectInvoke(node, InvokeGather);
  return CheckOutput(
      context, g, slices * (parameters.slice_bytes / static_cast<int32_t>(ElementBytes(g.input))));
}

}  // namespace

TfLiteStatus PrepareGather(TfLiteContext* context, TfLiteNode* node) {
  Gathering g;
  TF_LITE_ENSURE_STATUS(Describe(context, node, 0, 1, &g));
  const auto& options = Options<TfLiteGatherParams>(node);
  const int rank = g.input->dims->size;
  const int indices_rank = g.indices->dims->size;
  int axis = options.axis;
  int batch_dims = options.batch_dims;
  if (axis < 0) axis += rank;
  if (batch_dims < 0) batch_dims += indices_rank;
  Axis split;
  if (batch_dims < 0 || batch_dims > axis || batch_dims > indices_rank ||
      !SplitAt(g.input, axis, &split)) {
    return Unsupported(context, "axis %d and batch dimensions %d do not fit", options.axis,
                       options.batch_dims);
  }
  int32_t batches = 1;
  for (int d = 0; d < batch_dims; ++d) {
    if (g.input->dims->data[d] != g.indices->dims->data[d]) {
      return Unsupported(context, "input and indices differ in dimension %d", d);
    }
    batches *= g.input->dims->data[d];
  }
  const auto indices = static_cast<int32_t>(tflite::NumElements(g.indices)) / batches;
  const uint32_t slice_bytes = static_cast<uint32_t>(split.inner * ElementBytes(g.input));
  return PrepareSlices(context, node, g,
                       {batches, split.outer / batches, split.size, indices, slice_bytes, 0, 1});
}

TfLiteStatus PrepareEmbeddingLookup(TfLiteContext* context, TfLiteNode* node) {
  Gathering g;
  TF_LITE_ENSURE_STATUS(Describe(context, node, 1, 0, &g));
  Axis rows;
  if (g.indices->dims->size != 1 || g.input->dims->size < 2 || !SplitAt(g.input, 0, &rows)) {
    return Unsupported(context,
                       "indices are not a vector, or the table has less than 2 dimensions");
  }
  const int32_t indices = g.indices->dims->data[0];
  if (g.input->type == kTfLiteFloat32 || g.output->type != kTfLiteFloat32) {
    const uint32_t slice_bytes = static_cast<uint32_t>(rows.inner * ElementBytes(g.input));
    return PrepareSlices(context, node, g, {1, 1, rows.size, indices, slice_bytes, 1, 0});
  }
  auto* p = AllocateParameters<HybridParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  if (!IsPerTensorQuantized(g.input) || g.input->params.zero_point != 0 ||
      tflite::NumElements(g.output) != int64_t{indices} * rows.inner) {
    return Unsupported(context, "the table's zero point is not 0, or the output's size is another");
  }
  *p = {rows.size, indices, rows.inner, g.input->params.scale};
  SelectInvoke(node, InvokeHybrid);
  return kTfLiteOk;
}

TfLiteStatus PrepareGatherNd(TfLiteContext* context, TfLiteNode* node) {
  Gathering g;
  TF_LITE_ENSURE_STATUS(Describe(context, node, 0, 1, &g));
  const int rank = g.input->dims->size;
  const int indices_rank = g.indices->dims->size;
  const int32_t indexed = indices_rank < 1 ? 0 : g.indices->dims->data[indices_rank - 1];
  if (rank < 1 || indexed < 1 || indexed > rank || indexed > kMostIndexed) {
    return Unsupported(context, "the last dimension of the indices is not 1 to 5, and the input's");
  }
  auto* p = AllocateParameters<GatherNdParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  p->indexed = indexed;
  p->count = static_cast<int32_t>(tflite::NumElements(g.indices)) / indexed;
  p->elements = p->slice = static_cast<int32_t>(tflite::NumElements(g.input));
  for (int d = 0; d < indexed; ++d) {
    p->slice /= g.input->dims->data[d];
    p->step[d] = p->slice;
  }
  p->element_bytes = static_cast<uint32_t>(ElementBytes(g.input));
  SelectInvoke(node, InvokeGatherNd);
  return CheckOutput(context, g, int64_t{p->count} * p->slice);
}

}  // namespace tflm::reference
