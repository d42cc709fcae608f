// Arithmetic on complex numbers of int16, int32 and float as KISS FFT does it. Sums wrap.
#ifndef RUNTIME_KERNELS_SIGNAL_FFT_ARITHMETIC_H_
#define RUNTIME_KERNELS_SIGNAL_FFT_ARITHMETIC_H_

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "kernels/signal/fft.h"

namespace tflm::signal {

// Fixed point: all bits but the sign's lie after the point.
template <typename T>
struct Arithmetic {
  using Product = std::conditional_t<sizeof(T) == 2, int32_t, int64_t>;
  static constexpr T kMost = std::numeric_limits<T>::max();
  static constexpr int kPointBits = std::numeric_limits<T>::digits;

  static Product Multiply(T a, T b) { return static_cast<Product>(a) * b; }
  static T Round(Product x) {
    return static_cast<T>((x + (Product{1} << (kPointBits - 1))) >> kPointBits);
  }
  static T Divide(T x, int divisor) { return Round(Multiply(x, static_cast<T>(kMost / divisor))); }
  // The sum of two numbers as the processor adds them, int16 without wrapping.
  static T Half(decltype(T{} + T{}) x) { return static_cast<T>(x >> 1); }
  static T FromReal(double x) { return static_cast<T>(std::floor(.5 + kMost * x)); }
};

template <>
struct Arithmetic<float> {
  static float Multiply(float a, float b) { return a * b; }
  static float Round(float x) { return x; }
  static float Divide(float x, int) { return x; }
  static float Half(float x) { return x * 0.5f; }
  static float FromReal(double x) { return static_cast<float>(x); }
};

template <typename T>
T Times(T a, T b) {
  return Arithmetic<T>::Round(Arithmetic<T>::Multiply(a, b));
}

template <typename T>
Complex<T> operator+(const Complex<T>& a, const Complex<T>& b) {
  return {static_cast<T>(a.real + b.real), static_cast<T>(a.imaginary + b.imaginary)};
}

template <typename T>
Complex<T> operator-(const Complex<T>& a, const Complex<T>& b) {
  return {static_cast<T>(a.real - b.real), static_cast<T>(a.imaginary - b.imaginary)};
}

template <typename T>
Complex<T> operator*(const Complex<T>& a, const Complex<T>& b) {
  using A = Arithmetic<T>;
  return {A::Round(A::Multiply(a.real, b.real) - A::Multiply(a.imaginary, b.imaginary)),
          A::Round(A::Multiply(a.real, b.imaginary) + A::Multiply(a.imaginary, b.real))};
}

// a * i
template <typename T>
Complex<T> TurnedLeft(const Complex<T>& a) {
  return {static_cast<T>(-a.imaginary), a.real};
}

template <typename T>
Complex<T> Conjugate(const Complex<T>& a) {
  return {a.real, static_cast<T>(-a.imaginary)};
}

// In fixed point a / divisor; floats are scaled nowhere.
template <typename T>
Complex<T> Divided(const Complex<T>& a, int divisor) {
  return {Arithmetic<T>::Divide(a.real, divisor), Arithmetic<T>::Divide(a.imaginary, divisor)};
}

// cos(phase) + i sin(phase)
template <typename T>
Complex<T> Turn(double phase) {
  return {Arithmetic<T>::FromReal(std::cos(phase)), Arithmetic<T>::FromReal(std::sin(phase))};
}

}  // namespace tflm::signal

#endif  // RUNTIME_KERNELS_SIGNAL_FFT_ARITHMETIC_H_
