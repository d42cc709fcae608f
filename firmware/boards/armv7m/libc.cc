// What the C and C++ run time asks for on a machine without an operating system. There is no
// _sbrk: a program that would use the heap does not link.

#include <cstddef>

#include "boards/armv7m/fault.h"

// The compiler emits calls to these; none is ever reached in a correct program.
extern "C" [[noreturn]] void __cxa_pure_virtual() { armv7m::Panic("pure virtual call"); }

extern "C" [[noreturn]] void abort() { armv7m::Panic("abort"); }

extern "C" [[noreturn]] void __assert_func(const char*, int, const char*, const char* condition) {
  armv7m::Panic(condition);
}

// Virtual destructors refer to the deleting form; nothing here is allocated, so nothing is freed.
void operator delete(void*) noexcept { armv7m::Panic("operator delete"); }
void operator delete(void*, size_t) noexcept { armv7m::Panic("operator delete"); }
