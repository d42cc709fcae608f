#include "app/format.h"

#include <cstdint>
#include <cstring>

namespace app {
namespace {

class Output {
 public:
  Output(char* buffer, size_t size) : buffer_(buffer), size_(size) {}

  void Put(char c) {
    if (length_ + 1 < size_) buffer_[length_] = c;
    ++length_;
  }

  void Put(const char* text, size_t length) {
    for (size_t i = 0; i < length; ++i) Put(text[i]);
  }

  int Finish() {
    if (size_ > 0) buffer_[length_ < size_ ? length_ : size_ - 1] = '\0';
    return static_cast<int>(length_);
  }

 private:
  char* const buffer_;
  const size_t size_;
  size_t length_ = 0;
};

struct Conversion {
  bool left = false;
  bool zeros = false;
  int width = 0;
  int precision = -1;
  char type = '\0';
};

const char* ParseNumber(const char* text, int* value) {
  constexpr int kMaxField = 1000;  // keeps a malformed format from overflowing
  *value = 0;
  for (; *text >= '0' && *text <= '9'; ++text) {
    if (*value < kMaxField) *value = *value * 10 + (*text - '0');
  }
  return text;
}

// Parses what follows a '%'; returns the position behind the conversion's letter.
const char* Parse(const char* text, Conversion* conversion) {
  for (;; ++text) {
    if (*text == '-') {
      conversion->left = true;
    } else if (*text == '0') {
      conversion->zeros = true;
    } else {
      break;
    }
  }
  text = ParseNumber(text, &conversion->width);
  if (*text == '.') text = ParseNumber(text + 1, &conversion->precision);
  // int, long and size_t are all 32 bits on this core; shorter types are promoted.
  while (*text == 'h' || *text == 'l' || *text == 'z') ++text;
  conversion->type = *text;
  return *text == '\0' ? text : text + 1;
}

// Pads `text` to the width; a sign stays in front of padding zeros.
void PutPadded(Output* output, const Conversion& conversion, const char* text, size_t length) {
  size_t padding = conversion.width > static_cast<int>(length) ? conversion.width - length : 0;
  const bool zeros = conversion.zeros && !conversion.left && conversion.type != 's';
  if (zeros && length > 0 && *text == '-') {
    output->Put('-');
    ++text;
    --length;
  }
  if (!conversion.left) {
    for (; padding > 0; --padding) output->Put(zeros ? '0' : ' ');
  }
  output->Put(text, length);
  for (; padding > 0; --padding) output->Put(' ');
}

// Digits of `value` before `end`; returns where they start.
char* Digits(char* end, uint32_t value, uint32_t base, char ten = 'a') {
  do {
    const uint32_t digit = value % base;
    *--end = static_cast<char>(digit < 10 ? '0' + digit : ten + (digit - 10));
    value /= base;
  } while (value != 0);
  return end;
}

void PutSigned(Output* output, const Conversion& conversion, int32_t value) {
  char text[11];
  char* const end = text + sizeof(text);
  const uint32_t magnitude = value < 0 ? 0u - static_cast<uint32_t>(value) : value;
  char* start = Digits(end, magnitude, 10);
  if (value < 0) *--start = '-';
  PutPadded(output, conversion, start, end - start);
}

void PutUnsigned(Output* output, const Conversion& conversion, uint32_t value, uint32_t base,
                 char ten = 'a') {
  char text[10];
  char* const end = text + sizeof(text);
  char* const start = Digits(end, value, base, ten);
  PutPadded(output, conversion, start, end - start);
}

void PutFloat(Output* output, const Conversion& conversion, float value) {
  constexpr int kMaxDecimals = 6;
  constexpr float kLimit = 4.0e9f;  // the integer part must fit 32 bits
  if (value != value) return PutPadded(output, conversion, "nan", 3);
  if (value >= kLimit) return PutPadded(output, conversion, "inf", 3);
  if (value <= -kLimit) return PutPadded(output, conversion, "-inf", 4);

  const bool negative = value < 0;
  if (negative) value = -value;
  int decimals = conversion.precision;
  if (decimals < 0 || decimals > kMaxDecimals) decimals = kMaxDecimals;
  uint32_t unit = 1;
  for (int i = 0; i < decimals; ++i) unit *= 10;
  uint32_t whole = static_cast<uint32_t>(value);
  uint32_t fraction = static_cast<uint32_t>((value - static_cast<float>(whole)) * unit + 0.5f);
  if (fraction >= unit) {
    ++whole;
    fraction -= unit;
  }

  char text[24];
  char* const end = text + sizeof(text);
  char* start = end;
  if (decimals > 0) {
    start = Digits(end, fraction, 10);
    while (end - start < decimals) *--start = '0';
    *--start = '.';
  }
  start = Digits(start, whole, 10);
  if (negative) *--start = '-';
  PutPadded(output, conversion, start, end - start);
}

void PutString(Output* output, const Conversion& conversion, const char* text) {
  if (text == nullptr) text = "(null)";
  size_t length = 0;
  while (text[length] != '\0' &&
         (conversion.precision < 0 || length < static_cast<size_t>(conversion.precision))) {
    ++length;
  }
  PutPadded(output, conversion, text, length);
}

}  // namespace

int Format(char* buffer, size_t size, const char* format, va_list arguments) {
  Output output(buffer, size);
  while (*format != '\0') {
    if (*format != '%') {
      output.Put(*format++);
      continue;
    }
    const char* const start = format;
    Conversion conversion;
    format = Parse(format + 1, &conversion);
    switch (conversion.type) {
      case 'd':
      case 'i':
        PutSigned(&output, conversion, va_arg(arguments, int));
        break;
      case 'u':
        PutUnsigned(&output, conversion, va_arg(arguments, unsigned), 10);
        break;
      case 'x':
      case 'p':
        PutUnsigned(&output, conversion, va_arg(arguments, unsigned), 16);
        break;
      case 'X':
        PutUnsigned(&output, conversion, va_arg(arguments, unsigned), 16, 'A');
        break;
      case 'f':
        PutFloat(&output, conversion, static_cast<float>(va_arg(arguments, double)));
        break;
      case 's':
        PutString(&output, conversion, va_arg(arguments, const char*));
        break;
      case 'c':
        output.Put(static_cast<char>(va_arg(arguments, int)));
        break;
      case '%':
        output.Put('%');
        break;
      default:
        output.Put(start, format - start);
        break;
    }
  }
  return output.Finish();
}

}  // namespace app
