// CONCATENATION and PACK join tensors along one dimension; SPLIT, SPLIT_V and UNPACK take one
// apart.
#include <cstring>

#include "kernels/operators.h"

namespace tflm::reference {
namespace {

// The whole tensor is `outer` times all pieces one after another, each with its own bytes.
struct Pieces {
  int32_t outer;
  int32_t count;
  int32_t input;  // which input is taken apart
  int32_t* bytes;
};

TfLiteStatus InvokeJoin(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<Pieces>(node);
  auto* whole = OutputData<uint8_t>(context, node, 0);
  for (int32_t k = 0; k < p.outer; ++k) {
    for (int32_t i = 0; i < p.count; ++i) {
      std::memcpy(whole, InputData<uint8_t>(context, node, i) + k * p.bytes[i], p.bytes[i]);
      whole += p.bytes[i];
    }
  }
  return kTfLiteOk;
}

TfLiteStatus InvokeTakeApart(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<Pieces>(node);
  const auto* whole = InputData<uint8_t>(context, node, p.input);
  for (int32_t k = 0; k < p.outer; ++k) {
    for (int32_t i = 0; i < p.count; ++i) {
      std::memcpy(OutputData<uint8_t>(context, node, i) + k * p.bytes[i], whole, p.bytes[i]);
      whole += p.bytes[i];
    }
  }
  return kTfLiteOk;
}

// An axis from 0 on, -1 when there is no such.
int PositiveAxis(int axis, int rank) {
  if (axis < 0) axis += rank;
  return axis >= 0 && axis < rank ? axis : -1;
}

// Whether `piece` is `whole` but for dimension `axis`, which it has of another size, or lacks when
// the pieces were `stacked`.
bool FitsAround(const TfLiteTensor* piece, const TfLiteTensor* whole, int axis, bool stacked) {
  if (piece->dims->size != whole->dims->size - (stacked ? 1 : 0)) return false;
  for (int d = 0; d < whole->dims->size; ++d) {
    if (d == axis) continue;
    const int own = stacked && d > axis ? d - 1 : d;
    if (piece->dims->data[own] != whole->dims->data[d]) return false;
  }
  return true;
}

struct Task {
  const TfLiteTensor* whole;
  int axis;  // of the whole
  bool stacked;
  int count;
};

// TFLM copies int8 without rescaling, but only CONCATENATION checks that it may.
bool SameQuantization(const TfLiteTensor* a, const TfLiteTensor* b) {
  return a->params.scale == b->params.scale && a->params.zero_point == b->params.zero_point;
}

using PrepareTensor = TfLiteTensor* (*)(TfLiteContext*, const TfLiteNode*, int);

// Allocates and fills the plan; the pieces are what `prepare` returns.
TfLiteStatus PlanPieces(TfLiteContext* context, TfLiteNode* node, const Task& task,
                        PrepareTensor prepare, Pieces** plan) {
  auto* p = AllocateParameters<Pieces>(context, node);
  if (p == nullptr) return kTfLiteError;
  p->bytes = AllocatePersistent<int32_t>(context, task.count);
  if (p->bytes == nullptr) return kTfLiteError;
  const TfLiteTensor* whole = task.whole;
  p->outer = 1;
  for (int d = 0; d < task.axis; ++d) p->outer *= whole->dims->data[d];
  p->count = task.count;
  size_t total = 0;
  for (int i = 0; i < task.count; ++i) {
    const TfLiteTensor* piece = prepare(context, node, i);
    if (piece == nullptr) return kTfLiteError;
    if (piece->type != whole->type || !FitsAround(piece, whole, task.axis, task.stacked)) {
      return Unsupported(context, "piece %d differs in type or shape", i);
    }
    p->bytes[i] = static_cast<int32_t>(piece->bytes / static_cast<size_t>(p->outer));
    total += piece->bytes;
  }
  if (total != whole->bytes) return Unsupported(context, "the pieces are not the whole");
  *plan = p;
  return kTfLiteOk;
}

template <int kCount>
TfLiteStatus CheckWhole(TfLiteContext* context, const Task& task,
                        const TfLiteType (&types)[kCount]) {
  if (!IsOneOf(task.whole->type, types)) {
    return Unsupported(context, "type %s", TfLiteTypeGetName(task.whole->type));
  }
  if (task.axis < 0) return Unsupported(context, "the axis lies outside the tensor's dimensions");
  return kTfLiteOk;
}

TfLiteStatus CheckJoin(TfLiteContext* context, const TfLiteNode* node) {
  return CheckArity(context, node, node->inputs->size < 1 ? 1 : node->inputs->size,
                    node->inputs->size, 1);
}

// Both kinds of SPLIT: the axis is a constant input.
TfLiteStatus PrepareSplitOf(TfLiteContext* context, TfLiteNode* node, int inputs, int whole_input,
                            int axis_input) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteInt16, kTfLiteInt32, kTfLiteFloat32};
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, inputs, inputs, node->outputs->size));
  const TfLiteTensor* whole = PrepareInput(context, node, whole_input);
  const TfLiteTensor* axis = PrepareInput(context, node, axis_input);
  if (whole == nullptr || axis == nullptr) return kTfLiteError;
  if (axis->type != kTfLiteInt32 || !tflite::IsConstantTensor(axis) ||
      tflite::NumElements(axis) != 1) {
    return Unsupported(context, "the axis is not a constant INT32");
  }
  const Task task = {whole, PositiveAxis(axis->data.i32[0], whole->dims->size), false,
                     node->outputs->size};
  TF_LITE_ENSURE_STATUS(CheckWhole(context, task, kTypes));
  Pieces* p;
  TF_LITE_ENSURE_STATUS(PlanPieces(context, node, task, PrepareOutput, &p));
  p->input = whole_input;
  SelectInvoke(node, InvokeTakeApart);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareConcatenation(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8,  kTfLiteInt16, kTfLiteInt32,
                                   kTfLiteInt64, kTfLiteBool,  kTfLiteFloat32};
  constexpr int kMostInputs = 10;  // TFLM's
  TF_LITE_ENSURE_STATUS(CheckJoin(context, node));
  const TfLiteTensor* whole = PrepareOutput(context, node, 0);
  if (whole == nullptr) return kTfLiteError;
  const auto& options = Options<TfLiteConcatenationParams>(node);
  if (options.activation != kTfLiteActNone || node->inputs->size > kMostInputs) {
    return Unsupported(context, "a fused activation, or more than 10 inputs");
  }
  const Task task = {whole, PositiveAxis(options.axis, whole->dims->size), false,
                     node->inputs->size};
  TF_LITE_ENSURE_STATUS(CheckWhole(context, task, kTypes));
  for (int i = 0; i < task.count; ++i) {
    const TfLiteTensor* piece = PrepareInput(context, node, i);
    if (piece == nullptr) return kTfLiteError;
    if (whole->type == kTfLiteInt8 && !SameQuantization(piece, whole)) {
      return Unsupported(context, "input %d would have to be rescaled", i);
    }
    if (whole->type == kTfLiteInt16 &&
        (piece->params.zero_point != 0 || whole->params.zero_point != 0)) {
      return Unsupported(context, "a zero point of INT16 is not 0");
    }
  }
  Pieces* p;
  SelectInvoke(node, InvokeJoin);
  return PlanPieces(context, node, task, PrepareInput, &p);
}

