#include "kernels/reference/lookup_table.h"

#include <cmath>
#include <limits>

namespace tflm::reference {
namespace {

constexpr int32_t kLowest = std::numeric_limits<int16_t>::min();
constexpr int32_t kHighest = std::numeric_limits<int16_t>::max();

float Real(TableAxis axis, int32_t value) {
  return axis.scale * static_cast<float>(value - axis.zero_point);
}

int16_t Saturated(float value) {
  const float above = value < static_cast<float>(kLowest) ? static_cast<float>(kLowest) : value;
  return static_cast<int16_t>(above > static_cast<float>(kHighest) ? static_cast<float>(kHighest)
                                                                   : above);
}

}  // namespace

void FillTable(TableAxis input, TableAxis output, float (*function)(float), int16_t* table) {
  const float first = Real(input, kLowest);
  const float last = Real(input, kHighest);
  const float step = (last - first) / kTableLines;
  const float half_step = step / 2;
  const float to_output =
      static_cast<float>(kHighest - kLowest + 1) / (Real(output, kHighest) - Real(output, kLowest));
  for (int i = 0; i < kTableLines; ++i) {
    const float x = first + static_cast<float>(i) * step;
    const float value = std::round(function(x) * to_output);
    const float next = function(first + static_cast<float>(i + 1) * step) * to_output;
    const float middle = std::round(function(x + half_step) * to_output);
    const float missed = std::round((next + value) / 2) - middle;
    table[i] = Saturated(value - std::round(missed / 2));
  }
  table[kTableLines] = Saturated(std::round(function(last) * to_output));
}

}  // namespace tflm::reference
