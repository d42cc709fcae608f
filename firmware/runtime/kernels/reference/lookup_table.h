// Functions of int16 by a table of 512 lines, as TFLM's LUTPopulate and LUTLookup.
#ifndef RUNTIME_KERNELS_REFERENCE_LOOKUP_TABLE_H_
#define RUNTIME_KERNELS_REFERENCE_LOOKUP_TABLE_H_

#include <cstdint>

namespace tflm::reference {

constexpr int kTableLines = 512;
constexpr int kTableValues = kTableLines + 1;

// What an int16 stands for: (value - zero_point) * scale.
struct TableAxis {
  float scale;
  int32_t zero_point;
};

// Fills `table` (kTableValues) with function(x) for the input's whole range. Each line is moved by
// half of what it would miss in its middle.
void FillTable(TableAxis input, TableAxis output, float (*function)(float), int16_t* table);

// The function's value at `x`, on the line between two values of the table.
inline int16_t LookUp(int16_t x, const int16_t* table) {
  constexpr int kLineBits = 7;
  const int16_t* line = table + (kTableLines / 2 + (x >> kLineBits));
  const int32_t along = x & ((1 << kLineBits) - 1);
  const int32_t rise = static_cast<int16_t>(line[1] - line[0]);
  return static_cast<int16_t>(line[0] + ((rise * along + (1 << (kLineBits - 1))) >> kLineBits));
}

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_LOOKUP_TABLE_H_
