#include "kernels/signal/fft.h"

#include "kernels/signal/fft_arithmetic.h"

namespace tflm::signal {
namespace {

constexpr double kPi = 3.141592653589793238462643383279502884;
constexpr int kRadices[] = {4, 2, 3, 5};

// Splits off one factor after another, in the order of kRadices; the rest, 1 if it has no other.
int32_t SplitLength(int32_t length, uint8_t* radix, int32_t* stages) {
  *stages = 0;
  for (const int r : kRadices) {
    for (; length % r == 0; length /= r) radix[(*stages)++] = static_cast<uint8_t>(r);
  }
  return length;
}

// What a stage does to one group of `radix` numbers that are `step` apart. `twiddle` is that of the
// group's second number; `stride` times its exponent is that of the group in the whole transform.
template <typename T>
struct Group {
  Complex<T>* at;
  int32_t step;             // elements from one number to the next
  const Complex<T>* table;  // twiddles
  int32_t exponent;         // of the second number's twiddle; the others' are multiples

  Complex<T> Number(int index, int radix) const {
    const Complex<T> number = Divided(at[index * step], radix);
    return index == 0 ? number : number * table[index * exponent];
  }
};

template <typename T>
void Combine2(const Group<T>& g) {
  const Complex<T> a = g.Number(0, 2), b = g.Number(1, 2);
  g.at[0] = a + b;
  g.at[g.step] = a - b;
}

template <typename T>
void Combine3(const Group<T>& g, const Complex<T>& third) {
  using A = Arithmetic<T>;
  const Complex<T> a = g.Number(0, 3), b = g.Number(1, 3), c = g.Number(2, 3);
  const Complex<T> sum = b + c, difference = b - c;
  const Complex<T> middle = a - Complex<T>{A::Half(sum.real), A::Half(sum.imaginary)};
  const Complex<T> side = TurnedLeft(Complex<T>{Times(difference.real, third.imaginary),
                                                Times(difference.imaginary, third.imaginary)});
  g.at[0] = a + sum;
  g.at[g.step] = middle + side;
  g.at[2 * g.step] = middle - side;
}

template <typename T>
void Combine4(const Group<T>& g, bool inverse) {
  const Complex<T> a = g.Number(0, 4), b = g.Number(1, 4);
  const Complex<T> c = g.Number(2, 4), d = g.Number(3, 4);
  const Complex<T> even = a + c, odd = b + d;
  const Complex<T> across = a - c;
  const Complex<T> turned = TurnedLeft(b - d);
  g.at[0] = even + odd;
  g.at[2 * g.step] = even - odd;
  g.at[g.step] = inverse ? across + turned : across - turned;
  g.at[3 * g.step] = inverse ? across - turned : across + turned;
}

// base + x * u + y * v, of the real factors u and v.
template <typename T>
Complex<T> Weighted(const Complex<T>& base, const Complex<T>& x, T u, const Complex<T>& y, T v) {
  return {static_cast<T>(base.real + Times(x.real, u) + Times(y.real, v)),
          static_cast<T>(base.imaginary + Times(x.imaginary, u) + Times(y.imaginary, v))};
}

// first and second: one and two fifths of a turn.
template <typename T>
void Combine5(const Group<T>& g, const Complex<T>& first, const Complex<T>& second) {
  const Complex<T> a = g.Number(0, 5), b = g.Number(1, 5), c = g.Number(2, 5);
  const Complex<T> d = g.Number(3, 5), e = g.Number(4, 5);
  const Complex<T> outer = b + e, inner = c + d, outer_gap = b - e, inner_gap = c - d;
  g.at[0] = {static_cast<T>(a.real + static_cast<T>(outer.real + inner.real)),
             static_cast<T>(a.imaginary + static_cast<T>(outer.imaginary + inner.imaginary))};

  const Complex<T> near = Weighted(a, outer, first.real, inner, second.real);
  const Complex<T> far = Weighted(a, outer, second.real, inner, first.real);
  // The gaps turned right by a quarter, with their factors: signs are set before adding, so that
  // floats keep those of their zeros.
  const Complex<T> near_side = {static_cast<T>(Times(outer_gap.imaginary, first.imaginary) +
                                               Times(inner_gap.imaginary, second.imaginary)),
                                static_cast<T>(-Times(outer_gap.real, first.imaginary) -
                                               Times(inner_gap.real, second.imaginary))};
  const Complex<T> far_side = {static_cast<T>(-Times(outer_gap.imaginary, second.imaginary) +
                                              Times(inner_gap.imaginary, first.imaginary)),
                               static_cast<T>(Times(outer_gap.real, second.imaginary) -
                                              Times(inner_gap.real, first.imaginary))};
  g.at[g.step] = near - near_side;
  g.at[4 * g.step] = near + near_side;
  g.at[2 * g.step] = far + far_side;
  g.at[3 * g.step] = far - far_side;
}

// One stage: `block` numbers at a time, of which `radix` transforms are there already.
template <typename T>
void RunStage(const Plan<T>& plan, int radix, int32_t block, Complex<T>* data) {
  const int32_t step = block / radix;
  const int32_t stride = plan.length / block;
  const Complex<T>* table = plan.twiddles;
  for (int32_t start = 0; start < plan.length; start += block) {
    for (int32_t k = 0; k < step; ++k) {
      const Group<T> group = {data + start + k, step, table, k * stride};
      switch (radix) {
        case 2:
          Combine2(group);
          break;
        case 3:
          Combine3(group, table[stride * step]);
          break;
        case 4:
          Combine4(group, plan.inverse);
          break;
        default:
          Combine5(group, table[stride * step], table[2 * stride * step]);
          break;
      }
    }
  }
}

// Calls put(to, from) for the order in which decimation in time takes its input.
template <typename T, typename Put>
void ForEachPlace(const Plan<T>& plan, Put put) {
  int32_t digit[Plan<T>::kMostStages] = {};
  int32_t from = 0;
  for (int32_t to = 0; to < plan.length; ++to) {
    put(to, from);
    // Counts up: the innermost stage's digit moves first, by the largest distance in the input.
    int32_t distance = plan.length;
    for (int32_t s = plan.stages - 1; s >= 0; --s) {
      distance /= plan.radix[s];
      from += distance;
      if (++digit[s] < plan.radix[s]) break;
      from -= distance * plan.radix[s];
      digit[s] = 0;
    }
  }
}

template <typename T>
void RunStages(const Plan<T>& plan, Complex<T>* data) {
  int32_t block = 1;
  for (int32_t s = plan.stages - 1; s >= 0; --s) {
    block *= plan.radix[s];
    RunStage(plan, plan.radix[s], block, data);
  }
}

// From the transform of the numbers two by two to that of the real ones, in place.
template <typename T>
void Unpack(const Plan<T>& plan, Complex<T>* spectrum) {
  using A = Arithmetic<T>;
  const int32_t length = plan.length;
  const Complex<T> sums = Divided(spectrum[0], 2);
  spectrum[0] = {static_cast<T>(sums.real + sums.imaginary), 0};
  spectrum[length] = {static_cast<T>(sums.real - sums.imaginary), 0};
  for (int32_t k = 1; k <= length / 2; ++k) {
    const Complex<T> low = Divided(spectrum[k], 2);
    const Complex<T> high = Divided(Conjugate(spectrum[length - k]), 2);
    const Complex<T> even = low + high;
    const Complex<T> odd = (low - high) * plan.shifted[k - 1];
    spectrum[k] = {A::Half(even.real + odd.real), A::Half(even.imaginary + odd.imaginary)};
    spectrum[length - k] = {A::Half(even.real - odd.real), A::Half(odd.imaginary - even.imaginary)};
  }
}

template <typename T>
void Pack(const Plan<T>& plan, const Complex<T>* spectrum, Complex<T>* packed) {
  const int32_t length = plan.length;
  const T first = spectrum[0].real, last = spectrum[length].real;
  packed[0] = Divided(Complex<T>{static_cast<T>(first + last), static_cast<T>(first - last)}, 2);
  for (int32_t k = 1; k <= length / 2; ++k) {
    const Complex<T> low = Divided(spectrum[k], 2);
    const Complex<T> high = Divided(Conjugate(spectrum[length - k]), 2);
    const Complex<T> even = low + high;
    const Complex<T> odd = (low - high) * plan.shifted[k - 1];
    packed[k] = even + odd;
    packed[length - k] = Conjugate(even - odd);
  }
}

}  // namespace

bool IsTransformLength(int32_t real_length) {
  uint8_t radix[32];
  int32_t stages;
  return real_length >= 4 && real_length % 2 == 0 &&
         SplitLength(real_length / 2, radix, &stages) == 1;
}

template <typename T>
bool MakePlan(TfLiteContext* context, int32_t real_length, bool inverse, Plan<T>* plan) {
  const int32_t length = real_length / 2;
  const double direction = inverse ? -1.0 : 1.0;
  plan->length = length;
  plan->inverse = inverse;
  SplitLength(length, plan->radix, &plan->stages);
  auto* twiddles = AllocatePersistent<Complex<T>>(context, length);
  auto* shifted = AllocatePersistent<Complex<T>>(context, length / 2);
  plan->twiddles = twiddles;
  plan->shifted = shifted;
  if (twiddles == nullptr || shifted == nullptr) return false;
  // In double and in this order, as the last bit depends on it.
  for (int32_t k = 0; k < length; ++k) twiddles[k] = Turn<T>(-2 * kPi * k / length * direction);
  for (int32_t k = 0; k < length / 2; ++k) {
    shifted[k] = Turn<T>(-kPi * (static_cast<double>(k + 1) / length + .5) * direction);
  }
  return true;
}

template <typename T>
void TransformReal(const Plan<T>& plan, const T* input, int32_t count, Complex<T>* spectrum) {
  ForEachPlace(plan, [=](int32_t to, int32_t from) {
    const int32_t i = 2 * from;
    spectrum[to] = {i < count ? input[i] : T{0}, i + 1 < count ? input[i + 1] : T{0}};
  });
  RunStages(plan, spectrum);
  Unpack(plan, spectrum);
}

template <typename T>
void TransformToReal(const Plan<T>& plan, const Complex<T>* spectrum, Complex<T>* work, T* output) {
  Pack(plan, spectrum, work);
  auto* pairs = reinterpret_cast<Complex<T>*>(output);
  ForEachPlace(plan, [=](int32_t to, int32_t from) { pairs[to] = work[from]; });
  RunStages(plan, pairs);
}

#define TFLM_TRANSFORM(T)                                                         \
  template bool MakePlan<T>(TfLiteContext*, int32_t, bool, Plan<T>*);             \
  template void TransformReal<T>(const Plan<T>&, const T*, int32_t, Complex<T>*); \
  template void TransformToReal<T>(const Plan<T>&, const Complex<T>*, Complex<T>*, T*);
TFLM_TRANSFORM(int16_t)
TFLM_TRANSFORM(int32_t)
TFLM_TRANSFORM(float)

}  // namespace tflm::signal
