// SVDF: each filter keeps what it saw of the last inputs; a second set of weights runs over that.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/operators.h"

namespace tflm::reference {
namespace {

constexpr int kInput = 0;
constexpr int kFeatureWeights = 1;
constexpr int kTimeWeights = 2;
constexpr int kBias = 3;
constexpr int kState = 4;

struct Sizes {
  int32_t batches, inputs, filters, units, rank, memory;
};

struct QuantizedParameters {
  Sizes sizes;
  int32_t input_zero_point, state_zero_point, output_zero_point;
  QuantizedMultiplier to_state, to_output;
};

struct FloatParameters {
  Sizes sizes;
  float min, max;
};

template <typename T>
T* StateData(TfLiteContext* context, TfLiteNode* node) {
  return tflite::micro::GetTensorData<T>(tflite::micro::GetMutableEvalInput(context, node, kState));
}

// One more value at the end of a filter's memory; the oldest is forgotten.
template <typename T>
void Remember(T* memory, int32_t size, T value) {
  std::memmove(memory, memory + 1, sizeof(T) * static_cast<size_t>(size - 1));
  memory[size - 1] = value;
}

template <typename T>
TfLiteStatus InvokeQuantized(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedParameters>(node);
  const Sizes& s = p.sizes;
  const auto* input = InputData<int8_t>(context, node, kInput);
  const auto* bias = InputData<int32_t>(context, node, kBias);
  auto* state = StateData<T>(context, node);
  auto* output = OutputData<int8_t>(context, node, 0);
  for (int32_t b = 0; b < s.batches; ++b, input += s.inputs) {
    const auto* feature = InputData<int8_t>(context, node, kFeatureWeights);
    const auto* time = InputData<T>(context, node, kTimeWeights);
    for (int32_t u = 0; u < s.units; ++u) {
      int32_t sum = bias == nullptr ? 0 : bias[u];
      for (int32_t r = 0; r < s.rank; ++r, state += s.memory) {
        int32_t dot = 0;
        for (int32_t i = 0; i < s.inputs; ++i) {
          dot += *feature++ * (input[i] - p.input_zero_point);
        }
        dot = MultiplyByQuantizedMultiplier(dot, p.to_state.multiplier, p.to_state.shift);
        dot = Clamp(dot, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
        Remember(state, s.memory, static_cast<T>(p.state_zero_point + dot));
        for (int32_t m = 0; m < s.memory; ++m) {
          sum += *time++ * (state[m] - p.state_zero_point);
        }
      }
      const int32_t scaled =
          MultiplyByQuantizedMultiplier(sum, p.to_output.multiplier, p.to_output.shift);
      *output++ = static_cast<int8_t>(Clamp(scaled + p.output_zero_point,
                                            std::numeric_limits<int8_t>::min(),
                                            std::numeric_limits<int8_t>::max()));
    }
  }
  return kTfLiteOk;
}

TfLiteStatus InvokeFloat(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<FloatParameters>(node);
  const Sizes& s = p.sizes;
  const auto* input = InputData<float>(context, node, kInput);
  const auto* bias = InputData<float>(context, node, kBias);
  auto* state = StateData<float>(context, node);
  auto* output = OutputData<float>(context, node, 0);
  for (int32_t b = 0; b < s.batches; ++b, input += s.inputs) {
    const auto* feature = InputData<float>(context, node, kFeatureWeights);
    const auto* time = InputData<float>(context, node, kTimeWeights);
    for (int32_t u = 0; u < s.units; ++u) {
      float sum = bias == nullptr ? 0.0f : bias[u];
      for (int32_t r = 0; r < s.rank; ++r, state += s.memory) {
        float dot = 0.0f;
        for (int32_t i = 0; i < s.inputs; ++i) dot += *feature++ * input[i];
        Remember(state, s.memory, dot);
        float remembered = 0.0f;
        for (int32_t m = 0; m < s.memory; ++m) remembered += *time++ * state[m];
        sum += remembered;
      }
      *output++ = std::min(std::max(sum, p.min), p.max);
    }
  }
  return kTfLiteOk;
}

struct Tensors {
  const TfLiteTensor* input;
  const TfLiteTensor* feature;
  const TfLiteTensor* time;
  const TfLiteTensor* bias;  // null when absent
  const TfLiteTensor* state;
  const TfLiteTensor* output;
};

TfLiteStatus Describe(TfLiteContext* context, const TfLiteNode* node, Tensors* t) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 3, 5, 1));
  if (node->inputs->size != 5 || node->inputs->data[kState] == kTfLiteOptionalTensor) {
    return Unsupported(context, "there is no state");
  }
  *t = {PrepareInput(context, node, kInput),       PrepareInput(context, node, kFeatureWeights),
        PrepareInput(context, node, kTimeWeights), PrepareInput(context, node, kBias),
        PrepareInput(context, node, kState),       PrepareOutput(context, node, 0)};
  const bool has_bias = node->inputs->data[kBias] != kTfLiteOptionalTensor;
  const bool complete = t->input != nullptr && t->feature != nullptr && t->time != nullptr &&
                        t->state != nullptr && t->output != nullptr &&
                        (t->bias != nullptr || !has_bias);
  return complete ? kTfLiteOk : kTfLiteError;
}

