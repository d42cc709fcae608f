// CALL_ONCE, VAR_HANDLE, READ_VARIABLE and ASSIGN_VARIABLE: values that last from one Invoke to the
// next, and the graph that gives them their first.
#include <cstring>

#include "kernels/operators.h"
#include "kernels/reference/called.h"

namespace tflm::reference {
namespace {

using tflite::GetMicroContext;

struct CallOnceState {
  CalledGraph* graph;
  bool called;
};

TfLiteStatus InvokeCallOnce(TfLiteContext* context, TfLiteNode* node) {
  auto* state = static_cast<CallOnceState*>(node->user_data);
  if (state->called) return kTfLiteOk;
  TF_LITE_ENSURE_STATUS(GetMicroContext(context)->InvokeGraph(context, state->graph));
  state->called = true;
  return kTfLiteOk;
}

// The handle never changes: Prepare has stored it.
TfLiteStatus InvokeVarHandle(TfLiteContext*, TfLiteNode*) { return kTfLiteOk; }

struct TransferParameters {
  uint32_t bytes;
};

// The variable that the first input names, if it is of the expected size.
uint8_t* FindData(TfLiteContext* context, const TfLiteNode* node) {
  const int32_t id = *InputData<int32_t>(context, node, 0);
  const Variable* variable = GetMicroContext(context)->FindVariable(id);
  if (variable == nullptr || variable->bytes != Parameters<TransferParameters>(node).bytes) {
    return nullptr;
  }
  return variable->data;
}

TfLiteStatus InvokeRead(TfLiteContext* context, TfLiteNode* node) {
  const uint8_t* data = FindData(context, node);
  if (data == nullptr) return kTfLiteError;
  std::memcpy(OutputData<uint8_t>(context, node, 0), data,
              Parameters<TransferParameters>(node).bytes);
  return kTfLiteOk;
}

TfLiteStatus InvokeAssign(TfLiteContext* context, TfLiteNode* node) {
  uint8_t* data = FindData(context, node);
  if (data == nullptr) return kTfLiteError;
  std::memcpy(data, InputData<uint8_t>(context, node, 1),
              Parameters<TransferParameters>(node).bytes);
  return kTfLiteOk;
}

bool IsHandle(const TfLiteTensor* tensor) {
  return (tensor->type == kTfLiteResource || tensor->type == kTfLiteInt32) &&
         tflite::NumElements(tensor) == 1;
}

// The variable gets its memory by the first value that an operator would assign to it. Until one
// does, all bytes are the zero point of the first such value in the first graph that has one, which
// TFLM prepares in order and we as they are called.
TfLiteStatus AllocateVariable(TfLiteContext* context, const TfLiteTensor* value,
                              Variable* variable) {
  const int16_t graph = GetMicroContext(context)->graph_index();
  const bool known = variable->data != nullptr;
  if (!known) {
    variable->data = AllocatePersistent<uint8_t>(context, static_cast<int>(value->bytes));
    if (variable->data == nullptr) return kTfLiteError;
    variable->bytes = value->bytes;
  }
  if (!known || graph < variable->graph) {
    variable->graph = graph;
    variable->initial = static_cast<int8_t>(value->params.zero_point);
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareCallOnce(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 0, 0, 0));
  const int graph = Options<TfLiteCallOnceParams>(node).init_subgraph_index;
  auto* state = AllocateParameters<CallOnceState>(context, node);
  if (state == nullptr) return kTfLiteError;
  SelectInvoke(node, InvokeCallOnce);
  return PrepareCalled(context, graph, &state->graph);
}

TfLiteStatus PrepareVarHandle(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 0, 0, 1));
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  if (output == nullptr) return kTfLiteError;
  if (output->type != kTfLiteResource || tflite::NumElements(output) != 1) {
    return Unsupported(context, "output is not one RESOURCE");
  }
  const auto& options = Options<TfLiteVarHandleParams>(node);
  Variable* variable =
      GetMicroContext(context)->FindOrMakeVariable(options.container, options.shared_name);
  if (variable == nullptr) return kTfLiteError;
  GetMicroContext(context)->ProvideData(node->outputs->data[0], &variable->id);
  SelectInvoke(node, InvokeVarHandle);
  return kTfLiteOk;
}

TfLiteStatus PrepareReadVariable(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 1));
  const TfLiteTensor* handle = PrepareInput(context, node, 0);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocateParameters<TransferParameters>(context, node);
  if (handle == nullptr || output == nullptr || p == nullptr) return kTfLiteError;
  if (!IsHandle(handle)) return Unsupported(context, "input is not one RESOURCE");
  p->bytes = static_cast<uint32_t>(output->bytes);
  SelectInvoke(node, InvokeRead);
  return kTfLiteOk;
}

TfLiteStatus PrepareAssignVariable(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 2, 0));
  const TfLiteTensor* handle = PrepareInput(context, node, 0);
  const TfLiteTensor* value = PrepareInput(context, node, 1);
  auto* p = AllocateParameters<TransferParameters>(context, node);
  if (handle == nullptr || value == nullptr || p == nullptr) return kTfLiteError;
  if (!IsHandle(handle)) return Unsupported(context, "input is not one RESOURCE");
  p->bytes = static_cast<uint32_t>(value->bytes);
  SelectInvoke(node, InvokeAssign);
  // A handle that VAR_HANDLE made in this graph is known already.
  if (handle->data.i32 == nullptr) return kTfLiteOk;
  Variable* variable = GetMicroContext(context)->FindVariable(*handle->data.i32);
  if (variable == nullptr) return Unsupported(context, "there is no such variable");
  return AllocateVariable(context, value, variable);
}

}  // namespace tflm::reference
