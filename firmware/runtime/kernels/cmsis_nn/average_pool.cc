// AVERAGE_POOL_2D, int8, through Arm's function.
#include "kernels/cmsis_nn/operators.h"
#include "kernels/cmsis_nn/pool.h"

namespace tflm::cmsis_nn {

TfLiteStatus PrepareAveragePoolInt8(TfLiteContext* context, TfLiteNode* node) {
  Pool* op = nullptr;
  TF_LITE_ENSURE_STATUS(PreparePool(context, node, &op));
  const PoolGeometry& g = op->geometry;
  SelectInvoke(node, InvokePool<arm_avgpool_s8>);
  return RequestScratch(context, arm_avgpool_s8_get_buffer_size(g.output_width, g.channels),
                        &op->scratch);
}

TfLiteStatus PrepareAveragePool(TfLiteContext* context, TfLiteNode* node) {
  return InputIsInt8(context, node) ? PrepareAveragePoolInt8(context, node)
                                    : reference::PrepareAveragePool(context, node);
}

}  // namespace tflm::cmsis_nn
