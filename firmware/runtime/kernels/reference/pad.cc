// PAD and PADV2: the same but for the value of the padding, which PADV2 has as an input.
#include <cstring>

#include "kernels/operators.h"

namespace tflm::reference {
namespace {

constexpr int kMostDimensions = 5;

// The output is filled with the padding, then the input's innermost rows are copied in.
struct PadParameters {
  int32_t element_bytes;
  int32_t rows;       // innermost rows of the input
  int32_t row_bytes;  // bytes of one
  int32_t output_bytes;
  int32_t first_byte;  // of the first row in the output
  // Outer dimensions, innermost first: rows of the input in it, and the bytes that the output
  // skips when one of them ends.
  int32_t outer_dims;
  int32_t dim[kMostDimensions];
  int32_t skip[kMostDimensions];
  uint8_t padding;  // each byte of it, without such an input
  bool has_value;
};

constexpr int kValue = 2;  // the input

// Fills `count` bytes with copies of a value.
void FillWith(const uint8_t* value, int32_t value_bytes, uint8_t* output, int32_t count) {
  if (value_bytes == 1) {
    std::memset(output, *value, count);
    return;
  }
  for (int32_t i = 0; i < count; i += value_bytes) std::memcpy(output + i, value, value_bytes);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<PadParameters>(node);
  const auto* input = InputData<uint8_t>(context, node, 0);
  auto* output = OutputData<uint8_t>(context, node, 0);
  if (p.has_value) {
    FillWith(InputData<uint8_t>(context, node, kValue), p.element_bytes, output, p.output_bytes);
  } else {
    std::memset(output, p.padding, p.output_bytes);
  }
  output += p.first_byte;
  int32_t index[kMostDimensions] = {};
  for (int32_t row = 0; row < p.rows; ++row) {
    std::memcpy(output, input, p.row_bytes);
    input += p.row_bytes;
    output += p.skip[0];
    for (int32_t d = 0; d < p.outer_dims && ++index[d] == p.dim[d]; ++d) {
      index[d] = 0;
      output += p.skip[d + 1];
    }
  }
  return kTfLiteOk;
}

// Fills `p` for `before` and `after` elements of padding in each of `rank` dimensions.
void PlanRows(const TfLiteTensor* input, const TfLiteTensor* output, const int32_t* paddings,
              PadParameters* p) {
  const int rank = input->dims->size;
  const int inner = rank - 1;
  const int32_t element_bytes = p->element_bytes = static_cast<int32_t>(ElementBytes(input));
  p->row_bytes = input->dims->data[inner] * element_bytes;
  p->rows = static_cast<int32_t>(input->bytes) / p->row_bytes;
  p->output_bytes = static_cast<int32_t>(output->bytes);
  p->outer_dims = inner;
  int32_t stride = element_bytes;  // bytes of one step in dimension d of the output
  for (int d = inner; d >= 0; --d) {
    p->first_byte += paddings[2 * d] * stride;
    const int32_t padding = paddings[2 * d] + paddings[2 * d + 1];
    if (d == inner) {
      p->skip[0] = output->dims->data[d] * element_bytes;
    } else {
      p->dim[inner - 1 - d] = input->dims->data[d];
      if (d > 0) p->skip[inner - d] = padding * stride;
    }
    stride *= output->dims->data[d];
  }
}

// One of the input's type, and of the output's quantization.
TfLiteStatus CheckValue(TfLiteContext* context, const TfLiteTensor* value,
                        const TfLiteTensor* output) {
  if (value->type != output->type || tflite::NumElements(value) != 1) {
    return Unsupported(context, "the padding is not one value of the input's type");
  }
  if (output->type == kTfLiteInt8 && (value->params.scale != output->params.scale ||
                                      value->params.zero_point != output->params.zero_point)) {
    return Unsupported(context, "the padding has another quantization than the output");
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PreparePad(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 3, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* paddings = PrepareInput(context, node, 1);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocatePersistent<PadParameters>(context);
  if (input == nullptr || paddings == nullptr || output == nullptr || p == nullptr) {
    return kTfLiteError;
  }
  const bool known_type = input->type == kTfLiteInt8 || input->type == kTfLiteInt16 ||
                          input->type == kTfLiteInt32 || input->type == kTfLiteFloat32;
  if (!known_type || input->type != output->type) {
    return Unsupported(context, "types %s -> %s", TfLiteTypeGetName(input->type),
                       TfLiteTypeGetName(output->type));
  }
  const int rank = input->dims->size;
  if (rank < 1 || rank > kMostDimensions || output->dims->size != rank ||
      !tflite::IsConstantTensor(paddings) || paddings->type != kTfLiteInt32 ||
      tflite::NumElements(paddings) != 2 * rank) {
    return Unsupported(context, "paddings are not a constant of 2 INT32 for each of 1 to 5 dims");
  }
  for (int d = 0; d < rank; ++d) {
    const int64_t before = paddings->data.i32[2 * d];
    const int64_t after = paddings->data.i32[2 * d + 1];
    if (before < 0 || after < 0 || input->dims->data[d] + before + after != output->dims->data[d]) {
      return Unsupported(context, "dimension %d of the output is not input plus padding", d);
    }
  }
  if (node->inputs->size > kValue) {
    const TfLiteTensor* value = PrepareInput(context, node, kValue);
    if (value == nullptr) return kTfLiteError;
    TF_LITE_ENSURE_STATUS(CheckValue(context, value, output));
    p->has_value = true;
  } else if (input->type == kTfLiteInt8) {
    if (!IsPerTensorQuantized(output)) {
      return Unsupported(context, "output has no usable quantization");
    }
    p->padding = static_cast<uint8_t>(output->params.zero_point);
  }
  PlanRows(input, output, paddings->data.i32, p);
  node->user_data = p;
  SelectInvoke(node, Invoke);
  return kTfLiteOk;
}

TfLiteStatus PreparePadV2(TfLiteContext* context, TfLiteNode* node) {
  return PreparePad(context, node);
}

// Nothing of it depends on the type.
TfLiteStatus PreparePadInt8(TfLiteContext* context, TfLiteNode* node) {
  return PreparePad(context, node);
}

}  // namespace tflm::reference
