// Serves runs on the emulated core: the host fills `mailbox`, lets the core run to Ready(), and
// reads the answer. Model, inputs, outputs and arena lie where the host says.

#include <cstdarg>
#include <cstdint>
#include <cstdio>

#include "runner.h"
#include "tensorflow/lite/micro/debug_log.h"

namespace {

constexpr uint32_t kLogBytes = 1024;

struct Mailbox {
  runner::Request request;
  runner::Response response;
  uint32_t log_bytes;
  char log[kLogBytes];
};

// SCB->CPACR, ARMv7-M Architecture Reference Manual B3.2.20: full access to CP10 and CP11, the
// floating-point unit.
volatile uint32_t* const kCpacr = reinterpret_cast<uint32_t*>(0xE000ED88);
constexpr uint32_t kFpuOn = 0xFu << 20;

}  // namespace

extern "C" {

Mailbox mailbox;

// The host waits for the core to come here.
__attribute__((noinline, used)) void Ready() { asm volatile(""); }

void DebugLog(const char* format, va_list args) {
  if (mailbox.log_bytes + 1 >= kLogBytes) return;
  const uint32_t room = kLogBytes - mailbox.log_bytes;
  const int length = vsnprintf(mailbox.log + mailbox.log_bytes, room, format, args);
  const uint32_t written = length < 0 ? 0 : static_cast<uint32_t>(length);
  mailbox.log_bytes += written < room ? written : room - 1;
}

[[noreturn]] void ResetHandler() {
  *kCpacr |= kFpuOn;
  asm volatile("dsb\n isb");
  for (;;) {
    Ready();
    mailbox.log_bytes = 0;
    runner::Run(mailbox.request, &mailbox.response);
  }
}

extern uint32_t initial_stack;
__attribute__((section(".vectors"), used)) void* const vectors[] = {
    &initial_stack, reinterpret_cast<void*>(ResetHandler)};

}  // extern "C"
