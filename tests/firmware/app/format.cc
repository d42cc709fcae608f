// Prints each case of Format() on a line; the test has the C library's answers beside them.
#include "app/format.h"

#include <cstdarg>
#include <cstdio>

namespace {

void Show(size_t size, const char* format, ...) {
  char text[64];
  va_list arguments;
  va_start(arguments, format);
  const int length = app::Format(text, size, format, arguments);
  va_end(arguments);
  std::printf("%d|%s|\n", length, text);
}

}  // namespace

int main() {
  Show(64, "%d %i %u", -7, 2147483647, 4294967295u);
  Show(64, "%d", -2147483647 - 1);
  Show(64, "%x %X %08x", 0xbeefu, 0xBEEFu, 0x1234u);
  Show(64, "[%5d] [%-5d] [%05d]", 42, 42, -42);
  Show(64, "[%6s] [%-6s] [%.2s]", "abc", "abc", "abc");
  Show(64, "%c%c%%", 'o', 'k');
  Show(64, "%f %.2f %.0f", 0.5, -1.005, 2.75);
  Show(64, "%.1f", 9.99);
  Show(64, "%lu %zu %hd", 5ul, static_cast<size_t>(6), 7);
  Show(64, "%s", static_cast<const char*>(nullptr));
  Show(8, "cut at seven");
  Show(1, "nothing fits");
  Show(64, "%q stands");
  Show(64, "at the end %");
}
