// Something to find: templates, inlined calls in inlined calls, a constructor, a function that is
// never called.
using Word = unsigned int;

namespace shapes {

template <typename T, int kSides>
struct Shape {
  explicit Shape(T side) : side_(side) {}
  inline T Around() const { return Twice(side_) * kSides / 2; }
  static inline T Twice(T value) { return value + value; }
  T side_;
};

}  // namespace shapes

volatile Word sink;

static inline __attribute__((always_inline)) Word Deeper(Word value) {
  sink = value ^ 5;
  return value * 3;
}

static inline __attribute__((always_inline)) Word Deep(Word value) {
  Word found = Deeper(value + 1);
  sink = found;
  return found + Deeper(found);
}

__attribute__((noinline)) Word Work(Word value) {
  shapes::Shape<Word, 4> square(value);
  Word around = square.Around();
  return around + Deep(around);
}

void Unused() { sink = Deep(7); }

extern "C" [[noreturn]] void Reset() {
  for (;;) sink = Work(sink);
}

extern Word stack_top;
__attribute__((section(".vectors"), used)) const void* const vectors[] = {
    reinterpret_cast<const void*>(0x20001000), reinterpret_cast<const void*>(Reset)};
