// MAX_POOL_2D, int8, through Arm's function.
#include "kernels/cmsis_nn/operators.h"
#include "kernels/cmsis_nn/pool.h"

namespace tflm::cmsis_nn {

TfLiteStatus PrepareMaxPool2DInt8(TfLiteContext* context, TfLiteNode* node) {
  Pool* op = nullptr;
  TF_LITE_ENSURE_STATUS(PreparePool(context, node, &op));
  SelectInvoke(node, InvokePool<arm_max_pool_s8>);
  return RequestScratch(context, 0, &op->scratch);
}

TfLiteStatus PrepareMaxPool2D(TfLiteContext* context, TfLiteNode* node) {
  return InputIsInt8(context, node) ? PrepareMaxPool2DInt8(context, node)
                                    : reference::PrepareMaxPool2D(context, node);
}

}  // namespace tflm::cmsis_nn
