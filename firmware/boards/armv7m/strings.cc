// Small string functions in place of newlib's, which are unrolled for speed and take a kilobyte:
// here they only compare operator names and measure lines of text.

#include <cstddef>

extern "C" size_t strlen(const char* text) {
  const char* end = text;
  while (*end != '\0') ++end;
  return end - text;
}

extern "C" int strcmp(const char* a, const char* b) {
  while (*a != '\0' && *a == *b) {
    ++a;
    ++b;
  }
  return static_cast<unsigned char>(*a) - static_cast<unsigned char>(*b);
}
