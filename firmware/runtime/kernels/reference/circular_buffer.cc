// CIRCULAR_BUFFER: a variable that holds the latest inputs, for models that stream. Only every
// cycles_max-th call goes on behind it.
#include <cstring>

#include "core/names.h"
#include "kernels/custom_options.h"
#include "kernels/operators.h"
#include "tensorflow/lite/micro/micro_op_resolver.h"

namespace tflm::reference {
namespace {

constexpr char kName[] = "CIRCULAR_BUFFER";

struct CircularParameters {
  int32_t slots, depth;
  int32_t cycles, left;  // calls until one goes on
};

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  auto* p = static_cast<CircularParameters*>(node->user_data);
  auto* buffer = OutputData<int8_t>(context, node, 0);
  const auto older = static_cast<size_t>(p->depth) * static_cast<size_t>(p->slots - 1);
  std::memmove(buffer, buffer + p->depth, older);
  std::memcpy(buffer + older, InputData<int8_t>(context, node, 0), static_cast<size_t>(p->depth));
  if (--p->left != 0) return tflite::kTfLiteAbort;
  p->left = p->cycles;
  return kTfLiteOk;
}

// The option of an operator of the model; 0 where it has none.
int32_t CyclesOption(const tflite::Operator* op) {
  int32_t cycles = 0;
  TfLiteNode node = {};
  if (op->custom_options() != nullptr && op->custom_options()->size() > 0) {
    node.custom_initial_data = op->custom_options()->Data();
    node.custom_initial_data_size = static_cast<int>(op->custom_options()->size());
    CustomOptions(&node).Integer(uint32_t{0}, &cycles);
  }
  return cycles;
}

// Without the option TFLM goes by shapes of the two models that it was made for, and by how many
// such operators were prepared since one that lets every call through.
int32_t DefaultCycles(const tflite::MicroContext* micro) {
  const tflite::SubGraph* graph = micro->graph();
  int32_t cycles = 0, count = 0;
  for (int i = 0; i <= micro->preparing(); ++i) {
    const tflite::Operator* op = graph->operators()->Get(i);
    if (!SameName(OperatorName(micro->model(), graph, i), kName) || CyclesOption(op) > 0) continue;
    const auto* shape = graph->tensors()->Get(op->outputs()->Get(0))->shape();
    const int32_t slots = shape->Get(1);
    ++count;
    const bool last = count == 5 && shape->Get(2) == 2 && shape->Get(3) == 96;
    cycles = slots == 5 || slots == 13 || slots == 25 || last ? 1 : 2;
    if (cycles == 1) count = 0;
  }
  return cycles;
}

bool FitTogether(const TfLiteTensor* input, const TfLiteTensor* output) {
  if (input->dims->size != 4 || output->dims->size != 4) return false;
  const int* in = input->dims->data;
  const int* out = output->dims->data;
  return in[0] == 1 && in[1] == 1 && out[0] == in[0] && out[2] == in[2] && out[3] == in[3];
}

}  // namespace

TfLiteStatus PrepareCircularBuffer(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocateParameters<CircularParameters>(context, node);
  if (input == nullptr || output == nullptr || p == nullptr) return kTfLiteError;
  if (input->type != kTfLiteInt8 || output->type != kTfLiteInt8 || !output->is_variable ||
      !FitTogether(input, output)) {
    return Unsupported(context, "types %s -> %s, shapes, or an output that is not a variable",
                       TfLiteTypeGetName(input->type), TfLiteTypeGetName(output->type));
  }
  const tflite::MicroContext* micro = tflite::GetMicroContext(context);
  const int32_t option = CyclesOption(micro->graph()->operators()->Get(micro->preparing()));
  p->cycles = option > 0 ? option : DefaultCycles(micro);
  p->left = p->cycles;
  p->slots = output->dims->data[1];
  p->depth = output->dims->data[2] * output->dims->data[3];
  SelectInvoke(node, Invoke);
  return kTfLiteOk;
}

// The interpreter sees to the variable.
void ResetCircularBuffer(TfLiteContext*, void* parameters) {
  auto* p = static_cast<CircularParameters*>(parameters);
  p->left = p->cycles;
}

}  // namespace tflm::reference
