// SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: pixels of blocks become batches, and the other way.
#include <cstring>

#include "kernels/operators.h"

namespace tflm::reference {
namespace {

// Of one spatial dimension: pixels of the space and of a batch, pixels of a block, and how many are
// padded, or cropped, at the beginning.
struct Side {
  int32_t space, batch, block, before;
};

struct BlockParameters {
  int32_t batches;  // of the space
  Side height, width;
  uint32_t pixel_bytes;
  uint8_t padding;  // each byte of it
};

// Calls pixel(in the space, in the batches) for each pixel of the batches; the first is -1 where
// there is padding.
template <typename Pixel>
void ForEachPixel(const BlockParameters& p, Pixel pixel) {
  int32_t in_batches = 0;
  for (int32_t block_y = 0; block_y < p.height.block; ++block_y) {
    for (int32_t block_x = 0; block_x < p.width.block; ++block_x) {
      for (int32_t batch = 0; batch < p.batches; ++batch) {
        for (int32_t row = 0; row < p.height.batch; ++row) {
          const int32_t y = row * p.height.block + block_y - p.height.before;
          const bool outside = y < 0 || y >= p.height.space;
          for (int32_t column = 0; column < p.width.batch; ++column) {
            const int32_t x = column * p.width.block + block_x - p.width.before;
            const bool padded = outside || x < 0 || x >= p.width.space;
            const int32_t in_space = (batch * p.height.space + y) * p.width.space + x;
            pixel(padded ? -1 : in_space, in_batches++);
          }
        }
      }
    }
  }
}

// TFLM pads with what its arena happens to hold: here it is the zero point, as in TensorFlow Lite.
TfLiteStatus InvokeToBatch(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<BlockParameters>(node);
  const auto* space = InputData<uint8_t>(context, node, 0);
  auto* batches = OutputData<uint8_t>(context, node, 0);
  ForEachPixel(p, [&](int32_t in_space, int32_t in_batches) {
    uint8_t* to = batches + in_batches * p.pixel_bytes;
    if (in_space < 0) {
      std::memset(to, p.padding, p.pixel_bytes);
    } else {
      std::memcpy(to, space + in_space * p.pixel_bytes, p.pixel_bytes);
    }
  });
  return kTfLiteOk;
}

TfLiteStatus InvokeToSpace(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<BlockParameters>(node);
  const auto* batches = InputData<uint8_t>(context, node, 0);
  auto* space = OutputData<uint8_t>(context, node, 0);
  ForEachPixel(p, [&](int32_t in_space, int32_t in_batches) {
    if (in_space < 0) return;
    std::memcpy(space + in_space * p.pixel_bytes, batches + in_batches * p.pixel_bytes,
                p.pixel_bytes);
  });
  return kTfLiteOk;
}

struct Tensors {
  const TfLiteTensor* space;
  const TfLiteTensor* batches;
  const TfLiteTensor* blocks;
  const TfLiteTensor* margins;  // padding or crops
};

// Fills `side` for dimension `d`; false when the shapes, the block and the margins do not fit.
bool PlanSide(const Tensors& t, int d, Side* side) {
  const int32_t* margins = t.margins->data.i32 + 2 * (d - 1);
  *side = {t.space->dims->data[d], t.batches->dims->data[d], t.blocks->data.i32[d - 1], margins[0]};
  return side->block >= 1 && margins[0] >= 0 && margins[1] >= 0 &&
         int64_t{side->space} + margins[0] + margins[1] == int64_t{side->batch} * side->block;
}

bool PlanBlocks(const Tensors& t, BlockParameters* p) {
  constexpr int kHeight = 1;
  constexpr int kWidth = 2;
  const int rank = t.space->dims->size;
  p->batches = t.space->dims->data[0];
  p->width = {1, 1, 1, 0};  // of three dimensions none is the width
  if (!PlanSide(t, kHeight, &p->height) || (rank == 4 && !PlanSide(t, kWidth, &p->width))) {
    return false;
  }
  const int32_t channels = t.space->dims->data[rank - 1];
  p->pixel_bytes = static_cast<uint32_t>(channels * ElementBytes(t.space));
  return t.batches->dims->data[rank - 1] == channels &&
         t.batches->dims->data[0] == int64_t{p->batches} * p->height.block * p->width.block;
}

bool IsSideVector(const TfLiteTensor* tensor, int64_t elements) {
  return tensor->type == kTfLiteInt32 && tflite::IsConstantTensor(tensor) &&
         tflite::NumElements(tensor) == elements;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node, bool to_batch) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 3, 3, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  const Tensors t = {to_batch ? input : output, to_batch ? output : input,
                     PrepareInput(context, node, 1), PrepareInput(context, node, 2)};
  auto* p = AllocateParameters<BlockParameters>(context, node);
  if (input == nullptr || output == nullptr || t.blocks == nullptr || t.margins == nullptr ||
      p == nullptr) {
    return kTfLiteError;
  }
  if ((input->type != kTfLiteInt8 && input->type != kTfLiteFloat32) ||
      output->type != input->type) {
    return Unsupported(context, "types %s -> %s", TfLiteTypeGetName(input->type),
                       TfLiteTypeGetName(output->type));
  }
  const int rank = input->dims->size;
  if (rank < 3 || rank > 4 || output->dims->size != rank || !IsSideVector(t.blocks, rank - 2) ||
      !IsSideVector(t.margins, 2 * (rank - 2))) {
    return Unsupported(context, "shapes are not of 3 or 4 dimensions, or blocks not constant");
  }
  if (output->type == kTfLiteInt8) p->padding = static_cast<uint8_t>(output->params.zero_point);
  if (!PlanBlocks(t, p)) return Unsupported(context, "input, blocks and output do not fit");
  SelectInvoke(node, to_batch ? InvokeToBatch : InvokeToSpace);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareSpaceToBatchNd(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, true);
}

TfLiteStatus PrepareBatchToSpaceNd(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, false);
}

}  // namespace tflm::reference
