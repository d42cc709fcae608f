// Options of operators that have a custom code: a map in the format of FlexBuffers.
#ifndef RUNTIME_KERNELS_CUSTOM_OPTIONS_H_
#define RUNTIME_KERNELS_CUSTOM_OPTIONS_H_

#include <cstddef>
#include <cstdint>

#include "tensorflow/lite/c/common.h"

namespace tflm {

// Reads the map at the root of a node's options. Nothing of it is taken on trust: what does not lie
// within the options is as if it were not there.
class CustomOptions {
 public:
  explicit CustomOptions(const TfLiteNode* node);

  // The value at `index` in the alphabetical order of the keys, by which TFLM finds most options.
  // False for one that is not there or is neither a number without fraction nor a truth value.
  // Like TFLM, takes the value as signed, and the low 32 bits of it.
  bool Integer(uint32_t index, int32_t* value) const;

  // Whether there is a value of `key`.
  bool Has(const char* key) const;

  // The value of `key`; 0 where there is no such key. False as above.
  bool Integer(const char* key, int32_t* value) const;

  // The value of `key` as a float, of whichever kind of number. False as above.
  bool Float(const char* key, float* value) const;

 private:
  struct Element {
    size_t at;
    uint32_t type;
  };

  bool OpenMap();
  bool Find(const char* key, uint32_t* index) const;
  bool IsKey(size_t at, const char* key) const;
  bool Locate(uint32_t index, Element* element) const;
  uint64_t Unsigned(size_t at, size_t width) const;
  int64_t Signed(size_t at) const;
  int64_t Whole(const Element& element) const;

  const uint8_t* data_;
  size_t size_;
  size_t values_ = 0;  // where the values begin
  size_t width_ = 0;   // bytes of a value
  uint32_t count_ = 0;
  size_t keys_ = 0;
  size_t key_width_ = 0;
};

// Reads the first `count` options into `values`; refuses the operator where they are not there.
TfLiteStatus ReadIntegers(TfLiteContext* context, const TfLiteNode* node, int32_t* values,
                          uint32_t count);

template <uint32_t kCount>
TfLiteStatus ReadIntegers(TfLiteContext* context, const TfLiteNode* node,
                          int32_t (&values)[kCount]) {
  return ReadIntegers(context, node, values, kCount);
}

}  // namespace tflm

#endif  // RUNTIME_KERNELS_CUSTOM_OPTIONS_H_
