// What an operator asks the interpreter for: memory, tensors and scratch buffers.
#ifndef TENSORFLOW_LITE_MICRO_MICRO_CONTEXT_H_
#define TENSORFLOW_LITE_MICRO_MICRO_CONTEXT_H_

#include <cstddef>
#include <cstdint>

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace tflm {
class Arena;
struct PlannedBuffer;
struct ScratchRequest;

// One graph of the model, once its tensors and operators are in the arena.
struct GraphState {
  TfLiteEvalTensor* tensors;
  size_t tensor_count;
  TfLiteNode* nodes;
  int16_t node_count;
  int16_t index;        // in the model; 0 is the one that is invoked
  PlannedBuffer* plan;  // one a tensor, while tensors are being allocated
  ScratchRequest* scratch;
};

// A graph that an operator calls. Its tensors lie in a block that the caller has for the whole run.
struct CalledGraph {
  GraphState state;
  size_t bytes;
  int block;    // as of RequestScratchBufferInArena
  bool placed;  // tensors have their final places, variables their first values
  CalledGraph* next;
};

// What a resource handle names: a value that lasts from one Invoke to the next.
struct Variable {
  const char* container;
  const char* name;
  uint8_t* data;  // null until an operator that assigns to it has been prepared
  size_t bytes;
  Variable* next;
  int32_t id;
  int16_t graph;   // whose operator would assign the value that `initial` is of
  int8_t initial;  // every byte of it after a reset
};
}  // namespace tflm

namespace tflite {

class MicroInterpreter;

constexpr TfLiteStatus kTfLiteAbort = static_cast<TfLiteStatus>(15);

class MicroContext {
 public:
  // Memory that lives as long as the interpreter, aligned to 8 bytes. Init and Prepare only.
  // Null when the arena is full.
  void* AllocatePersistentBuffer(size_t bytes);

  // Asks for memory that the operator may use during its own Invoke. Prepare only.
  TfLiteStatus RequestScratchBufferInArena(size_t bytes, int* buffer_idx);

  // The memory behind such a request, aligned to 8 bytes. Invoke only.
  void* GetScratchBuffer(int buffer_idx);

  // A full description of a tensor, valid until Prepare returns. Null for an index that the
  // model does not have, for an absent optional tensor, and when the arena is full.
  TfLiteTensor* AllocateTempTfLiteTensor(int tensor_idx);
  TfLiteTensor* AllocateTempInputTensor(const TfLiteNode* node, int index);
  TfLiteTensor* AllocateTempOutputTensor(const TfLiteNode* node, int index);
  TfLiteTensor* AllocateTempIntermediateTensor(const TfLiteNode* node, int index);
  // Temporary memory is released as a whole when Prepare returns; this does nothing.
  void DeallocateTempTfLiteTensor(TfLiteTensor*) {}

  // Memory for the duration of Prepare.
  uint8_t* AllocateTempBuffer(size_t size, size_t alignment);
  void DeallocateTempBuffer(uint8_t*) {}

  // The tensor's place in memory. Data pointers of activations are set after Prepare.
  TfLiteEvalTensor* GetEvalTensor(int tensor_idx) {
    return static_cast<size_t>(tensor_idx) < graph_.tensor_count ? &graph_.tensors[tensor_idx]
                                                                 : nullptr;
  }

  TfLiteStatus set_external_context(void* payload);
  void* external_context() { return external_context_; }

  // Extension. Lets the output lie where the input lies, for an operator that can compute in
  // place; the planner does so if nothing else needs the input afterwards and both have the
  // same size. Prepare only, and Invoke must work either way.
  void AllowInPlace(const TfLiteNode* node, int input, int output);

  // Extension. Makes `data`, which lasts as long as the interpreter, the tensor's memory. Prepare
  // only, for an output whose value never changes.
  void ProvideData(int tensor_idx, void* data);

  // Extension. The operator whose Prepare runs, by its position in its graph, and that graph.
  int preparing() const { return preparing_; }
  const Model* model() const { return model_; }
  int16_t graph_index() const { return graph_.index; }
  const SubGraph* graph() const { return model_->subgraphs()->Get(graph_.index); }

  // Extension. Prepares a graph for the operator that calls it; the same for each that calls the
  // same. Only the graph that is invoked calls others. Prepare only.
  TfLiteStatus PrepareGraph(int index, tflm::CalledGraph** called);
  // Extension. Runs its operators.
  TfLiteStatus InvokeGraph(TfLiteContext* context, tflm::CalledGraph* called);
  // Extension. How many inputs and outputs it has, and their tensors, whose data pointers are known
  // once the graph was placed. Invoke only: PlaceGraph.
  int CalledInputs(const tflm::CalledGraph* called) const;
  int CalledOutputs(const tflm::CalledGraph* called) const;
  TfLiteEvalTensor* CalledInput(const tflm::CalledGraph* called, int index) const;
  TfLiteEvalTensor* CalledOutput(const tflm::CalledGraph* called, int index) const;
  void PlaceGraph(tflm::CalledGraph* called);

  // Extension. The variable with this name, made when it is new; null when the arena is full. The
  // strings must last as long as the interpreter. Prepare only.
  tflm::Variable* FindOrMakeVariable(const char* container, const char* name);
  // Extension. The variable that a handle names; null for a number that none has.
  tflm::Variable* FindVariable(int32_t id);

 private:
  friend class MicroInterpreter;

  tflm::Arena* arena_ = nullptr;
  const Model* model_ = nullptr;
  tflm::GraphState graph_ = {};  // the one whose operators are prepared or run
  tflm::CalledGraph* called_ = nullptr;
  MicroInterpreter* interpreter_ = nullptr;
  tflm::Variable* variables_ = nullptr;
  int16_t preparing_ = -1;  // the node whose Prepare runs
  void* external_context_ = nullptr;
};

inline MicroContext* GetMicroContext(const TfLiteContext* context) {
  return static_cast<MicroContext*>(context->impl_);
}

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_CONTEXT_H_
