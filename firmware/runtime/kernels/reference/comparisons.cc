// EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL.
#include "kernels/operators.h"
#include "kernels/reference/broadcast.h"

namespace tflm::reference {
namespace {

struct PlainParameters {
  Walk walk;
};

struct QuantizedParameters {
  Walk walk;
  int32_t offset1, offset2;
  QuantizedMultiplier multiplier1, multiplier2;
};

struct Equal {
  static constexpr bool kTakesBool = true;
  template <typename T>
  static bool Compute(T a, T b) {
    return a == b;
  }
};

struct NotEqual {
  static constexpr bool kTakesBool = true;
  template <typename T>
  static bool Compute(T a, T b) {
    return a != b;
  }
};

struct Greater {
  static constexpr bool kTakesBool = false;
  template <typename T>
  static bool Compute(T a, T b) {
    return a > b;
  }
};

struct GreaterEqual {
  static constexpr bool kTakesBool = false;
  template <typename T>
  static bool Compute(T a, T b) {
    return a >= b;
  }
};

struct Less {
  static constexpr bool kTakesBool = false;
  template <typename T>
  static bool Compute(T a, T b) {
    return a < b;
  }
};

struct LessEqual {
  static constexpr bool kTakesBool = false;
  template <typename T>
  static bool Compute(T a, T b) {
    return a <= b;
  }
};

template <typename Operation, typename T>
TfLiteStatus InvokePlain(TfLiteContext* context, TfLiteNode* node) {
  ForEachPair<T, uint8_t>(context, node, Parameters<PlainParameters>(node).walk,
                          [](T a, T b) { return static_cast<uint8_t>(Operation::Compute(a, b)); });
  return kTfLiteOk;
}

// A byte other than 0 is true, whatever a model's constant holds.
template <typename Operation>
TfLiteStatus InvokeBool(TfLiteContext* context, TfLiteNode* node) {
  ForEachPair<uint8_t, uint8_t>(context, node, Parameters<PlainParameters>(node).walk,
                                [](uint8_t a, uint8_t b) {
                                  return static_cast<uint8_t>(Operation::Compute(a != 0, b != 0));
                                });
  return kTfLiteOk;
}

// What an int8 stands for, in fixed point, as TFLM compares it.
int32_t Real(int32_t value, const QuantizedMultiplier& m) {
  constexpr int kLeftShift = 8;
  return MultiplyByQuantizedMultiplier(value * (1 << kLeftShift), m.multiplier, m.shift);
}

template <typename Operation>
TfLiteStatus InvokeInt8(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedParameters>(node);
  ForEachPair<int8_t, uint8_t>(context, node, p.walk, [&p](int8_t a, int8_t b) {
    return static_cast<uint8_t>(
        Operation::Compute(Real(a + p.offset1, p.multiplier1), Real(b + p.offset2, p.multiplier2)));
  });
  return kTfLiteOk;
}

template <typename Operation>
TfLiteNodeInvoke FindInvoke(TfLiteType type) {
  switch (type) {
    case kTfLiteBool:
      return Operation::kTakesBool ? InvokeBool<Operation> : nullptr;
    case kTfLiteInt32:
      return InvokePlain<Operation, int32_t>;
    case kTfLiteInt64:
      return InvokePlain<Operation, int64_t>;
    case kTfLiteFloat32:
      return InvokePlain<Operation, float>;
    default:
      return nullptr;
  }
}

// TFLM ends the program for a scale of 1 and more.
bool QuantizeScale(const TfLiteTensor* input, QuantizedMultiplier* multiplier) {
  const float scale = input->params.scale;
  return IsPerTensorQuantized(input) && scale < 1.0f &&
         QuantizeRatio(scale, 1.0f, 1.0f, multiplier);
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const Pair& pair) {
  auto* p = AllocateWalking<QuantizedParameters>(context, node, pair);
  if (p == nullptr) return kTfLiteError;
  if (!QuantizeScale(pair.input1, &p->multiplier1) ||
      !QuantizeScale(pair.input2, &p->multiplier2)) {
    return Unsupported(context, "an input's scale is not below 1");
  }
  p->offset1 = -pair.input1->params.zero_point;
  p->offset2 = -pair.input2->params.zero_point;
  return kTfLiteOk;
}

// INT16 is left out: TFLM's GREATER takes it, but with parameters that nothing computes.
template <typename Operation>
TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  Pair pair;
  TF_LITE_ENSURE_STATUS(DescribeInputs(context, node, &pair));
  if (pair.output->type != kTfLiteBool) return Unsupported(context, "the output is not BOOL");
  const TfLiteType type = pair.input1->type;
  if (type == kTfLiteInt8) {
    SelectInvoke(node, InvokeInt8<Operation>);
    return PrepareInt8(context, node, pair);
  }
  const TfLiteNodeInvoke invoke = FindInvoke<Operation>(type);
  if (invoke == nullptr || !IsAligned(pair.input1) || !IsAligned(pair.input2)) {
    return Unsupported(context, "type %s", TfLiteTypeGetName(type));
  }
  SelectInvoke(node, invoke);
  return AllocateWalking<PlainParameters>(context, node, pair) == nullptr ? kTfLiteError
                                                                          : kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareEqual(TfLiteContext* context, TfLiteNode* node) {
  return Prepare<Equal>(context, node);
}

TfLiteStatus PrepareNotEqual(TfLiteContext* context, TfLiteNode* node) {
  return Prepare<NotEqual>(context, node);
}

TfLiteStatus PrepareGreater(TfLiteContext* context, TfLiteNode* node) {
  return Prepare<Greater>(context, node);
}

TfLiteStatus PrepareGreaterEqual(TfLiteContext* context, TfLiteNode* node) {
  return Prepare<GreaterEqual>(context, node);
}

TfLiteStatus PrepareLess(TfLiteContext* context, TfLiteNode* node) {
  return Prepare<Less>(context, node);
}

TfLiteStatus PrepareLessEqual(TfLiteContext* context, TfLiteNode* node) {
  return Prepare<LessEqual>(context, node);
}

}  // namespace tflm::reference
