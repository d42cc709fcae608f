// Runs on the emulated core: the inner loops of kernels/dsp against Arm's own functions, over
// seeded random shapes, values, multipliers and shifts. Arm's sources are compiled as they are,
// with their own requantization. The host reads `results` when Done() is reached.
#include <algorithm>
#include <cstdint>
#include <iterator>

#include "arm_nnfunctions.h"
#include "kernels/dsp/columns.h"
#include "kernels/dsp/depthwise_planes.h"
#include "kernels/dsp/output_stage.h"
#include "kernels/dsp/products.h"

using tflm::ConvGeometry;
using tflm::OutputQuantization;

// One pair for each block: cases compared, and those whose outputs differ.
struct Results {
  uint32_t columns, columns_differ;
  uint32_t planes, planes_differ;
  uint32_t rows, rows_differ;
};
extern "C" {
Results results;
[[noreturn]] __attribute__((noinline, used)) void Done() {
  for (;;) {
  }
}
}

namespace {

constexpr int kCases = 300;
constexpr int kMaxValues = 6000;
constexpr int kMaxChannels = 32;
constexpr int8_t kUntouched = 0x55;

int8_t input[kMaxValues], filter[kMaxValues], expected[kMaxValues], output[kMaxValues];
int32_t bias[kMaxChannels], multipliers[kMaxChannels];
int8_t shifts[kMaxChannels];
int32_t arm_shifts[kMaxChannels];
alignas(8) uint32_t scratch[6000];

// The linear congruential generator of Numerical Recipes, its upper bits.
uint32_t Random() {
  static uint32_t state = 1;
  state = state * 1664525 + 1013904223;
  return state >> 8;
}
int32_t Random(int32_t low, int32_t high) {
  return low + static_cast<int32_t>(Random() % static_cast<uint32_t>(high - low + 1));
}

OutputQuantization RandomData(bool whole_range, bool all_shifts) {
  for (int i = 0; i < kMaxChannels; ++i) {
    bias[i] = all_shifts ? static_cast<int32_t>(Random() << 8) : Random(-20000, 20000);
    multipliers[i] = Random(0, 30) == 0 ? 0 : (1 << 30) + static_cast<int32_t>(Random() << 6) / 2;
    multipliers[i] &= INT32_MAX;
    arm_shifts[i] = all_shifts ? Random(-31, 8) : Random(-11, -4);
    shifts[i] = static_cast<int8_t>(arm_shifts[i]);
  }
  for (int8_t& value : input) value = static_cast<int8_t>(Random());
  for (int8_t& value : filter) value = static_cast<int8_t>(Random());
  std::fill(std::begin(expected), std::end(expected), kUntouched);
  std::fill(std::begin(output), std::end(output), kUntouched);
  const int32_t min = whole_range ? -128 : Random(-128, 0);
  const int32_t max = whole_range ? 127 : Random(min, 127);
  return {multipliers, shifts, true, Random(-127, 128), Random(-128, 127), min, max};
}

void Compare(uint32_t* cases, uint32_t* differ) {
  ++*cases;
  if (!std::equal(std::begin(expected), std::end(expected), output)) ++*differ;
}

// One side of an image: input, window, stride and dilation at random, output and padding from
// them as TensorFlow defines SAME and VALID.
struct Side {
  int32_t input, filter, stride, dilation, output, pad;
};

Side RandomSide(int32_t filter, int32_t stride, int32_t dilation, bool same) {
  const int32_t window = (filter - 1) * dilation + 1;
  Side side = {Random(same ? 1 : window, window + 8), filter, stride, dilation, 0, 0};
  side.output = same ? (side.input + stride - 1) / stride : (side.input - window) / stride + 1;
  const int32_t padding = (side.output - 1) * stride + window - side.input;
  side.pad = same ? std::max<int32_t>(padding, 0) / 2 : 0;
  return side;
}

ConvGeometry Geometry(const Side& y, const Side& x, int32_t channels, int32_t outputs) {
  ConvGeometry g = {};
  g.batches = Random(1, 2);
  g.input_height = y.input;
  g.input_width = x.input;
  g.input_channels = g.filter_channels = channels;
  g.filter_height = y.filter;
  g.filter_width = x.filter;
  g.output_height = y.output;
  g.output_width = x.output;
  g.output_channels = outputs;
  g.stride_height = y.stride;
  g.stride_width = x.stride;
  g.dilation_height = y.dilation;
  g.dilation_width = x.dilation;
  g.pad_top = y.pad;
  g.pad_left = x.pad;
  g.depth_multiplier = 1;
  return g;
}

cmsis_nn_dims InputDims(const ConvGeometry& g) {
  return {g.batches, g.input_height, g.input_width, g.input_channels};
}
cmsis_nn_dims OutputDims(const ConvGeometry& g) {
  return {g.batches, g.output_height, g.output_width, g.output_channels};
}

void CompareColumns(int number) {
  const bool same = Random(0, 1) != 0;
  const int32_t dilation = number % 5 == 0 ? 2 : 1;
  const Side y = RandomSide(Random(1, 4), Random(1, 3), dilation, same);
  const Side x = RandomSide(Random(1, 4), Random(1, 3), dilation, same);
  const ConvGeometry g = Geometry(y, x, Random(1, 9), Random(1, 9));
  const OutputQuantization q = RandomData(number % 2 == 0, number % 3 == 0);
  const tflm::dsp::Windows windows = tflm::dsp::DescribeWindows(g, q.input_offset);
  if (windows.depth % 4 != 0 || windows.count < tflm::dsp::kColumns) return;

  const cmsis_nn_context context = {scratch, 0};
  const cmsis_nn_conv_params params = {q.input_offset,
                                       q.output_offset,
                                       {g.stride_width, g.stride_height},
                                       {g.pad_left, g.pad_top},
                                       {g.dilation_width, g.dilation_height},
                                       {q.activation_min, q.activation_max}};
  const cmsis_nn_per_channel_quant_params channels = {multipliers, arm_shifts};
  const cmsis_nn_dims in = InputDims(g), out = OutputDims(g), unused = {};
  const cmsis_nn_dims window = {0, g.filter_height, g.filter_width, g.input_channels};
  const int32_t* const biases = number % 4 == 0 ? nullptr : bias;
  arm_convolve_s8(&context, &params, &channels, &in, input, &window, filter, &unused, biases, &out,
                  expected);

  auto* const products = tflm::dsp::Saturates(q, g.output_channels)
                             ? tflm::dsp::ColumnProducts<true>
                             : tflm::dsp::ColumnProducts<false>;
  for (int32_t batch = 0; batch < g.batches; ++batch) {
    const int8_t* image = input + batch * windows.input_bytes;
    for (int32_t i = 0; i < windows.count; i += tflm::dsp::kColumns) {
      const int32_t first = std::min(i, windows.count - tflm::dsp::kColumns);
      tflm::dsp::WindowsToColumns(windows, image, first, scratch);
      products(scratch, windows.depth, filter, biases, q, g.output_channels,
               output + (batch * windows.count + first) * g.output_channels);
    }
  }
  Compare(&results.columns, &results.columns_differ);
}

void ComparePlanes(int number) {
  const bool same = Random(0, 1) != 0;
  const int32_t channels = Random(1, 9);
  const ConvGeometry g =
      Geometry(RandomSide(3, 1, 1, same), RandomSide(3, 1, 1, same), channels, channels);
  const OutputQuantization q = RandomData(number % 2 == 0, number % 3 == 0);

  const cmsis_nn_context context = {nullptr, 0};
  const cmsis_nn_dw_conv_params params = {q.input_offset,
                                          q.output_offset,
                                          1,
                                          {1, 1},
                                          {g.pad_left, g.pad_top},
                                          {1, 1},
                                          {q.activation_min, q.activation_max}};
  const cmsis_nn_per_channel_quant_params quantization = {multipliers, arm_shifts};
  const cmsis_nn_dims in = InputDims(g), out = OutputDims(g), unused = {};
  const cmsis_nn_dims window = {1, 3, 3, channels};
  const int32_t* const biases = number % 4 == 0 ? nullptr : bias;
  arm_depthwise_conv_s8(&context, &params, &quantization, &in, input, &window, filter, &unused,
                        biases, &out, expected);
  tflm::dsp::DepthwisePlanes(g, q, input, filter, biases, reinterpret_cast<int16_t*>(scratch),
                             output);
  Compare(&results.planes, &results.planes_differ);
}

void CompareRows(int number) {
  const int32_t depth = 4 * Random(1, 40);
  const int32_t units = Random(tflm::dsp::kRows, kMaxChannels);
  OutputQuantization q = RandomData(number % 2 == 0, number % 3 == 0);
  q.per_channel = number % 5 == 0;

  const cmsis_nn_context context = {nullptr, 0};
  const cmsis_nn_activation activation = {q.activation_min, q.activation_max};
  const cmsis_nn_dims row = {1, 1, 1, depth}, out = {1, 1, 1, units}, unused = {};
  const int32_t* const biases = number % 4 == 0 ? nullptr : bias;
  if (q.per_channel) {
    const cmsis_nn_conv_params params = {q.input_offset, q.output_offset, {1, 1},
                                         {0, 0},         {1, 1},          activation};
    const cmsis_nn_per_channel_quant_params quantization = {multipliers, arm_shifts};
    arm_convolve_1x1_s8_fast(&context, &params, &quantization, &row, input, &unused, filter,
                             &unused, biases, &out, expected);
  } else {
    const cmsis_nn_fc_params params = {q.input_offset, 0, q.output_offset, activation};
    const cmsis_nn_per_tensor_quant_params quantization = {multipliers[0], shifts[0]};
    const cmsis_nn_dims filter_dims = {depth, 1, 1, units};
    arm_fully_connected_s8(&context, &params, &quantization, &row, input, &filter_dims, filter,
                           &unused, biases, &out, expected);
  }
  auto* const products = !q.per_channel && tflm::dsp::Saturates(q, 1)
                             ? tflm::dsp::RowProducts<true>
                             : tflm::dsp::RowProducts<false>;
  products(input, depth, filter, biases, q, units, output);
  Compare(&results.rows, &results.rows_differ);
}

[[gnu::noinline]] void CompareAll() {
  for (int number = 0; number < kCases; ++number) {
    CompareColumns(number);
    ComparePlanes(number);
    CompareRows(number);
  }
}

}  // namespace

extern "C" void Reset_Handler() {
  // CPACR (ARMv7-M ARM, B3.2.20): a compiler may keep integers in the FPU's registers.
  *reinterpret_cast<volatile uint32_t*>(0xE000ED88) = 0xFu << 20;
  __asm volatile("dsb\n\tisb");
  CompareAll();
  Done();
}

extern "C" uint8_t initial_stack[];
__attribute__((section(".vectors"), used))
const void* const kVectors[] = {initial_stack, reinterpret_cast<void*>(Reset_Handler)};
