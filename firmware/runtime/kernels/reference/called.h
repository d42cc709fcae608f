// Graphs that operators call.
#ifndef RUNTIME_KERNELS_REFERENCE_CALLED_H_
#define RUNTIME_KERNELS_REFERENCE_CALLED_H_

#include "kernels/kernel.h"

namespace tflm::reference {

// Prepares graph `index`, which the operator being prepared calls. Only the graph that is invoked
// calls others, and not itself.
TfLiteStatus PrepareCalled(TfLiteContext* context, int index, CalledGraph** called);

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_CALLED_H_