bool HasShape(const TfLiteTensor* tensor, int32_t rows, int32_t columns) {
  return tensor->dims->size == 2 && tensor->dims->data[0] == rows &&
         tensor->dims->data[1] == columns;
}

TfLiteStatus MeasureSizes(TfLiteContext* context, const Tensors& t, int rank, Sizes* s) {
  if (t.input->dims->size != 2 || t.feature->dims->size != 2 || t.time->dims->size != 2 ||
      rank < 1 || t.feature->dims->data[0] % rank != 0) {
    return Unsupported(context,
                       "input and weights have not 2 dimensions, or the rank does not fit");
  }
  s->batches = t.input->dims->data[0];
  s->inputs = t.input->dims->data[1];
  s->filters = t.feature->dims->data[0];
  s->rank = rank;
  s->units = s->filters / rank;
  s->memory = t.time->dims->data[1];
  const int64_t kept = static_cast<int64_t>(s->memory) * s->filters;
  if (!HasShape(t.output, s->batches, s->units) || !HasShape(t.feature, s->filters, s->inputs) ||
      !HasShape(t.time, s->filters, s->memory) || t.state->dims->size != 2 ||
      t.state->dims->data[0] != s->batches || t.state->dims->data[1] != kept ||
      !t.state->is_variable ||
      (t.bias != nullptr && (t.bias->dims->size != 1 || t.bias->dims->data[0] != s->units))) {
    return Unsupported(context, "shapes of weights, bias, state and output do not fit");
  }
  return kTfLiteOk;
}

TfLiteStatus PrepareFloat(TfLiteContext* context, TfLiteNode* node, const Tensors& t) {
  const auto& options = Options<TfLiteSVDFParams>(node);
  auto* p = AllocateParameters<FloatParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  if (t.feature->type != kTfLiteFloat32 || t.time->type != kTfLiteFloat32 ||
      t.state->type != kTfLiteFloat32 || t.output->type != kTfLiteFloat32 ||
      (t.bias != nullptr && t.bias->type != kTfLiteFloat32)) {
    return Unsupported(context, "types that are not all FLOAT32");
  }
  TF_LITE_ENSURE_STATUS(MeasureSizes(context, t, options.rank, &p->sizes));
  SelectInvoke(node, InvokeFloat);
  return FloatActivationRange(context, options.activation, &p->min, &p->max);
}

// TFLM refuses a bias whose scale is not that of the sums.
bool IsBiasScaleRight(const Tensors& t) {
  constexpr float kTolerance = 1e-5f;
  if (t.bias == nullptr) return true;
  const float product = t.state->params.scale * t.time->params.scale;
  return std::fabs(t.bias->params.scale - product) < kTolerance;
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const Tensors& t) {
  const TfLiteType memory = t.state->type;
  auto* p = AllocateParameters<QuantizedParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  if (t.input->type != kTfLiteInt8 || t.feature->type != kTfLiteInt8 ||
      (memory != kTfLiteInt8 && memory != kTfLiteInt16) || t.time->type != memory ||
      t.output->type != kTfLiteInt8 || (t.bias != nullptr && t.bias->type != kTfLiteInt32)) {
    return Unsupported(context, "types %s, weights %s and %s, state %s",
                       TfLiteTypeGetName(t.input->type), TfLiteTypeGetName(t.feature->type),
                       TfLiteTypeGetName(t.time->type), TfLiteTypeGetName(memory));
  }
  TF_LITE_ENSURE_STATUS(MeasureSizes(context, t, Options<TfLiteSVDFParams>(node).rank, &p->sizes));
  if (!IsPerTensorQuantized(t.input) || !IsPerTensorQuantized(t.feature) ||
      !IsPerTensorQuantized(t.time) || !IsPerTensorQuantized(t.state) ||
      !IsPerTensorQuantized(t.output) || !IsBiasScaleRight(t) ||
      !QuantizeRatio(t.input->params.scale, t.feature->params.scale, t.state->params.scale,
                     &p->to_state) ||
      !QuantizeRatio(t.state->params.scale, t.time->params.scale, t.output->params.scale,
                     &p->to_output)) {
    return Unsupported(context, "the scales do not fit");
  }
  p->input_zero_point = t.input->params.zero_point;
  p->state_zero_point = t.state->params.zero_point;
  p->output_zero_point = t.output->params.zero_point;
  SelectInvoke(node, memory == kTfLiteInt8 ? InvokeQuantized<int8_t> : InvokeQuantized<int16_t>);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareSvdf(TfLiteContext* context, TfLiteNode* node) {
  Tensors tensors;
  TF_LITE_ENSURE_STATUS(Describe(context, node, &tensors));
  if (tensors.input->type == kTfLiteFloat32) return PrepareFloat(context, node, tensors);
  return PrepareInt8(context, node, tensors);
}

TfLiteStatus PrepareSvdfInt8(TfLiteContext* context, TfLiteNode* node) {
  Tensors tensors;
  TF_LITE_ENSURE_STATUS(Describe(context, node, &tensors));
  return PrepareInt8(context, node, tensors);
}

}  // namespace tflm::reference