TfLiteStatus PreparePack(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteInt16, kTfLiteInt32, kTfLiteInt64,
                                   kTfLiteFloat32};
  TF_LITE_ENSURE_STATUS(CheckJoin(context, node));
  const TfLiteTensor* whole = PrepareOutput(context, node, 0);
  if (whole == nullptr) return kTfLiteError;
  const auto& options = Options<TfLitePackParams>(node);
  const Task task = {whole, PositiveAxis(options.axis, whole->dims->size), true,
                     node->inputs->size};
  TF_LITE_ENSURE_STATUS(CheckWhole(context, task, kTypes));
  if (options.values_count != task.count) {
    return Unsupported(context, "%d values are not the inputs", options.values_count);
  }
  Pieces* p;
  SelectInvoke(node, InvokeJoin);
  return PlanPieces(context, node, task, PrepareInput, &p);
}

TfLiteStatus PrepareUnpack(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteInt16, kTfLiteInt32, kTfLiteFloat32};
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, node->outputs->size));
  const TfLiteTensor* whole = PrepareInput(context, node, 0);
  if (whole == nullptr) return kTfLiteError;
  const auto& options = Options<TfLiteUnpackParams>(node);
  const Task task = {whole, PositiveAxis(options.axis, whole->dims->size), true,
                     node->outputs->size};
  TF_LITE_ENSURE_STATUS(CheckWhole(context, task, kTypes));
  if (options.num != task.count) {
    return Unsupported(context, "%d values are not the outputs", options.num);
  }
  Pieces* p;
  SelectInvoke(node, InvokeTakeApart);
  return PlanPieces(context, node, task, PrepareOutput, &p);
}

TfLiteStatus PrepareSplit(TfLiteContext* context, TfLiteNode* node) {
  return PrepareSplitOf(context, node, 2, 1, 0);
}

// The sizes, the second input, are those of the outputs.
TfLiteStatus PrepareSplitV(TfLiteContext* context, TfLiteNode* node) {
  return PrepareSplitOf(context, node, 3, 0, 2);
}

}  // namespace tflm::reference
