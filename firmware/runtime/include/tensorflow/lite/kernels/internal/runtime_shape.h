#ifndef TENSORFLOW_LITE_KERNELS_INTERNAL_RUNTIME_SHAPE_H_
#define TENSORFLOW_LITE_KERNELS_INTERNAL_RUNTIME_SHAPE_H_

#include <cstdint>

namespace tflite {

// A tensor's dimensions, outermost first. A view: the array must outlive it.
class RuntimeShape {
 public:
  RuntimeShape(int count, const int32_t* dims) : count_(count), dims_(dims) {}

  int32_t DimensionsCount() const { return count_; }
  int32_t Dims(int i) const { return dims_[i]; }
  const int32_t* DimsData() const { return dims_; }

  int FlatSize() const {
    int size = 1;
    for (int i = 0; i < count_; ++i) size *= dims_[i];
    return size;
  }

  bool operator==(const RuntimeShape& other) const {
    if (count_ != other.count_) return false;
    for (int i = 0; i < count_; ++i) {
      if (dims_[i] != other.dims_[i]) return false;
    }
    return true;
  }
  bool operator!=(const RuntimeShape& other) const { return !(*this == other); }

 private:
  int count_;
  const int32_t* dims_;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_KERNELS_INTERNAL_RUNTIME_SHAPE_H_
