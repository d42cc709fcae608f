// SLICE, BROADCAST_TO, REVERSE_V2, SPACE_TO_DEPTH and DEPTH_TO_SPACE: the output steps through the
// input.
#include "kernels/operators.h"
#include "kernels/reference/index_vector.h"
#include "kernels/reference/strided.h"

namespace tflm::reference {
namespace {

constexpr int kMostDimensions = 5;  // TFLM's, of SLICE and BROADCAST_TO

struct Rearrangement {
  const TfLiteTensor* input;
  const TfLiteTensor* output;
  Strided* plan;
};

// The types must be one, and no more is known of the output.
TfLiteStatus Describe(TfLiteContext* context, TfLiteNode* node, int inputs, Rearrangement* r) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, inputs, inputs, 1));
  *r = {PrepareInput(context, node, 0), PrepareOutput(context, node, 0),
        AllocatePersistent<Strided>(context)};
  if (r->input == nullptr || r->output == nullptr || r->plan == nullptr) return kTfLiteError;
  if (r->input->type == r->output->type && IsAligned(r->input)) return kTfLiteOk;
  return Unsupported(context, "types %s -> %s", TfLiteTypeGetName(r->input->type),
                     TfLiteTypeGetName(r->output->type));
}

template <int kCount>
TfLiteStatus CheckType(TfLiteContext* context, const Rearrangement& r,
                       const TfLiteType (&types)[kCount]) {
  if (IsOneOf(r.input->type, types)) return kTfLiteOk;
  return Unsupported(context, "type %s", TfLiteTypeGetName(r.input->type));
}

// Of SPACE_TO_DEPTH and DEPTH_TO_SPACE: `space` has blocks of pixels where `depth` has pixels.
TfLiteStatus DescribeBlocks(TfLiteContext* context, TfLiteNode* node, int32_t block,
                            bool from_space, Rearrangement* r) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteFloat32};
  TF_LITE_ENSURE_STATUS(Describe(context, node, 1, r));
  TF_LITE_ENSURE_STATUS(CheckType(context, *r, kTypes));
  const TfLiteIntArray* space = (from_space ? r->input : r->output)->dims;
  const TfLiteIntArray* depth = (from_space ? r->output : r->input)->dims;
  const bool fits = space->size == 4 && depth->size == 4 && block >= 1 &&
                    space->data[0] == depth->data[0] &&
                    space->data[1] == int64_t{depth->data[1]} * block &&
                    space->data[2] == int64_t{depth->data[2]} * block &&
                    depth->data[3] == int64_t{space->data[3]} * block * block;
  return fits ? kTfLiteOk
              : Unsupported(context, "shapes do not fit blocks of %d", static_cast<int>(block));
}

// Adds three dimensions outwards: of a block, of pixels in a line, and so on.
void AddDimensions(Strided* plan, const int32_t (&sizes)[6], const int32_t (&steps)[6]) {
  for (int d = 0; d < 6; ++d) AddDimension(plan, sizes[d], steps[d]);
}

}  // namespace

TfLiteStatus PrepareSlice(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteInt16, kTfLiteInt32, kTfLiteBool,
                                   kTfLiteFloat32};
  Rearrangement r;
  TF_LITE_ENSURE_STATUS(Describe(context, node, 3, &r));
  TF_LITE_ENSURE_STATUS(CheckType(context, r, kTypes));
  const TfLiteTensor* begin = PrepareInput(context, node, 1);
  const TfLiteTensor* size = PrepareInput(context, node, 2);
  if (begin == nullptr || size == nullptr) return kTfLiteError;
  const int rank = r.input->dims->size;
  if (rank > kMostDimensions || r.output->dims->size != rank || !IsIndexVector(begin, rank) ||
      !IsIndexVector(size, rank)) {
    return Unsupported(context, "begin and size are not constants of one index a dimension");
  }
  int32_t step = static_cast<int32_t>(ElementBytes(r.input));
  StartPlan(r.plan, step, 0);
  for (int d = rank - 1; d >= 0; --d) {
    const int32_t whole = r.input->dims->data[d];
    const int64_t first = IndexAt(begin, d);
    const int64_t count = IndexAt(size, d) == -1 ? whole - first : IndexAt(size, d);
    if (first < 0 || count < 1 || first > whole || count > whole - first ||
        count != r.output->dims->data[d]) {
      return Unsupported(context, "dimension %d of the slice does not lead to the output", d);
    }
    r.plan->first += static_cast<int32_t>(first) * step;
    AddDimension(r.plan, static_cast<int32_t>(count), step);
    step *= whole;
  }
  SelectStrided(node, r.plan);
  return kTfLiteOk;
}

