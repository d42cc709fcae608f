// A reader of the flatbuffers wire format, as much as a .tflite needs, under the names of
// Google's library, so that code which walks a model through TFLM's schema header compiles.
//
// Format: https://flatbuffers.dev/internals. All scalars are little-endian, as are the
// machines this runs on. Reading is unchecked, as with Google's library: a buffer that is
// not trusted goes through tflite::VerifyModelBuffer() first, after which every offset that
// the accessors can follow is known to stay inside it.
#ifndef FLATBUFFERS_FLATBUFFERS_H_
#define FLATBUFFERS_FLATBUFFERS_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace flatbuffers {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a .tflite is read in place");

using uoffset_t = uint32_t;  // to a table, vector or string, from the field's own address
using soffset_t = int32_t;   // from a table back to its vtable
using voffset_t = uint16_t;  // from a table to one of its fields

template <typename T>
T ReadScalar(const void* p) {
  T value;
  std::memcpy(&value, p, sizeof(T));
  return value;
}

template <typename T>
struct Offset {
  uoffset_t o;
};

// How a vector holds its elements: scalars by value, everything else by offset.
template <typename T>
struct IndirectHelper {
  using return_type = T;
  static constexpr size_t element_stride = sizeof(T);
  static return_type Read(const uint8_t* p, size_t i) { return ReadScalar<T>(p + i * sizeof(T)); }
};

template <typename T>
struct IndirectHelper<Offset<T>> {
  using return_type = const T*;
  static constexpr size_t element_stride = sizeof(uoffset_t);
  static return_type Read(const uint8_t* p, size_t i) {
    p += i * sizeof(uoffset_t);
    return reinterpret_cast<const T*>(p + ReadScalar<uoffset_t>(p));
  }
};

template <typename T>
class Vector {
 public:
  using return_type = typename IndirectHelper<T>::return_type;

  uint32_t size() const { return ReadScalar<uoffset_t>(this); }
  return_type Get(uint32_t i) const { return IndirectHelper<T>::Read(Data(), i); }
  return_type operator[](uint32_t i) const { return Get(i); }
  const uint8_t* Data() const { return reinterpret_cast<const uint8_t*>(this) + sizeof(uoffset_t); }
  const T* data() const { return reinterpret_cast<const T*>(Data()); }

  class Iterator {
   public:
    Iterator(const Vector* vector, uint32_t i) : vector_(vector), i_(i) {}
    return_type operator*() const { return vector_->Get(i_); }
    Iterator& operator++() {
      ++i_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return i_ != other.i_; }

   private:
    const Vector* vector_;
    uint32_t i_;
  };
  Iterator begin() const { return Iterator(this, 0); }
  Iterator end() const { return Iterator(this, size()); }

  Vector() = delete;
  Vector(const Vector&) = delete;
  Vector& operator=(const Vector&) = delete;
};

// A vector of char with a terminating zero that its size leaves out.
class String : public Vector<char> {
 public:
  const char* c_str() const { return reinterpret_cast<const char*>(Data()); }
};

class Table {
 public:
  // Address of the field whose vtable slot lies `field` bytes into the vtable; null when the
  // writer left the field out. (A vtable starts with its own size and the table's size.)
  const uint8_t* GetAddressOf(voffset_t field) const {
    const uint8_t* table = reinterpret_cast<const uint8_t*>(this);
    const uint8_t* vtable = table - ReadScalar<soffset_t>(table);
    if (field >= ReadScalar<voffset_t>(vtable)) return nullptr;
    const voffset_t offset = ReadScalar<voffset_t>(vtable + field);
    return offset == 0 ? nullptr : table + offset;
  }

  template <typename T>
  T GetField(voffset_t field, T default_value) const {
    const uint8_t* p = GetAddressOf(field);
    return p == nullptr ? default_value : ReadScalar<T>(p);
  }

  // The same for a table that is known to lie inside the buffer, though perhaps not its fields: one
  // that ends outside the table (its size is the vtable's second word) counts as absent. Extension.
  template <typename T>
  T GetScalar(voffset_t field, T default_value) const {
    const uint8_t* p = GetAddressOf(field);
    const uint8_t* table = reinterpret_cast<const uint8_t*>(this);
    const uint8_t* vtable = table - ReadScalar<soffset_t>(table);
    if (p == nullptr || p + sizeof(T) > table + ReadScalar<voffset_t>(vtable + 2)) {
      return default_value;
    }
    return ReadScalar<T>(p);
  }

  // The table, vector or string that the field points to; null when absent.
  template <typename P>
  P GetPointer(voffset_t field) const {
    const uint8_t* p = GetAddressOf(field);
    return p == nullptr ? nullptr : reinterpret_cast<P>(p + ReadScalar<uoffset_t>(p));
  }

  Table() = delete;
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;
};

template <typename T>
const T* GetRoot(const void* buffer) {
  const uint8_t* p = static_cast<const uint8_t*>(buffer);
  return reinterpret_cast<const T*>(p + ReadScalar<uoffset_t>(p));
}

// The bounds of a buffer that is still to be verified.
class Verifier {
 public:
  Verifier(const uint8_t* buffer, size_t length) : buffer_(buffer), length_(length) {}
  const uint8_t* buffer() const { return buffer_; }
  size_t length() const { return length_; }

 private:
  const uint8_t* buffer_;
  size_t length_;
};

}  // namespace flatbuffers

#endif  // FLATBUFFERS_FLATBUFFERS_H_
