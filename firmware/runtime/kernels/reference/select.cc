// SELECT_V2: of two values the one that a condition says; all three are broadcast.
#include "kernels/operators.h"
#include "kernels/reference/broadcast.h"

namespace tflm::reference {
namespace {

struct SelectParameters {
  WalkOf<3> walk;
};

// T is of an element's size; values are only copied.
template <typename T>
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& walk = Parameters<SelectParameters>(node).walk;
  const auto* conditions = InputData<uint8_t>(context, node, 0);
  const T* const values[] = {InputData<T>(context, node, 1), InputData<T>(context, node, 2)};
  auto* output = OutputData<T>(context, node, 0);
  ForEachRow(walk, [&](const int32_t(&at)[3], int32_t output_at) {
    for (int32_t i = 0; i < walk.row_length; ++i) {
      const bool condition = conditions[at[0] + i * walk.inputs[0].step] != 0;
      const int which = condition ? 0 : 1;
      output[output_at + i] = values[which][at[1 + which] + i * walk.inputs[1 + which].step];
    }
  });
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareSelectV2(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 3, 3, 1));
  const TfLiteTensor* condition = PrepareInput(context, node, 0);
  const TfLiteTensor* x = PrepareInput(context, node, 1);
  const TfLiteTensor* y = PrepareInput(context, node, 2);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocateParameters<SelectParameters>(context, node);
  if (condition == nullptr || x == nullptr || y == nullptr || output == nullptr || p == nullptr) {
    return kTfLiteError;
  }
  if (condition->type != kTfLiteBool || x->type != y->type || x->type != output->type) {
    return Unsupported(context, "types %s, %s, %s -> %s", TfLiteTypeGetName(condition->type),
                       TfLiteTypeGetName(x->type), TfLiteTypeGetName(y->type),
                       TfLiteTypeGetName(output->type));
  }
  if (!PlanWalk<3>({condition, x, y}, output, &p->walk)) {
    return Unsupported(context, "shapes cannot be broadcast");
  }
  switch (x->type) {
    case kTfLiteInt8:
      SelectInvoke(node, Invoke<uint8_t>);
      return kTfLiteOk;
    case kTfLiteInt16:
      SelectInvoke(node, Invoke<uint16_t>);
      return kTfLiteOk;
    case kTfLiteFloat32:
      SelectInvoke(node, Invoke<uint32_t>);
      return kTfLiteOk;
    default:
      return Unsupported(context, "type %s", TfLiteTypeGetName(x->type));
  }
}

}  // namespace tflm::reference
