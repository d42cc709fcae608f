#ifndef FIRMWARE_APP_FORMAT_H_
#define FIRMWARE_APP_FORMAT_H_

#include <cstdarg>
#include <cstddef>

namespace app {

// The part of vsnprintf that log messages use, without a heap and in a few hundred bytes of flash:
// %d %i %u %x %X %p %c %s %f %%, the flags '-' and '0', a width, a precision for %s and %f, and
// the lengths h, hh, l and z. Another conversion is printed as it stands. %f is single precision.
// Returns the length of the whole text, which was cut where it is not below `size`.
int Format(char* buffer, size_t size, const char* format, va_list arguments);

}  // namespace app

#endif  // FIRMWARE_APP_FORMAT_H_
