// IF and WHILE: graphs that are called with copies of the operator's inputs.
#include <cstring>

#include "core/names.h"
#include "kernels/operators.h"
#include "kernels/reference/called.h"

namespace tflm::reference {
namespace {

using tflite::GetMicroContext;
using tflite::micro::GetEvalInput;
using tflite::micro::GetEvalOutput;

struct IfState {
  CalledGraph* then_graph;
  CalledGraph* else_graph;
};

struct WhileState {
  CalledGraph* condition;
  CalledGraph* body;
};

size_t BytesOf(const TfLiteEvalTensor* tensor) {
  size_t bytes = ElementBytes(tensor->type);
  for (int d = 0; d < tensor->dims->size; ++d) bytes *= tensor->dims->data[d];
  return bytes;
}

void Copy(const TfLiteEvalTensor* from, TfLiteEvalTensor* to) {
  if (from->data.data != to->data.data) std::memcpy(to->data.data, from->data.data, BytesOf(to));
}

bool AreAlike(const TfLiteEvalTensor* a, const TfLiteEvalTensor* b) {
  return a->type == b->type && BytesOf(a) == BytesOf(b);
}

// Whether the graph's inputs are the operator's from `first` on.
bool TakesInputs(TfLiteContext* context, const TfLiteNode* node, const CalledGraph* graph,
                 int first) {
  tflite::MicroContext* micro = GetMicroContext(context);
  if (micro->CalledInputs(graph) != node->inputs->size - first) return false;
  for (int i = first; i < node->inputs->size; ++i) {
    if (node->inputs->data[i] == kTfLiteOptionalTensor) return false;
    if (!AreAlike(GetEvalInput(context, node, i), micro->CalledInput(graph, i - first))) {
      return false;
    }
  }
  return true;
}

bool GivesOutputs(TfLiteContext* context, const TfLiteNode* node, const CalledGraph* graph) {
  tflite::MicroContext* micro = GetMicroContext(context);
  if (micro->CalledOutputs(graph) != node->outputs->size) return false;
  for (int i = 0; i < node->outputs->size; ++i) {
    if (!AreAlike(GetEvalOutput(context, node, i), micro->CalledOutput(graph, i))) return false;
  }
  return true;
}

TfLiteStatus InvokeIf(TfLiteContext* context, TfLiteNode* node) {
  const auto& state = Parameters<IfState>(node);
  const bool condition = *InputData<uint8_t>(context, node, 0) != 0;
  CalledGraph* graph = condition ? state.then_graph : state.else_graph;
  tflite::MicroContext* micro = GetMicroContext(context);
  micro->PlaceGraph(graph);
  for (int i = 1; i < node->inputs->size; ++i) {
    Copy(GetEvalInput(context, node, i), micro->CalledInput(graph, i - 1));
  }
  TF_LITE_ENSURE_STATUS(micro->InvokeGraph(context, graph));
  for (int i = 0; i < node->outputs->size; ++i) {
    Copy(micro->CalledOutput(graph, i), GetEvalOutput(context, node, i));
  }
  return kTfLiteOk;
}

// The operator's outputs hold the values from one round to the next.
TfLiteStatus InvokeWhile(TfLiteContext* context, TfLiteNode* node) {
  const auto& state = Parameters<WhileState>(node);
  tflite::MicroContext* micro = GetMicroContext(context);
  micro->PlaceGraph(state.condition);
  micro->PlaceGraph(state.body);
  const int count = node->outputs->size;
  for (int i = 0; i < count; ++i) {
    Copy(GetEvalInput(context, node, i), GetEvalOutput(context, node, i));
  }
  while (true) {
    for (int i = 0; i < count; ++i) {
      Copy(GetEvalOutput(context, node, i), micro->CalledInput(state.condition, i));
    }
    TF_LITE_ENSURE_STATUS(micro->InvokeGraph(context, state.condition));
    if (*micro->CalledOutput(state.condition, 0)->data.uint8 == 0) return kTfLiteOk;
    for (int i = 0; i < count; ++i) {
      Copy(GetEvalOutput(context, node, i), micro->CalledInput(state.body, i));
    }
    TF_LITE_ENSURE_STATUS(micro->InvokeGraph(context, state.body));
    for (int i = 0; i < count; ++i) {
      Copy(micro->CalledOutput(state.body, i), GetEvalOutput(context, node, i));
    }
  }
}

bool IsOneBool(const TfLiteEvalTensor* tensor) {
  return tensor->type == kTfLiteBool && BytesOf(tensor) == 1;
}

}  // namespace

TfLiteStatus PrepareIf(TfLiteContext* context, TfLiteNode* node) {
  const int inputs = node->inputs->size;
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, inputs, node->outputs->size));
  const TfLiteIfParams options = Options<TfLiteIfParams>(node);
  auto* state = AllocateParameters<IfState>(context, node);
  if (state == nullptr) return kTfLiteError;
  if (!IsOneBool(GetEvalInput(context, node, 0))) {
    return Unsupported(context, "the condition is not one BOOL");
  }
  TF_LITE_ENSURE_STATUS(PrepareCalled(context, options.then_subgraph_index, &state->then_graph));
  TF_LITE_ENSURE_STATUS(PrepareCalled(context, options.else_subgraph_index, &state->else_graph));
  for (const CalledGraph* graph : {state->then_graph, state->else_graph}) {
    if (!TakesInputs(context, node, graph, 1) || !GivesOutputs(context, node, graph)) {
      return Unsupported(context, "graph %d has other inputs or outputs", graph->state.index);
    }
  }
  SelectInvoke(node, InvokeIf);
  return kTfLiteOk;
}

TfLiteStatus PrepareWhile(TfLiteContext* context, TfLiteNode* node) {
  const int count = node->inputs->size;
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, count, count, count));
  const TfLiteWhileParams options = Options<TfLiteWhileParams>(node);
  auto* state = AllocateParameters<WhileState>(context, node);
  if (state == nullptr) return kTfLiteError;
  TF_LITE_ENSURE_STATUS(PrepareCalled(context, options.cond_subgraph_index, &state->condition));
  TF_LITE_ENSURE_STATUS(PrepareCalled(context, options.body_subgraph_index, &state->body));
  tflite::MicroContext* micro = GetMicroContext(context);
  if (!TakesInputs(context, node, state->condition, 0) ||
      micro->CalledOutputs(state->condition) < 1 ||
      !IsOneBool(micro->CalledOutput(state->condition, 0))) {
    return Unsupported(context, "graph %d does not give one BOOL for the inputs",
                       options.cond_subgraph_index);
  }
  if (!TakesInputs(context, node, state->body, 0) || !GivesOutputs(context, node, state->body)) {
    return Unsupported(context, "graph %d has other inputs or outputs",
                       options.body_subgraph_index);
  }
  SelectInvoke(node, InvokeWhile);
  return kTfLiteOk;
}

}  // namespace tflm::reference
