// Runs a model: TFLM's MicroInterpreter.
//
//   flatbuffers::Verifier verifier(model_data, model_size);
//   if (!tflite::VerifyModelBuffer(verifier)) { corrupt }
//   tflite::MicroMutableOpResolver<2> resolver;
//   resolver.AddConv2D(tflite::Register_CONV_2D_INT8());
//   resolver.AddSoftmax();
//   tflite::MicroInterpreter interpreter(tflite::GetModel(model_data), resolver, arena,
//                                        sizeof(arena));
//   if (interpreter.AllocateTensors() != kTfLiteOk) { the reason: tflm::GetLastError() }
//   ... fill interpreter.input(0)->data.int8 ...
//   interpreter.Invoke();
//   ... read interpreter.output(0)->data.int8 ...
#ifndef TENSORFLOW_LITE_MICRO_MICRO_INTERPRETER_H_
#define TENSORFLOW_LITE_MICRO_MICRO_INTERPRETER_H_

#include <cstddef>
#include <cstdint>

#include "runtime/arena.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/micro/micro_context.h"
#include "tensorflow/lite/micro/micro_op_resolver.h"
#include "tensorflow/lite/micro/micro_profiler_interface.h"
#include "tensorflow/lite/portable_type_to_tflitetype.h"
#include "tensorflow/lite/schema/schema_generated.h"

// The version of TensorFlow Lite's schema that this runtime reads.
#define TFLITE_SCHEMA_VERSION (3)

namespace tflite {

class MicroResourceVariables;  // TFLM's; here variables lie in the arena and need no object

class MicroInterpreter {
 public:
  // Model, resolver, arena and profiler must outlive the interpreter. The arena's alignment
  // does not matter; at most 15 bytes of an unaligned one go unused. With
  // `preserve_all_tensors` no two tensors share memory, so that all can be read after Invoke.
  MicroInterpreter(const Model* model, const MicroOpResolver& op_resolver, uint8_t* tensor_arena,
                   size_t tensor_arena_size, MicroResourceVariables* resource_variables = nullptr,
                   MicroProfilerInterface* profiler = nullptr, bool preserve_all_tensors = false);
  ~MicroInterpreter();
  MicroInterpreter(const MicroInterpreter&) = delete;
  MicroInterpreter& operator=(const MicroInterpreter&) = delete;

  // Checks the model, prepares every operator and places every tensor. On failure the
  // reason has gone to MicroPrintf and to tflm::GetLastError().
  // kTfLiteUnresolvedOps: an operator is not registered; kTfLiteError: anything else.
  TfLiteStatus AllocateTensors();

  // One inference. Allocates the tensors first if that has not been done.
  TfLiteStatus Invoke();

  // Null, with a message, for an index out of range or before AllocateTensors.
  TfLiteTensor* input(size_t index);
  TfLiteTensor* output(size_t index);
  TfLiteTensor* input_tensor(size_t index) { return input(index); }
  TfLiteTensor* output_tensor(size_t index) { return output(index); }
  size_t inputs_size() const { return input_count_; }
  size_t outputs_size() const { return output_count_; }
  const flatbuffers::Vector<int32_t>& inputs() const { return *subgraph()->inputs(); }
  const flatbuffers::Vector<int32_t>& outputs() const { return *subgraph()->outputs(); }

  template <class T>
  T* typed_input_tensor(int index) {
    return TypedData<T>(input(index));
  }
  template <class T>
  T* typed_output_tensor(int index) {
    return TypedData<T>(output(index));
  }

  // A tensor by its index in the model.
  TfLiteEvalTensor* GetTensor(int tensor_index, int subgraph_index = 0);

  // Variable tensors to their zero point, operators to their initial state.
  TfLiteStatus Reset();
  TfLiteStatus ResetVariableTensor(int tensor_index, int subgraph_index = 0);

  TfLiteStatus SetMicroExternalContext(void* payload) {
    return micro_context_.set_external_context(payload);
  }

  // kTfLiteError when the model's version is not TFLITE_SCHEMA_VERSION or it has no graph.
  TfLiteStatus initialization_status() const { return initialization_status_; }

  // The size of the smallest 16-byte aligned arena that serves this model. After
  // AllocateTensors.
  size_t arena_used_bytes() const;

  bool preserve_all_tensors() const { return preserve_all_tensors_; }

 private:
  friend class MicroContext;

  template <class T>
  static T* TypedData(TfLiteTensor* tensor) {
    if (tensor == nullptr || tensor->type != typeToTfLiteType<T>()) return nullptr;
    return GetTensorData<T>(tensor);
  }

  const SubGraph* subgraph() const { return model_->subgraphs()->Get(0); }
  tflm::GraphState& graph() { return micro_context_.graph_; }
  template <typename Visit>
  void ForEachGraph(Visit visit);
  TfLiteStatus AllocateAll();
  TfLiteStatus PrepareOperators();
  TfLiteStatus PrepareGraph(int index, tflm::CalledGraph** result);
  void PlaceCalled(tflm::CalledGraph* called);
  TfLiteStatus CreateTensors();
  TfLiteStatus CreateNodes();
  TfLiteStatus ResolveNode(int index, const TFLMRegistration** registration);
  TfLiteStatus PrepareNode(int index);
  TfLiteStatus ReadOptions(int index, const TFLMRegistration& registration);
  TfLiteStatus PlanGraph(size_t* bytes);
  void DecideInPlace();
  TfLiteStatus DescribeTensors(const flatbuffers::Vector<int32_t>* indices,
                               TfLiteTensor** described);
  TfLiteStatus ArenaTooSmall(int node, const char* what);
  void ResetVariableTensors(int graph);
  void ResetVariables();
  TfLiteStatus InvokeProfiled();
  TfLiteStatus InvokeFailed(int index, TfLiteStatus status);

  const Model* model_;
  const MicroOpResolver& op_resolver_;
  MicroProfilerInterface* profiler_;
  TfLiteContext context_;
  MicroContext micro_context_;
  tflm::Arena arena_;
  uint16_t input_count_ = 0;
  uint16_t output_count_ = 0;
  TfLiteTensor* input_tensors_ = nullptr;
  TfLiteTensor* output_tensors_ = nullptr;
  TfLiteStatus initialization_status_;
  bool tensors_allocated_ = false;
  bool preserve_all_tensors_;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_INTERPRETER_H_
