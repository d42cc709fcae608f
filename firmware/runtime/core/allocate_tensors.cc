// MicroInterpreter::AllocateTensors: operators are resolved and prepared, tensors placed.
//
// The arena during this: persistent data (tensors, nodes, operators' parameters) grows down
// from the end; at the start lies the plan, and above it what one Prepare needs temporarily.
// When all sizes are known, the activations take the start.

#include <algorithm>

#include "core/describe_tensor.h"
#include "core/error.h"
#include "core/memory_planner.h"
#include "core/model_check.h"
#include "core/names.h"
#include "tensorflow/lite/micro/micro_interpreter.h"

namespace tflite {

using tflm::ErrorCode;
using tflm::Fail;

TfLiteStatus MicroInterpreter::AllocateTensors() {
  if (tensors_allocated_) return kTfLiteOk;
  if (initialization_status_ != kTfLiteOk) return initialization_status_;
  tflm::ClearLastError();
  // From the beginning, also after a failure.
  arena_ = tflm::Arena(arena_.start(), static_cast<size_t>(arena_.end() - arena_.start()));
  graph() = {};
  micro_context_.called_ = nullptr;
  micro_context_.variables_ = nullptr;
  const TfLiteStatus status = AllocateAll();
  tensors_allocated_ = status == kTfLiteOk;
  return status;
}

TfLiteStatus MicroInterpreter::AllocateAll() {
  TF_LITE_ENSURE_STATUS(PrepareOperators());
  TfLiteTensor* described_inputs;
  TfLiteTensor* described_outputs;
  TF_LITE_ENSURE_STATUS(DescribeTensors(subgraph()->inputs(), &described_inputs));
  TF_LITE_ENSURE_STATUS(DescribeTensors(subgraph()->outputs(), &described_outputs));
  size_t bytes;
  TF_LITE_ENSURE_STATUS(PlanGraph(&bytes));
  if (!arena_.ReserveActivations(bytes)) return ArenaTooSmall(tflm::kNoOperator, "activations");
  for (int i = 0; i < input_count_; ++i) {
    described_inputs[i].data = graph().tensors[inputs().Get(i)].data;
  }
  for (int i = 0; i < output_count_; ++i) {
    described_outputs[i].data = graph().tensors[outputs().Get(i)].data;
  }
  input_tensors_ = described_inputs;
  output_tensors_ = described_outputs;
  ResetVariables();
  return kTfLiteOk;
}

TfLiteStatus MicroInterpreter::PrepareOperators() {
  TF_LITE_ENSURE_STATUS(CreateTensors());
  TF_LITE_ENSURE_STATUS(CreateNodes());
  for (int i = 0; i < graph().node_count; ++i) TF_LITE_ENSURE_STATUS(PrepareNode(i));
  return kTfLiteOk;
}

TfLiteStatus MicroInterpreter::ArenaTooSmall(int node, const char* what) {
  const int missing = static_cast<int>(arena_.missing_bytes());
  return Fail(ErrorCode::kArenaTooSmall, node, missing, what,
              "Tensor arena too small: %d bytes missing for %s", missing, what);
}

TfLiteStatus MicroInterpreter::CreateTensors() {
  const auto* tensors = micro_context_.graph()->tensors();
  const size_t count = tensors->size();
  auto* eval_tensors =
      static_cast<TfLiteEvalTensor*>(arena_.AllocatePersistent(count * sizeof(TfLiteEvalTensor)));
  auto* plan = static_cast<tflm::PlannedBuffer*>(
      arena_.AllocateTemporary(count * sizeof(tflm::PlannedBuffer)));
  if (eval_tensors == nullptr || plan == nullptr) {
    return ArenaTooSmall(tflm::kNoOperator, "the table of tensors");
  }
  for (size_t i = 0; i < count; ++i) {
    const Tensor* tensor = tensors->Get(i);
    eval_tensors[i].data.data = const_cast<uint8_t*>(tflm::ConstantData(model_, tensor));
    eval_tensors[i].dims = tflm::AsIntArray(tensor->shape());
    eval_tensors[i].type = tflm::RuntimeType(tensor->type());
  }
  graph().tensors = eval_tensors;
  graph().tensor_count = count;
  graph().plan = plan;
  context_.tensors_size = count;
  return tflm::FindLifetimes(model_, micro_context_.graph(), preserve_all_tensors_, plan);
}

TfLiteStatus MicroInterpreter::ResolveNode(int index, const TFLMRegistration** registration) {
  const Operator* op = micro_context_.graph()->operators()->Get(index);
  const OperatorCode* code = model_->operator_codes()->Get(op->opcode_index());
  const BuiltinOperator builtin = GetBuiltinCode(code);
  *registration = builtin == BuiltinOperator_CUSTOM
                      ? op_resolver_.FindOp(code->custom_code()->c_str())
                      : op_resolver_.FindOp(builtin);
  if (*registration != nullptr) return kTfLiteOk;
  const char* name = tflm::OperatorName(model_, micro_context_.graph(), index);
  return Fail(ErrorCode::kUnregisteredOperator, index, builtin, name,
              "Operator %s (#%d, code %d) is not registered with the op resolver", name, index,
              static_cast<int>(builtin));
}

TfLiteStatus MicroInterpreter::CreateNodes() {
  const auto* operators = micro_context_.graph()->operators();
  const int count = operators == nullptr ? 0 : static_cast<int>(operators->size());
  auto* nodes = static_cast<TfLiteNode*>(arena_.AllocatePersistent(count * sizeof(TfLiteNode)));
  if (nodes == nullptr) return ArenaTooSmall(tflm::kNoOperator, "the table of operators");
  for (int i = 0; i < count; ++i) {
    const Operator* op = operators->Get(i);
    nodes[i].inputs = tflm::AsIntArray(op->inputs());
    nodes[i].outputs = tflm::AsIntArray(op->outputs());
    nodes[i].intermediates = tflm::AsIntArray(op->intermediates());
    if (op->custom_options() != nullptr) {
      nodes[i].custom_initial_data = op->custom_options()->Data();
      nodes[i].custom_initial_data_size = static_cast<int>(op->custom_options()->size());
    }
  }
  for (int i = 0; i < count; ++i) {
    const TFLMRegistration* registration;
    TF_LITE_ENSURE_STATUS(ResolveNode(i, &registration));
    nodes[i].invoke = registration->invoke;
  }
  graph().nodes = nodes;
  graph().node_count = static_cast<int16_t>(count);
  return kTfLiteOk;
}

TfLiteStatus MicroInterpreter::ReadOptions(int index, const TFLMRegistration& registration) {
  const Operator* op = micro_context_.graph()->operators()->Get(index);
  const OperatorCode* code = model_->operator_codes()->Get(op->opcode_index());
  const tflm::OptionsParser parser = op_resolver_.GetOpDataParser(GetBuiltinCode(code));
  if (parser.parse == nullptr) return kTfLiteOk;
  void* params = registration.builtin_data_in_prepare_only
                     ? arena_.AllocateTemporary(parser.bytes)
                     : arena_.AllocatePersistent(parser.bytes);
  const char* name = tflm::OperatorName(model_, micro_context_.graph(), index);
  if (params == nullptr) return ArenaTooSmall(index, name);
  if (!parser.parse(op, params)) {
    return Fail(ErrorCode::kUnsupported, index, 0, name,
                "%s #%d: an option has a value that this runtime does not know", name, index);
  }
  graph().nodes[index].builtin_data = params;
  return kTfLiteOk;
}

TfLiteStatus MicroInterpreter::PrepareNode(int index) {
  const TFLMRegistration* registration;
  TF_LITE_ENSURE_STATUS(ResolveNode(index, &registration));
  const size_t mark = arena_.temporary_mark();
  TF_LITE_ENSURE_STATUS(ReadOptions(index, *registration));
  TfLiteNode* node = &graph().nodes[index];
  const char* name = tflm::OperatorName(model_, micro_context_.graph(), index);
  micro_context_.preparing_ = static_cast<int16_t>(index);
  if (registration->init != nullptr) {
    const bool custom = node->custom_initial_data != nullptr;
    node->user_data = registration->init(
        &context_,
        static_cast<const char*>(custom ? node->custom_initial_data : node->builtin_data),
        custom ? node->custom_initial_data_size : 0);
  }
  TfLiteStatus status = kTfLiteOk;
  if (registration->prepare != nullptr) status = registration->prepare(&context_, node);
  arena_.ResetTemporary(mark);
  if (registration->builtin_data_in_prepare_only) node->builtin_data = nullptr;
  if (arena_.missing_bytes() > 0) return ArenaTooSmall(index, name);
  if (status == kTfLiteOk && node->invoke != nullptr) return kTfLiteOk;
  return Fail(ErrorCode::kUnsupported, index, status, name, "%s #%d could not be prepared", name,
              index);
}

TfLiteStatus MicroInterpreter::DescribeTensors(const flatbuffers::Vector<int32_t>* indices,
                                               TfLiteTensor** described) {
  const uint32_t count = indices->size();
  *described = static_cast<TfLiteTensor*>(arena_.AllocatePersistent(count * sizeof(TfLiteTensor)));
  bool complete = *described != nullptr;
  for (uint32_t i = 0; complete && i < count; ++i) {
    const int32_t index = indices->Get(i);
    complete = tflm::DescribeTensor(model_, subgraph(), index, graph().tensors[index],
                                    {&arena_, &tflm::Arena::AllocatePersistent}, *described + i);
  }
  return complete ? kTfLiteOk : ArenaTooSmall(tflm::kNoOperator, "the inputs and outputs");
}

// An output lies on the input it may replace if both are activations of the same size and nothing
// needs the input afterwards. In execution order, so that chains of such operators work.
void MicroInterpreter::DecideInPlace() {
  tflm::PlannedBuffer* plan = graph().plan;
  for (int k = 0; k < graph().node_count; ++k) {
    const TfLiteIntArray* outputs = graph().nodes[k].outputs;
    for (int o = 0; o < outputs->size; ++o) {
      tflm::PlannedBuffer& output = plan[outputs->data[o]];
      if (output.shares == tflm::kUnshared) continue;
      const tflm::PlannedBuffer& input = plan[output.shares];
      if (input.bytes != output.bytes || input.last_use != k + 1 || output.first_use != k + 1) {
        output.shares = tflm::kUnshared;
        continue;
      }
      tflm::PlannedBuffer* owner = &plan[output.shares];
      while (owner->shares != tflm::kUnshared) owner = &plan[owner->shares];
      owner->last_use = std::max(owner->last_use, output.last_use);
    }
  }
}

// Plans the graph's tensors and what its operators asked for, and tells them their places. The
// graph that is invoked begins at the arena's start; one that is called does so as long as it is
// planned.
TfLiteStatus MicroInterpreter::PlanGraph(size_t* bytes) {
  DecideInPlace();
  tflm::PlannedBuffer* plan = graph().plan;
  const int tensor_count = static_cast<int>(graph().tensor_count);
  int count = tensor_count;
  // The plan is the last of what is temporary in the arena: it can grow.
  for (auto* request = graph().scratch; request != nullptr; request = request->next) {
    auto* entry = static_cast<tflm::PlannedBuffer*>(
        arena_.AllocateTemporary(sizeof(tflm::PlannedBuffer), alignof(tflm::PlannedBuffer)));
    if (entry == nullptr) return ArenaTooSmall(tflm::kNoOperator, "the memory plan");
    const int16_t first = static_cast<int16_t>(request->node + 1);
    const bool lasts = request->node == tflm::kWholeRun;
    *entry = {request->bytes, 0, lasts ? int16_t{0} : first,
              lasts ? static_cast<int16_t>(graph().node_count + 1) : first, tflm::kUnshared};
    ++count;
  }
  *bytes = tflm::PlanMemory(plan, count, tflm::Arena::kAlignment);
  for (int i = 0; i < tensor_count; ++i) {
    TfLiteEvalTensor& tensor = graph().tensors[i];
    if (plan[i].bytes > 0 && plan[i].first_use != tflm::kNever) {
      tensor.data.raw = reinterpret_cast<char*>(arena_.start() + plan[i].offset);
    }
  }
  const tflm::PlannedBuffer* entry = plan + tensor_count;
  for (auto* request = graph().scratch; request != nullptr; request = request->next) {
    request->data = arena_.start() + (entry++)->offset;
  }
  return kTfLiteOk;
}

}  // namespace tflite
