#include "core/model_check.h"

#include <limits>

#include "core/error.h"
#include "core/names.h"
#include "tensorflow/lite/micro/micro_interpreter.h"

namespace tflm {
namespace {

using IndexVector = flatbuffers::Vector<int32_t>;

// More dimensions than any operator here takes.
constexpr uint32_t kMostDimensions = 8;
constexpr size_t kWordBytes = 4;
// Tensors and operators are counted in int16_t.
constexpr uint32_t kMostItems = 32000;

TfLiteStatus Inconsistent(const char* what, int tensor) {
  return Fail(ErrorCode::kInconsistentModel, kNoOperator, tensor, what, "Model tensor %d: %s",
              tensor, what);
}

TfLiteStatus InconsistentOperator(const char* what, int op) {
  return Fail(ErrorCode::kInconsistentModel, op, op, what, "Model operator #%d: %s", op, what);
}

template <typename T>
uint32_t Count(const flatbuffers::Vector<T>* vector) {
  return vector == nullptr ? 0 : vector->size();
}

// The product of the dimensions times the element size; -1 when it does not fit an int32 or a
// dimension is negative.
int32_t CheckedBytes(const IndexVector* shape, size_t element_bytes) {
  int64_t bytes = element_bytes;
  for (uint32_t i = 0; i < Count(shape); ++i) {
    const int32_t dim = shape->Get(i);
    if (dim < 0) return -1;
    bytes *= dim;
    if (bytes > std::numeric_limits<int32_t>::max()) return -1;
  }
  return static_cast<int32_t>(bytes);
}

TfLiteStatus CheckQuantization(const tflite::QuantizationParameters* quantization, int index) {
  if (quantization == nullptr) return kTfLiteOk;
  const uint32_t scales = Count(quantization->scale());
  const uint32_t zero_points = Count(quantization->zero_point());
  if (scales == 0 || zero_points == 0) return kTfLiteOk;  // ranges only: not quantized
  if (scales != zero_points) return Inconsistent("as many scales as zero points expected", index);
  for (uint32_t i = 0; i < zero_points; ++i) {
    const int64_t zero_point = quantization->zero_point()->Get(i);
    if (zero_point < std::numeric_limits<int32_t>::min() ||
        zero_point > std::numeric_limits<int32_t>::max()) {
      return Inconsistent("a zero point beyond 32 bits", index);
    }
  }
  return kTfLiteOk;
}

TfLiteStatus CheckTensor(const tflite::Model* model, const tflite::Tensor* tensor, int index) {
  const TfLiteType type = RuntimeType(tensor->type());
  const size_t element_bytes = ElementBytes(type);
  if (element_bytes == 0) {
    return Fail(ErrorCode::kUnsupported, kNoOperator, index, TfLiteTypeGetName(type),
                "Model tensor %d: type %s is not supported", index, TfLiteTypeGetName(type));
  }
  if (Count(tensor->shape()) > kMostDimensions) return Inconsistent("too many dimensions", index);
  const int32_t bytes = CheckedBytes(tensor->shape(), element_bytes);
  if (bytes < 0) return Inconsistent("a negative dimension, or too large a shape", index);
  if (tensor->buffer() >= Count(model->buffers())) {
    return Inconsistent("its buffer does not exist", index);
  }
  const auto* data = model->buffers()->Get(tensor->buffer())->data();
  if (Count(data) != 0) {
    if (data->size() != static_cast<uint32_t>(bytes)) {
      return Fail(ErrorCode::kInconsistentModel, kNoOperator, index, "buffer size",
                  "Model tensor %d: its shape needs %d bytes, its buffer has %u", index,
                  static_cast<int>(bytes), static_cast<unsigned>(data->size()));
    }
    // Of 64-bit values the core asks no more than of 32-bit ones, and converters no more of biases.
    const size_t alignment = element_bytes < kWordBytes ? element_bytes : kWordBytes;
    if (reinterpret_cast<uintptr_t>(data->Data()) % alignment != 0) {
      return Inconsistent("its data is not aligned to its type", index);
    }
  }
  return CheckQuantization(tensor->quantization(), index);
}

// Whether all are tensor indices; `optional` admits -1.
bool AreTensors(const IndexVector* indices, uint32_t tensor_count, bool optional) {
  for (uint32_t i = 0; i < Count(indices); ++i) {
    const int32_t index = indices->Get(i);
    if (index == kTfLiteOptionalTensor && optional) continue;
    if (index < 0 || static_cast<uint32_t>(index) >= tensor_count) return false;
  }
  return true;
}

TfLiteStatus CheckOperator(const tflite::Model* model, const tflite::SubGraph* graph,
                           const tflite::Operator* op, int index) {
  const uint32_t tensor_count = Count(graph->tensors());
  if (op->opcode_index() >= Count(model->operator_codes())) {
    return InconsistentOperator("its operator code does not exist", index);
  }
  const tflite::OperatorCode* code = model->operator_codes()->Get(op->opcode_index());
  if (tflite::GetBuiltinCode(code) == tflite::BuiltinOperator_CUSTOM &&
      code->custom_code() == nullptr) {
    return InconsistentOperator("a custom operator without a name", index);
  }
  if (!AreTensors(op->inputs(), tensor_count, true) ||
      !AreTensors(op->outputs(), tensor_count, false) ||
      !AreTensors(op->intermediates(), tensor_count, true)) {
    return InconsistentOperator("it names a tensor that does not exist", index);
  }
  return kTfLiteOk;
}

TfLiteStatus CheckPresence(const tflite::Model* model) {
  const char* missing = nullptr;
  const tflite::SubGraph* graph =
      Count(model->subgraphs()) == 0 ? nullptr : model->subgraphs()->Get(0);
  if (graph == nullptr) {
    missing = "has no graph";
  } else if (Count(model->buffers()) == 0 || Count(graph->tensors()) == 0) {
    missing = "has no tensors";
  } else if (Count(graph->inputs()) == 0 || Count(graph->outputs()) == 0) {
    missing = "has no inputs or no outputs";
  } else if (model->subgraphs()->size() > kMostItems) {
    missing = "has more than 32000 graphs";
  }
  if (missing == nullptr) return kTfLiteOk;
  return Fail(ErrorCode::kInconsistentModel, kNoOperator, -1, missing, "Model %s", missing);
}

TfLiteStatus CheckGraph(const tflite::Model* model, const tflite::SubGraph* graph) {
  const char* fault = nullptr;
  const uint32_t tensor_count = Count(graph->tensors());
  if (graph->tensors() == nullptr || tensor_count > kMostItems ||
      Count(graph->operators()) > kMostItems || Count(graph->inputs()) > kMostItems ||
      Count(graph->outputs()) > kMostItems) {
    fault = "has no tensors, or more than 32000 tensors or operators";
  } else if (!AreTensors(graph->inputs(), tensor_count, false) ||
             !AreTensors(graph->outputs(), tensor_count, false)) {
    fault = "names an input or output that does not exist";
  }
  if (fault != nullptr) {
    return Fail(ErrorCode::kInconsistentModel, kNoOperator, -1, fault, "Model %s", fault);
  }
  for (uint32_t i = 0; i < tensor_count; ++i) {
    TF_LITE_ENSURE_STATUS(CheckTensor(model, graph->tensors()->Get(i), i));
  }
  for (uint32_t i = 0; i < Count(graph->operators()); ++i) {
    TF_LITE_ENSURE_STATUS(CheckOperator(model, graph, graph->operators()->Get(i), i));
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus CheckModel(const tflite::Model* model) {
  if (model->version() != TFLITE_SCHEMA_VERSION) {
    return Fail(ErrorCode::kSchemaVersion, kNoOperator, static_cast<int32_t>(model->version()),
                "version", "Model has schema version %u, this runtime reads version %d",
                static_cast<unsigned>(model->version()), TFLITE_SCHEMA_VERSION);
  }
  TF_LITE_ENSURE_STATUS(CheckPresence(model));
  for (uint32_t i = 0; i < model->subgraphs()->size(); ++i) {
    TF_LITE_ENSURE_STATUS(CheckGraph(model, model->subgraphs()->Get(i)));
  }
  return kTfLiteOk;
}

const uint8_t* ConstantData(const tflite::Model* model, const tflite::Tensor* tensor) {
  const auto* data = model->buffers()->Get(tensor->buffer())->data();
  return Count(data) == 0 ? nullptr : data->Data();
}

size_t TensorBytes(const tflite::Tensor* tensor) {
  return CheckedBytes(tensor->shape(), ElementBytes(RuntimeType(tensor->type())));
}

TfLiteIntArray* AsIntArray(const IndexVector* vector) {
  static constexpr int32_t kEmpty = 0;  // its size; there are no elements
  const void* array = vector == nullptr ? static_cast<const void*>(&kEmpty) : vector;
  return static_cast<TfLiteIntArray*>(const_cast<void*>(array));
}

namespace {

const IndexVector& Indices(const IndexVector* vector) {
  return *reinterpret_cast<const IndexVector*>(AsIntArray(vector));
}

}  // namespace

TfLiteStatus FindLifetimes(const tflite::Model* model, const tflite::SubGraph* graph,
                           bool preserve_all, PlannedBuffer* buffers) {
  const int operator_count = Count(graph->operators());
  const int tensor_count = graph->tensors()->size();
  const int16_t end = static_cast<int16_t>(operator_count + 1);
  for (int i = 0; i < tensor_count; ++i) {
    const tflite::Tensor* tensor = graph->tensors()->Get(i);
    // Constants are there from the start and take no memory; variables keep their values.
    const bool constant = ConstantData(model, tensor) != nullptr;
    // One that is empty, with a dimension of 0, is never computed, and so never read.
    const size_t bytes = constant ? 0 : TensorBytes(tensor);
    const bool lasting = constant || (tensor->is_variable() && bytes > 0);
    buffers[i] = {bytes, 0, lasting ? int16_t{0} : kNever, lasting ? end : int16_t{0}, kUnshared};
  }
  for (const int32_t i : Indices(graph->inputs())) {
    if (buffers[i].bytes == 0) {
      const bool empty = buffers[i].first_use == kNever;
      // The application writes its inputs, and a constant lies in the model's flash.
      return Inconsistent(empty ? "an input is empty" : "an input is a constant", i);
    }
    buffers[i].first_use = 0;
  }
  for (int k = 0; k < operator_count; ++k) {
    const tflite::Operator* op = graph->operators()->Get(k);
    const int16_t now = static_cast<int16_t>(k + 1);
    for (const int32_t i : Indices(op->inputs())) {
      if (i == kTfLiteOptionalTensor) continue;
      if (buffers[i].first_use == kNever) {
        return InconsistentOperator("it reads a tensor that nothing has computed", k);
      }
      if (buffers[i].last_use < now) buffers[i].last_use = now;
    }
    for (const int32_t i : Indices(op->outputs())) {
      // A variable has a value already and may be written anew; it is there all the time.
      if (graph->tensors()->Get(i)->is_variable() && buffers[i].bytes > 0) continue;
      if (buffers[i].first_use != kNever) {
        return InconsistentOperator("it computes a tensor that has its value already", k);
      }
      if (buffers[i].bytes == 0) return InconsistentOperator("it computes an empty tensor", k);
      buffers[i].first_use = buffers[i].last_use = now;
    }
  }
  for (const int32_t i : Indices(graph->outputs())) {
    if (buffers[i].first_use == kNever) return Inconsistent("an output nothing computes", i);
    buffers[i].last_use = end;
  }
  for (int i = 0; preserve_all && i < tensor_count; ++i) {
    if (buffers[i].first_use == kNever) continue;
    buffers[i].first_use = 0;
    buffers[i].last_use = end;
  }
  return kTfLiteOk;
}

}  // namespace tflm