TfLiteStatus PrepareBroadcastTo(TfLiteContext* context, TfLiteNode* node) {
  Rearrangement r;
  TF_LITE_ENSURE_STATUS(Describe(context, node, 2, &r));
  const TfLiteTensor* shape = PrepareInput(context, node, 1);
  if (shape == nullptr) return kTfLiteError;
  const int rank = r.output->dims->size;
  const int extra = rank - r.input->dims->size;
  if (rank > kMostDimensions || extra < 0 || !IsIndexVector(shape, rank)) {
    return Unsupported(context, "the shape is not a constant of one index for each of 1 to 5 dims");
  }
  int32_t step = static_cast<int32_t>(ElementBytes(r.input));
  StartPlan(r.plan, step, 0);
  for (int d = rank - 1; d >= 0; --d) {
    const int32_t size = r.output->dims->data[d];
    const int32_t own = d < extra ? 1 : r.input->dims->data[d - extra];
    if (IndexAt(shape, d) != size || (own != 1 && own != size)) {
      return Unsupported(context, "dimension %d of the output is not the input's broadcast", d);
    }
    AddDimension(r.plan, size, own == 1 ? 0 : step);
    step *= own;
  }
  SelectStrided(node, r.plan);
  return kTfLiteOk;
}

TfLiteStatus PrepareReverseV2(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8,  kTfLiteInt16, kTfLiteInt32,  kTfLiteInt64,
                                   kTfLiteUInt8, kTfLiteBool,  kTfLiteFloat32};
  Rearrangement r;
  TF_LITE_ENSURE_STATUS(Describe(context, node, 2, &r));
  TF_LITE_ENSURE_STATUS(CheckType(context, r, kTypes));
  const TfLiteTensor* axes = PrepareInput(context, node, 1);
  if (axes == nullptr) return kTfLiteError;
  const int rank = r.input->dims->size;
  uint32_t reversed = 0;
  const bool is_vector = axes->type == kTfLiteInt32 && tflite::IsConstantTensor(axes) &&
                         axes->dims->size == 1 && axes->dims->data[0] <= rank;
  for (int i = 0; is_vector && i < axes->dims->data[0]; ++i) {
    const int32_t axis = axes->data.i32[i] + (axes->data.i32[i] < 0 ? rank : 0);
    if (axis >= 0 && axis < rank) reversed |= 1u << axis;
  }
  // TFLM takes only axes that are neighbours, each once.
  const bool neighbours = (((reversed & -reversed) + reversed) & reversed) == 0;
  if (!is_vector || __builtin_popcount(reversed) != axes->dims->data[0] || !neighbours ||
      !tflite::HaveSameShapes(r.input, r.output)) {
    return Unsupported(context, "the axes are not a constant of neighbouring dimensions");
  }
  int32_t step = static_cast<int32_t>(ElementBytes(r.input));
  StartPlan(r.plan, step, 0);
  for (int d = rank - 1; d >= 0; --d) {
    const int32_t size = r.input->dims->data[d];
    const bool backwards = (reversed >> d) & 1;
    if (backwards) r.plan->first += (size - 1) * step;
    AddDimension(r.plan, size, backwards ? -step : step);
    step *= size;
  }
  SelectStrided(node, r.plan);
  return kTfLiteOk;
}

TfLiteStatus PrepareSpaceToDepth(TfLiteContext* context, TfLiteNode* node) {
  Rearrangement r;
  const int32_t block = Options<TfLiteSpaceToDepthParams>(node).block_size;
  TF_LITE_ENSURE_STATUS(DescribeBlocks(context, node, block, true, &r));
  const int* in = r.input->dims->data;
  const int* out = r.output->dims->data;
  const int32_t element = static_cast<int32_t>(ElementBytes(r.input));
  const int32_t pixel = in[3] * element;
  const int32_t line = in[2] * pixel;
  StartPlan(r.plan, element, 0);
  AddDimensions(r.plan, {in[3], block, block, out[2], out[1], out[0]},
                {element, pixel, line, block * pixel, block * line, in[1] * line});
  SelectStrided(node, r.plan);
  return kTfLiteOk;
}

TfLiteStatus PrepareDepthToSpace(TfLiteContext* context, TfLiteNode* node) {
  Rearrangement r;
  const int32_t block = Options<TfLiteDepthToSpaceParams>(node).block_size;
  TF_LITE_ENSURE_STATUS(DescribeBlocks(context, node, block, false, &r));
  const int* in = r.input->dims->data;
  const int* out = r.output->dims->data;
  const int32_t element = static_cast<int32_t>(ElementBytes(r.input));
  const int32_t pixel = in[3] * element;
  const int32_t line = in[2] * pixel;
  const int32_t part = out[3] * element;
  StartPlan(r.plan, element, 0);
  AddDimensions(r.plan, {out[3], block, in[2], block, in[1], in[0]},
                {element, part, pixel, block * part, line, in[1] * line});
  SelectStrided(node, r.plan);
  return kTfLiteOk;
}

}  // namespace tflm::reference
