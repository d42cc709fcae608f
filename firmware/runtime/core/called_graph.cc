// Graphs that operators call, and the variables that they share: linked only with such operators.

#include "core/describe_tensor.h"
#include "core/model_check.h"
#include "runtime/arena.h"
#include "tensorflow/lite/micro/micro_interpreter.h"

namespace tflite {

TfLiteStatus MicroContext::PrepareGraph(int index, tflm::CalledGraph** called) {
  return interpreter_->PrepareGraph(index, called);
}

// The graph is planned as if it were alone in the arena.
TfLiteStatus MicroInterpreter::PrepareGraph(int index, tflm::CalledGraph** result) {
  for (auto* known = micro_context_.called_; known != nullptr; known = known->next) {
    *result = known;
    if (known->state.index == index) return kTfLiteOk;
  }
  auto* called =
      static_cast<tflm::CalledGraph*>(arena_.AllocatePersistent(sizeof(tflm::CalledGraph)));
  if (called == nullptr) return kTfLiteError;
  const tflm::GraphState caller = graph();
  const int16_t calling = micro_context_.preparing_;
  graph() = {};
  graph().index = static_cast<int16_t>(index);
  TfLiteStatus status = PrepareOperators();
  if (status == kTfLiteOk) status = PlanGraph(&called->bytes);
  called->state = graph();
  graph() = caller;
  micro_context_.preparing_ = tflm::kWholeRun;
  if (status == kTfLiteOk) {
    status = micro_context_.RequestScratchBufferInArena(called->bytes, &called->block);
  }
  micro_context_.preparing_ = calling;
  called->next = micro_context_.called_;
  micro_context_.called_ = called;
  *result = called;
  return status;
}

// Gives the tensors of a called graph, planned from the arena's start on, their final places.
void MicroInterpreter::PlaceCalled(tflm::CalledGraph* called) {
  auto* block = static_cast<uint8_t*>(micro_context_.GetScratchBuffer(called->block));
  const size_t distance = static_cast<size_t>(block - arena_.start());
  for (size_t i = 0; i < called->state.tensor_count; ++i) {
    TfLiteEvalTensor& tensor = called->state.tensors[i];
    const uint8_t* data = tensor.data.uint8;
    if (data >= arena_.start() && data < arena_.start() + called->bytes) {
      tensor.data.raw += distance;
    }
  }
  for (auto* request = called->state.scratch; request != nullptr; request = request->next) {
    request->data += distance;
  }
  called->placed = true;
  ResetVariableTensors(called->state.index);
}

void MicroContext::PlaceGraph(tflm::CalledGraph* called) {
  if (!called->placed) interpreter_->PlaceCalled(called);
}

namespace {

const TfLiteIntArray* InputsOf(const Model* model, const tflm::CalledGraph* called) {
  return tflm::AsIntArray(model->subgraphs()->Get(called->state.index)->inputs());
}

const TfLiteIntArray* OutputsOf(const Model* model, const tflm::CalledGraph* called) {
  return tflm::AsIntArray(model->subgraphs()->Get(called->state.index)->outputs());
}

}  // namespace

int MicroContext::CalledInputs(const tflm::CalledGraph* called) const {
  return InputsOf(model_, called)->size;
}

int MicroContext::CalledOutputs(const tflm::CalledGraph* called) const {
  return OutputsOf(model_, called)->size;
}

TfLiteEvalTensor* MicroContext::CalledInput(const tflm::CalledGraph* called, int index) const {
  return &called->state.tensors[InputsOf(model_, called)->data[index]];
}

TfLiteEvalTensor* MicroContext::CalledOutput(const tflm::CalledGraph* called, int index) const {
  return &called->state.tensors[OutputsOf(model_, called)->data[index]];
}

TfLiteStatus MicroContext::InvokeGraph(TfLiteContext* context, tflm::CalledGraph* called) {
  PlaceGraph(called);
  const tflm::GraphState caller = graph_;
  graph_ = called->state;
  TfLiteStatus status = kTfLiteOk;
  for (int i = 0; status == kTfLiteOk && i < graph_.node_count; ++i) {
    status = graph_.nodes[i].invoke(context, &graph_.nodes[i]);
  }
  graph_ = caller;
  return status;
}

tflm::Variable* MicroContext::FindOrMakeVariable(const char* container, const char* name) {
  tflm::Variable* last = nullptr;
  for (tflm::Variable* variable = variables_; variable != nullptr; variable = variable->next) {
    if (tflm::SameName(variable->container, container) && tflm::SameName(variable->name, name)) {
      return variable;
    }
    last = variable;
  }
  auto* made = static_cast<tflm::Variable*>(arena_->AllocatePersistent(sizeof(tflm::Variable)));
  if (made == nullptr) return nullptr;
  made->container = container;
  made->name = name;
  made->id = last == nullptr ? 0 : last->id + 1;
  (last == nullptr ? variables_ : last->next) = made;
  return made;
}

tflm::Variable* MicroContext::FindVariable(int32_t id) {
  tflm::Variable* variable = variables_;
  while (variable != nullptr && variable->id != id) variable = variable->next;
  return variable;
}

}  // namespace tflite
