#include "kernels/reference/called.h"

namespace tflm::reference {

TfLiteStatus PrepareCalled(TfLiteContext* context, int index, CalledGraph** called) {
  tflite::MicroContext* micro = tflite::GetMicroContext(context);
  if (micro->graph_index() != 0 || index < 1 ||
      index >= static_cast<int>(micro->model()->subgraphs()->size())) {
    return Unsupported(context, "graph %d cannot be called from here", index);
  }
  return micro->PrepareGraph(index, called);
}

}  // namespace tflm::reference
