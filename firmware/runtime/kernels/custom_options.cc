// The format is described in "FlexBuffers binary format" of FlatBuffers' documentation: offsets
// point backwards, the root stands at the end.

#include "kernels/custom_options.h"

#include <cstring>

#include "kernels/kernel.h"

namespace tflm {
namespace {

// Types of values; the upper six bits of a type's byte.
enum Type : uint32_t {
  kNull = 0,
  kInteger = 1,
  kUnsigned = 2,
  kFloat = 3,
  kMap = 9,
  kBoolean = 26,
};

bool IsWidth(size_t width) { return width == 1 || width == 2 || width == 4 || width == 8; }

bool IsWhole(uint32_t type) {
  return type == kNull || type == kInteger || type == kUnsigned || type == kBoolean;
}

}  // namespace

CustomOptions::CustomOptions(const TfLiteNode* node)
    : data_(static_cast<const uint8_t*>(node->custom_initial_data)),
      size_(data_ == nullptr ? 0 : static_cast<size_t>(node->custom_initial_data_size)) {
  if (!OpenMap()) count_ = 0;
}

// At the end: the root, its type with the width of the map's values, its own width. Before the
// values: the distance to the keys, the width of those, the number of values.
bool CustomOptions::OpenMap() {
  if (size_ < 3) return false;
  const size_t root_width = data_[size_ - 1];
  const uint32_t packed = data_[size_ - 2];
  if (!IsWidth(root_width) || size_ < root_width + 2 || packed >> 2 != kMap) return false;
  const size_t root = size_ - 2 - root_width;
  const uint64_t distance = Unsigned(root, root_width);
  width_ = size_t{1} << (packed & 3);
  if (distance > root || root - distance < 3 * width_) return false;
  values_ = static_cast<size_t>(root - distance);

  const uint64_t count = Unsigned(values_ - width_, width_);
  const uint64_t key_width = Unsigned(values_ - 2 * width_, width_);
  const size_t to_keys = values_ - 3 * width_;
  const uint64_t key_distance = Unsigned(to_keys, width_);
  if (count > (size_ - values_) / (width_ + 1) || key_distance > to_keys || key_width > 8 ||
      !IsWidth(static_cast<size_t>(key_width))) {
    return false;
  }
  keys_ = static_cast<size_t>(to_keys - key_distance);
  key_width_ = static_cast<size_t>(key_width);
  count_ = static_cast<uint32_t>(count);
  return count_ <= (size_ - keys_) / key_width_;
}

uint64_t CustomOptions::Unsigned(size_t at, size_t width) const {
  uint64_t value = 0;
  for (size_t i = width; i-- > 0;) value = value << 8 | data_[at + i];
  return value;
}

int64_t CustomOptions::Signed(size_t at) const {
  const int unused = static_cast<int>(64 - 8 * width_);
  return static_cast<int64_t>(Unsigned(at, width_) << unused) >> unused;
}

bool CustomOptions::Locate(uint32_t index, Element* element) const {
  if (index >= count_) return false;
  const size_t types = values_ + count_ * width_;
  *element = {values_ + index * width_, uint32_t{data_[types + index]} >> 2};
  return true;
}

bool CustomOptions::IsKey(size_t at, const char* key) const {
  for (; at < size_ && data_[at] == static_cast<uint8_t>(*key); ++at, ++key) {
    if (*key == '\0') return true;
  }
  return false;
}

bool CustomOptions::Find(const char* key, uint32_t* index) const {
  for (*index = 0; *index < count_; ++*index) {
    const size_t at = keys_ + *index * key_width_;
    const uint64_t distance = Unsigned(at, key_width_);
    if (distance <= at && IsKey(static_cast<size_t>(at - distance), key)) return true;
  }
  return false;
}

bool CustomOptions::Integer(uint32_t index, int32_t* value) const {
  Element element;
  if (!Locate(index, &element) || !IsWhole(element.type)) return false;
  *value = static_cast<int32_t>(Signed(element.at));
  return true;
}

int64_t CustomOptions::Whole(const Element& element) const {
  return element.type == kUnsigned ? static_cast<int64_t>(Unsigned(element.at, width_))
                                   : Signed(element.at);
}

bool CustomOptions::Has(const char* key) const {
  uint32_t index;
  Element element;
  return Find(key, &index) && Locate(index, &element) && element.type != kNull;
}

bool CustomOptions::Integer(const char* key, int32_t* value) const {
  uint32_t index;
  Element element;
  *value = 0;
  if (!Find(key, &index) || !Locate(index, &element)) return true;
  *value = static_cast<int32_t>(Whole(element));
  return IsWhole(element.type);
}

bool CustomOptions::Float(const char* key, float* value) const {
  uint32_t index;
  Element element;
  *value = 0.0f;
  if (!Find(key, &index) || !Locate(index, &element)) return true;
  if (element.type != kFloat) {
    *value = static_cast<float>(Whole(element));
    return IsWhole(element.type);
  }
  double wide;
  if (width_ == sizeof(wide)) {
    std::memcpy(&wide, data_ + element.at, sizeof(wide));
    *value = static_cast<float>(wide);
  } else {
    std::memcpy(value, data_ + element.at, sizeof(*value));
  }
  return width_ >= sizeof(*value);
}

TfLiteStatus ReadIntegers(TfLiteContext* context, const TfLiteNode* node, int32_t* values,
                          uint32_t count) {
  const CustomOptions options(node);
  for (uint32_t i = 0; i < count; ++i) {
    if (!options.Integer(i, &values[i])) {
      return Unsupported(context, "the custom options lack number %u of %u",
                         static_cast<unsigned>(i + 1), static_cast<unsigned>(count));
    }
  }
  return kTfLiteOk;
}

}  // namespace tflm
