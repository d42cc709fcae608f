// UNIDIRECTIONAL_SEQUENCE_LSTM without peepholes, projection and layer normalization, as TFLM has
// it.
#include <algorithm>
#include <cstring>

#include "kernels/operators.h"
#include "kernels/reference/exp.h"
#include "kernels/reference/sigmoid.h"

namespace tflm::reference {
namespace {

// Inputs. The weights and biases are four, in the order of Gate.
constexpr int kInputs = 24;
constexpr int kInput = 0;
constexpr int kInputWeights = 1;
constexpr int kRecurrentWeights = 5;
constexpr int kBiases = 12;
constexpr int kHiddenState = 18;
constexpr int kCellState = 19;

enum Gate { kInputGate, kForgetGate, kCellGate, kOutputGate, kGates };

struct Sizes {
  int32_t batches, steps, inputs, units;
  bool time_major;
};

struct FloatParameters {
  Sizes sizes;
  float clip;   // 0: none
  int scratch;  // the new hidden state of one batch
};

struct QuantizedParameters {
  Sizes sizes;
  int scratch;
  int32_t input_offset, hidden_offset;  // - zero points
  QuantizedMultiplier from_input[kGates], from_hidden[kGates];
  QuantizedMultiplier kept, added, output;  // of forget gate * cell, input gate * new, tanh * gate
  int32_t hidden_zero_point;
  TableScale cell_scale;
  int16_t clip;
};

// A gate's inputs are in steps of 2^-12, what comes out of it in steps of 2^-15.
constexpr float kGateInputScale = 1.0f / (1 << 12);
constexpr float kGateOutputScale = 1.0f / (1 << 15);

int16_t Saturated(int32_t x) {
  return static_cast<int16_t>(
      Clamp(x, std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max()));
}

int32_t Scaled(int32_t x, const QuantizedMultiplier& m) {
  return MultiplyByQuantizedMultiplier(x, m.multiplier, m.shift);
}

template <typename Sum>
int32_t ScaledSum(Sum x, const QuantizedMultiplier& m) {
  if constexpr (sizeof(Sum) == sizeof(int64_t)) {
    return MultiplyWide(x, m.multiplier, m.shift);
  } else {
    return Scaled(x, m);
  }
}

template <typename Activation, typename Weight, typename Bias>
struct Tensors {
  const Activation* input;
  const Weight* input_weights[kGates];
  const Weight* recurrent_weights[kGates];
  const Bias* biases[kGates];
};

template <typename Activation, typename Weight, typename Bias>
void FindTensors(TfLiteContext* context, TfLiteNode* node,
                 Tensors<Activation, Weight, Bias>* tensors) {
  tensors->input = InputData<Activation>(context, node, kInput);
  for (int g = 0; g < kGates; ++g) {
    tensors->input_weights[g] = InputData<Weight>(context, node, kInputWeights + g);
    tensors->recurrent_weights[g] = InputData<Weight>(context, node, kRecurrentWeights + g);
    tensors->biases[g] = InputData<Bias>(context, node, kBiases + g);
  }
}

template <typename Activation>
Activation* State(TfLiteContext* context, TfLiteNode* node, int index) {
  return tflite::micro::GetTensorData<Activation>(
      tflite::micro::GetMutableEvalInput(context, node, index));
}

// What kernels of all types share: every batch is walked through its steps; step(input, hidden,
// cell, next) computes one.
template <typename Activation, typename Cell, typename Step>
TfLiteStatus Walk(TfLiteContext* context, TfLiteNode* node, const Sizes& s, int scratch,
                  const Activation* input, Step step) {
  auto* hidden = State<Activation>(context, node, kHiddenState);
  auto* cell = State<Cell>(context, node, kCellState);
  auto* output = OutputData<Activation>(context, node, 0);
  auto* next = static_cast<Activation*>(context->GetScratchBuffer(context, scratch));
  for (int32_t b = 0; b < s.batches; ++b, hidden += s.units, cell += s.units) {
    for (int32_t t = 0; t < s.steps; ++t) {
      const int32_t row = s.time_major ? t * s.batches + b : b * s.steps + t;
      step(input + row * s.inputs, hidden, cell, next);
      std::memcpy(hidden, next, sizeof(Activation) * s.units);
      std::memcpy(output + row * s.units, next, sizeof(Activation) * s.units);
    }
  }
  return kTfLiteOk;
}

template <typename Sum, typename Activation>
Sum Dot(const Activation* values, int32_t offset, const int8_t* weights, int32_t count) {
  Sum sum = 0;
  for (int32_t i = 0; i < count; ++i) sum += weights[i] * (values[i] + offset);
  return sum;
}

// int8 with 32-bit sums, or int16 with 64-bit ones.
template <typename Activation, typename Sum>
TfLiteStatus InvokeQuantized(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedParameters>(node);
  const Sizes& s = p.sizes;
  Tensors<Activation, int8_t, Sum> tensors;
  FindTensors(context, node, &tensors);
  const auto gate = [&](int g, int32_t unit, const Activation* input, const Activation* hidden) {
    const Sum from_input =
        Dot<Sum>(input, p.input_offset, tensors.input_weights[g] + unit * s.inputs, s.inputs) +
        ReadBias(tensors.biases[g], unit);
    const Sum from_hidden =
        Dot<Sum>(hidden, p.hidden_offset, tensors.recurrent_weights[g] + unit * s.units, s.units);
    return Saturated(Saturated(ScaledSum(from_input, p.from_input[g])) +
                     Saturated(ScaledSum(from_hidden, p.from_hidden[g])));
  };
  const auto step = [&](const Activation* input, const Activation* hidden, int16_t* cell,
                        Activation* next) {
    constexpr TableScale kScale = PowerOfTwoScale(0);
    for (int32_t u = 0; u < s.units; ++u) {
      const int16_t forget = LogisticInt16(gate(kForgetGate, u, input, hidden), kScale);
      const int16_t open = LogisticInt16(gate(kInputGate, u, input, hidden), kScale);
      const int16_t fresh = TanhInt16(gate(kCellGate, u, input, hidden), kScale);
      const int16_t shown = LogisticInt16(gate(kOutputGate, u, input, hidden), kScale);
      int16_t value = Saturated(Saturated(Scaled(forget * cell[u], p.kept)) +
                                Saturated(Scaled(open * fresh, p.added)));
      if (p.clip > 0) value = static_cast<int16_t>(Clamp(value, -p.clip, p.clip));
      cell[u] = value;
      const int32_t result = Scaled(TanhInt16(value, p.cell_scale) * shown, p.output);
      next[u] = static_cast<Activation>(Clamp(result + p.hidden_zero_point,
                                              std::numeric_limits<Activation>::min(),
                                              std::numeric_limits<Activation>::max()));
    }
  };
  return Walk<Activation, int16_t>(context, node, s, p.scratch, tensors.input, step);
}

TfLiteStatus InvokeFloat(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<FloatParameters>(node);
  const Sizes& s = p.sizes;
  Tensors<float, float, float> tensors;
  FindTensors(context, node, &tensors);
  const auto dot = [](const float* values, const float* weights, int32_t count) {
    float sum = 0.0f;
    for (int32_t i = 0; i < count; ++i) sum += values[i] * weights[i];
    return sum;
  };
  const auto gate = [&](int g, int32_t unit, const float* input, const float* hidden) {
    const float from_input =
        dot(input, tensors.input_weights[g] + unit * s.inputs, s.inputs) + tensors.biases[g][unit];
    return from_input + dot(hidden, tensors.recurrent_weights[g] + unit * s.units, s.units);
  };
  const auto step = [&](const float* input, const float* hidden, float* cell, float* next) {
    for (int32_t u = 0; u < s.units; ++u) {
      const float forget = LogisticFloat(gate(kForgetGate, u, input, hidden));
      const float open = LogisticFloat(gate(kInputGate, u, input, hidden));
      const float fresh = TanhFloat(gate(kCellGate, u, input, hidden));
      const float shown = LogisticFloat(gate(kOutputGate, u, input, hidden));
      const float kept = forget * cell[u];
      const float added = open * fresh;
      float value = kept + added;
      if (p.clip > 0.0f) value = std::max(std::min(p.clip, value), -p.clip);
      cell[u] = value;
      next[u] = TanhFloat(value) * shown;
    }
  };
  return Walk<float, float>(context, node, s, p.scratch, tensors.input, step);
}

bool HasShape(const TfLiteTensor* tensor, int32_t rows, int32_t columns) {
  return tensor->dims->size == 2 && tensor->dims->data[0] == rows &&
         tensor->dims->data[1] == columns;
}

// The weights and biases of all gates: their types and shapes.
TfLiteStatus CheckGates(TfLiteContext* context, const TfLiteNode* node, const Sizes& s,
                        TfLiteType weight_type, TfLiteType bias_type) {
  for (int g = 0; g < kGates; ++g) {
    const TfLiteTensor* input_weights = PrepareInput(context, node, kInputWeights + g);
    const TfLiteTensor* recurrent_weights = PrepareInput(context, node, kRecurrentWeights + g);
    const TfLiteTensor* bias = PrepareInput(context, node, kBiases + g);
    if (input_weights == nullptr || recurrent_weights == nullptr || bias == nullptr) {
      return kTfLiteError;
    }
    if (input_weights->type != weight_type || recurrent_weights->type != weight_type ||
        bias->type != bias_type || !HasShape(input_weights, s.units, s.inputs) ||
        !HasShape(recurrent_weights, s.units, s.units) || bias->dims->size != 1 ||
        bias->dims->data[0] != s.units) {
      return Unsupported(context, "weights or bias of gate %d differ in type or shape", g);
    }
  }
  return kTfLiteOk;
}

// Inputs from 9 to 11 are peepholes, 16 and 17 a projection, those from 20 on normalization.
bool IsPlain(const TfLiteNode* node) {
  for (int i = 0; i < kInputs; ++i) {
    const bool needed = i < 9 || (i >= kBiases && i < 16) || i == kHiddenState || i == kCellState;
    if (needed != (node->inputs->data[i] != kTfLiteOptionalTensor)) return false;
  }
  return true;
}

struct Described {
  const TfLiteTensor* input;
  const TfLiteTensor* hidden;
  const TfLiteTensor* cell;
  const TfLiteTensor* output;
};

TfLiteStatus Describe(TfLiteContext* context, const TfLiteNode* node, Described* d, Sizes* s) {
  if (node->inputs->size != kInputs || node->outputs->size != 1 || !IsPlain(node)) {
    return Unsupported(context, "peepholes, a projection, normalization, or missing tensors");
  }
  *d = {PrepareInput(context, node, kInput), PrepareInput(context, node, kHiddenState),
        PrepareInput(context, node, kCellState), PrepareOutput(context, node, 0)};
  if (d->input == nullptr || d->hidden == nullptr || d->cell == nullptr || d->output == nullptr) {
    return kTfLiteError;
  }
  const auto& options = Options<TfLiteUnidirectionalSequenceLSTMParams>(node);
  if (options.activation != kTfLiteActTanh) return Unsupported(context, "activation is not TANH");
  if (d->input->dims->size != 3 || d->output->dims->size != 3 || d->hidden->dims->size != 2 ||
      !d->hidden->is_variable || !d->cell->is_variable) {
    return Unsupported(context, "dimensions, or a state that is no variable");
  }
  const int* dims = d->input->dims->data;
  s->time_major = options.time_major;
  s->batches = dims[options.time_major ? 1 : 0];
  s->steps = dims[options.time_major ? 0 : 1];
  s->inputs = dims[2];
  s->units = d->hidden->dims->data[1];
  const int64_t state = static_cast<int64_t>(s->batches) * s->units;
  if (d->hidden->type != d->input->type || d->output->type != d->input->type ||
      tflite::NumElements(d->hidden) != state || tflite::NumElements(d->cell) != state ||
      d->output->dims->data[0] != dims[0] || d->output->dims->data[1] != dims[1] ||
      d->output->dims->data[2] != s->units) {
    return Unsupported(context, "types or shapes of input, states and output do not fit");
  }
  return kTfLiteOk;
}

// clip / scale, truncated; at most the largest int16.
int16_t QuantizedClip(float clip, float scale) {
  QuantizedMultiplier ratio;
  constexpr int32_t kLargest = std::numeric_limits<int16_t>::max();
  if (!(clip > 0.0f)) return 0;
  if (!QuantizeRatio(clip, 1.0f, scale, &ratio) || ratio.shift > 15) return kLargest;
  return static_cast<int16_t>(ratio.shift < 1 ? 0 : ratio.multiplier >> (31 - ratio.shift));
}

TfLiteStatus PrepareGateMultipliers(TfLiteContext* context, const TfLiteNode* node,
                                    const Described& d, QuantizedParameters* p) {
  for (int g = 0; g < kGates; ++g) {
    const TfLiteTensor* input_weights = PrepareInput(context, node, kInputWeights + g);
    const TfLiteTensor* recurrent_weights = PrepareInput(context, node, kRecurrentWeights + g);
    if (input_weights == nullptr || recurrent_weights == nullptr) return kTfLiteError;
    if (!IsPerTensorQuantized(input_weights) || !IsPerTensorQuantized(recurrent_weights) ||
        input_weights->params.zero_point != 0 || recurrent_weights->params.zero_point != 0 ||
        !QuantizeRatio(d.input->params.scale, input_weights->params.scale, kGateInputScale,
                       &p->from_input[g]) ||
        !QuantizeRatio(d.hidden->params.scale, recurrent_weights->params.scale, kGateInputScale,
                       &p->from_hidden[g]) ||
        p->from_input[g].shift > kMostWideShift || p->from_hidden[g].shift > kMostWideShift) {
      return Unsupported(context, "the scales of gate %d do not fit", g);
    }
  }
  return kTfLiteOk;
}

TfLiteStatus PrepareQuantization(TfLiteContext* context, const Described& d, float clip,
                                 QuantizedParameters* p) {
  if (!IsPerTensorQuantized(d.input) || !IsPerTensorQuantized(d.hidden) ||
      !IsPerTensorQuantized(d.cell)) {
    return Unsupported(context, "input or a state has no usable quantization");
  }
  const float cell_scale = d.cell->params.scale;
  const int shift = 15 + RoundedLog2(cell_scale) - 3;
  if (shift > 12 || shift < -30 ||
      !QuantizeRatio(kGateOutputScale, cell_scale, cell_scale, &p->kept) ||
      !QuantizeRatio(kGateOutputScale, kGateOutputScale, cell_scale, &p->added) ||
      !QuantizeRatio(kGateOutputScale, kGateOutputScale, d.hidden->params.scale, &p->output)) {
    return Unsupported(context, "the scales of the states do not fit");
  }
  p->cell_scale = shift >= 0 ? PowerOfTwoScale(shift) : TableScale{3, -shift};
  p->clip = QuantizedClip(clip, cell_scale);
  p->input_offset = -d.input->params.zero_point;
  p->hidden_offset = -d.hidden->params.zero_point;
  p->hidden_zero_point = d.hidden->params.zero_point;
  return kTfLiteOk;
}

template <typename Activation>
TfLiteStatus RequestNextState(TfLiteContext* context, const Sizes& sizes, int* scratch) {
  return context->RequestScratchBufferInArena(
      context, sizeof(Activation) * static_cast<size_t>(sizes.units), scratch);
}

template <typename Activation>
TfLiteStatus PrepareQuantized(TfLiteContext* context, TfLiteNode* node, const Described& d,
                              const Sizes& sizes) {
  const TfLiteType bias_type = sizeof(Activation) == 1 ? kTfLiteInt32 : kTfLiteInt64;
  if (d.cell->type != kTfLiteInt16) return Unsupported(context, "cell state is not INT16");
  auto* p = AllocateParameters<QuantizedParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  p->sizes = sizes;
  TF_LITE_ENSURE_STATUS(CheckGates(context, node, sizes, kTfLiteInt8, bias_type));
  TF_LITE_ENSURE_STATUS(PrepareGateMultipliers(context, node, d, p));
  const float clip = Options<TfLiteUnidirectionalSequenceLSTMParams>(node).cell_clip;
  TF_LITE_ENSURE_STATUS(PrepareQuantization(context, d, clip, p));
  TF_LITE_ENSURE_STATUS(RequestNextState<Activation>(context, sizes, &p->scratch));
  if constexpr (sizeof(Activation) == 1) {
    SelectInvoke(node, InvokeQuantized<int8_t, int32_t>);
  } else {
    SelectInvoke(node, InvokeQuantized<int16_t, int64_t>);
  }
  return kTfLiteOk;
}

TfLiteStatus PrepareFloat(TfLiteContext* context, TfLiteNode* node, const Described& d,
                          const Sizes& sizes) {
  if (d.cell->type != kTfLiteFloat32) return Unsupported(context, "cell state is not FLOAT32");
  auto* p = AllocateParameters<FloatParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  p->sizes = sizes;
  p->clip = Options<TfLiteUnidirectionalSequenceLSTMParams>(node).cell_clip;
  TF_LITE_ENSURE_STATUS(CheckGates(context, node, sizes, kTfLiteFloat32, kTfLiteFloat32));
  SelectInvoke(node, InvokeFloat);
  return RequestNextState<float>(context, sizes, &p->scratch);
}

}  // namespace

TfLiteStatus PrepareUnidirectionalSequenceLSTM(TfLiteContext* context, TfLiteNode* node) {
  Described d;
  Sizes sizes;
  TF_LITE_ENSURE_STATUS(Describe(context, node, &d, &sizes));
  switch (d.input->type) {
    case kTfLiteInt8:
      return PrepareQuantized<int8_t>(context, node, d, sizes);
    case kTfLiteInt16:
      return PrepareQuantized<int16_t>(context, node, d, sizes);
    case kTfLiteFloat32:
      return PrepareFloat(context, node, d, sizes);
    default:
      return Unsupported(context, "type %s", TfLiteTypeGetName(d.input->type));
  }
}

TfLiteStatus PrepareUnidirectionalSequenceLSTMInt8(TfLiteContext* context, TfLiteNode* node) {
  Described d;
  Sizes sizes;
  TF_LITE_ENSURE_STATUS(Describe(context, node, &d, &sizes));
  if (d.input->type != kTfLiteInt8) {
    return Unsupported(context, "type %s", TfLiteTypeGetName(d.input->type));
  }
  return PrepareQuantized<int8_t>(context, node, d, sizes);
}

}  // namespace tflm::reference
