#include "kernels/reference/strided.h"

#include <cstring>

namespace tflm::reference {
namespace {

// One row of `count` elements that are `step` bytes apart in the input.
template <typename T>
void CopyRow(const uint8_t* input, int32_t step, int32_t count, uint8_t* output) {
  auto* to = reinterpret_cast<T*>(output);
  for (int32_t i = 0; i < count; ++i, input += step) {
    *to++ = *reinterpret_cast<const T*>(input);
  }
}

void CopyRow(const Strided& p, const uint8_t* input, uint8_t* output) {
  if (p.step[0] == p.element_bytes) {
    std::memcpy(output, input, static_cast<size_t>(p.size[0]) * p.element_bytes);
    return;
  }
  switch (p.element_bytes) {
    case 1:
      return CopyRow<uint8_t>(input, p.step[0], p.size[0], output);
    case 2:
      return CopyRow<uint16_t>(input, p.step[0], p.size[0], output);
    case 4:
      return CopyRow<uint32_t>(input, p.step[0], p.size[0], output);
    default:
      return CopyRow<uint64_t>(input, p.step[0], p.size[0], output);
  }
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<Strided>(node);
  const uint8_t* input = InputData<uint8_t>(context, node, 0) + p.first;
  auto* output = OutputData<uint8_t>(context, node, 0);
  int32_t rows = 1;
  for (int32_t d = 1; d < p.dims; ++d) rows *= p.size[d];
  int32_t index[Strided::kMostDimensions] = {};
  for (int32_t row = 0; row < rows; ++row) {
    CopyRow(p, input, output);
    output += p.size[0] * p.element_bytes;
    for (int32_t d = 1; d < p.dims; ++d) {
      input += p.step[d];
      if (++index[d] < p.size[d]) break;
      input -= p.step[d] * p.size[d];
      index[d] = 0;
    }
  }
  return kTfLiteOk;
}

}  // namespace

void StartPlan(Strided* plan, int32_t element_bytes, int32_t first) {
  plan->element_bytes = element_bytes;
  plan->first = first;
  plan->dims = 1;
  plan->size[0] = 1;
  plan->step[0] = element_bytes;
}

void AddDimension(Strided* plan, int32_t size, int32_t step) {
  if (size == 1) return;
  const int32_t inner = plan->dims - 1;
  if (plan->size[inner] == 1) {  // the innermost, of one element so far
    plan->size[inner] = size;
    plan->step[inner] = step;
  } else if (step == plan->step[inner] * plan->size[inner]) {
    plan->size[inner] *= size;
  } else {
    plan->size[plan->dims] = size;
    plan->step[plan->dims++] = step;
  }
}

void SelectStrided(TfLiteNode* node, Strided* plan) {
  node->user_data = plan;
  SelectInvoke(node, Invoke);
}

}  // namespace tflm::reference
