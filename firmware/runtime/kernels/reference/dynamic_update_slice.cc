#include <cstring>

#include "kernels/operators.h"
#include "kernels/reference/index_vector.h"

namespace tflm::reference {
namespace {

constexpr int kMostDimensions = 6;  // TFLM's
constexpr int kOperand = 0;
constexpr int kUpdate = 1;
constexpr int kStart = 2;

struct UpdateParameters {
  int32_t dims;
  int32_t whole[kMostDimensions], part[kMostDimensions];  // sizes of operand and update
  uint32_t element_bytes, whole_bytes, part_bytes;
  TfLiteType start_type;
};

// The start is moved so that the update lies inside.
int32_t StartOf(const UpdateParameters& p, const void* start, int d) {
  const int64_t wanted = IndexAt(p.start_type, start, d);
  const int32_t last = p.whole[d] - p.part[d];
  return wanted < 0 ? 0 : wanted > last ? last : static_cast<int32_t>(wanted);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<UpdateParameters>(node);
  const auto* operand = InputData<uint8_t>(context, node, kOperand);
  const auto* update = InputData<uint8_t>(context, node, kUpdate);
  const auto* start = InputData<uint8_t>(context, node, kStart);
  auto* output = OutputData<uint8_t>(context, node, 0);
  if (p.part_bytes == p.whole_bytes) {
    std::memcpy(output, update, p.whole_bytes);
    return kTfLiteOk;
  }
  if (output != operand) std::memcpy(output, operand, p.whole_bytes);
  const int inner = p.dims - 1;
  const uint32_t row_bytes = p.part[inner] * p.element_bytes;
  int32_t index[kMostDimensions] = {};
  for (uint32_t done = 0; done < p.part_bytes; done += row_bytes) {
    int32_t at = 0;
    for (int d = 0; d < p.dims; ++d) at = at * p.whole[d] + StartOf(p, start, d) + index[d];
    std::memcpy(output + at * p.element_bytes, update + done, row_bytes);
    for (int d = inner - 1; d >= 0 && ++index[d] == p.part[d]; --d) index[d] = 0;
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareDynamicUpdateSlice(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteInt16, kTfLiteInt32, kTfLiteFloat32};
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 3, 3, 1));
  const TfLiteTensor* operand = PrepareInput(context, node, kOperand);
  const TfLiteTensor* update = PrepareInput(context, node, kUpdate);
  const TfLiteTensor* start = PrepareInput(context, node, kStart);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocateParameters<UpdateParameters>(context, node);
  if (operand == nullptr || update == nullptr || start == nullptr || output == nullptr ||
      p == nullptr) {
    return kTfLiteError;
  }
  if (!IsOneOf(operand->type, kTypes) || update->type != operand->type ||
      output->type != operand->type || !IsIndexType(start->type)) {
    return Unsupported(context, "types %s, %s, %s -> %s", TfLiteTypeGetName(operand->type),
                       TfLiteTypeGetName(update->type), TfLiteTypeGetName(start->type),
                       TfLiteTypeGetName(output->type));
  }
  const int rank = operand->dims->size;
  bool fits = rank >= 1 && rank <= kMostDimensions && update->dims->size == rank &&
              start->dims->size == 1 && start->dims->data[0] == rank &&
              tflite::HaveSameShapes(operand, output);
  p->dims = rank;
  for (int d = 0; fits && d < rank; ++d) {
    p->whole[d] = operand->dims->data[d];
    p->part[d] = update->dims->data[d];
    fits = p->part[d] <= p->whole[d];
  }
  if (!fits) return Unsupported(context, "shapes of operand, update and start do not fit");
  p->element_bytes = static_cast<uint32_t>(ElementBytes(operand));
  p->whole_bytes = static_cast<uint32_t>(operand->bytes);
  p->part_bytes = static_cast<uint32_t>(update->bytes);
  p->start_type = start->type;
  tflite::GetMicroContext(context)->AllowInPlace(node, kOperand, 0);
  SelectInvoke(node, Invoke);
  return kTfLiteOk;
}

}  // namespace tflm::reference
