// AVERAGE_POOL_2D, int8, through Arm's function.
#include "kernels/cmsis_nn/operators.h"
#include "kernels/cmsis_nn/pool.h"

namespace tflm::cmsis_nn {

TfLiteStatus PrepareAveragePool2DInt8(TfLiteContext* context, TfLiteNode* node) {
  Pool* op = nullptr;
  TF_LITE_ENSURE_STATUS(PreparePool(context, node, &op));
  const PoolGeometry& g = op->geometry;
  SelectInvoke(node, InvokePool<arm_avgpool_s8>);
  return RequestScratch(context, arm_avgpool_s8_get_buffer_size(g.output_width, g.channels),
                        &op->scratch);
}

TfLiteStatus PrepareAveragePool2D(TfLiteContext* context, TfLiteNode* node) {
  return InputIsInt8(context, node) ? PrepareAveragePool2DInt8(context, node)
                                    : reference::PrepareAveragePool2D(context, node);
}

}  // namespace tflm::cmsis_nn
