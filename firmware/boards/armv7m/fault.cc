#include "boards/armv7m/fault.h"

#include <cstddef>
#include <cstring>

#include "boards/armv7m/registers.h"
#include "boards/armv7m/vectors.h"
#include "boards/board.h"

// Defined by sections.ld.
extern "C" {
extern uint8_t __ram_start[], __ram_end[];
extern uint32_t __fault_stack_top[];
}

[[gnu::section(".noinit")]] armv7m::FaultRecord g_fault_record;

namespace armv7m {
namespace {

// The frame that the core pushes on exception entry, DDI 0403E B1.5.6.
struct StackedFrame {
  uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
};

// EXC_RETURN, DDI 0403E B1.5.8.
constexpr uint32_t EXC_RETURN_SPSEL = 1u << 2;  // the frame is on the process stack
constexpr uint32_t EXC_RETURN_NO_FP = 1u << 4;  // the frame has no FPU registers
constexpr uint32_t kFpFrameBytes = 18 * 4;      // S0 to S15, FPSCR and a reserved word
constexpr uint32_t XPSR_STACK_ALIGNED = 1u << 9;

const char* ExceptionName(uint32_t number) {
  switch (number) {
    case 2:
      return "NMI";
    case 3:
      return "HardFault";
    case 4:
      return "MemManage";
    case 5:
      return "BusFault";
    case 6:
      return "UsageFault";
    default:
      return "unexpected exception";
  }
}

void SendText(const char* text) { board::Send(text, std::strlen(text)); }

void SendHex(const char* name, uint32_t value) {
  char digits[8];
  for (int i = 7; i >= 0; --i, value >>= 4) digits[i] = "0123456789abcdef"[value & 15];
  SendText(name);
  board::Send(digits, sizeof(digits));
}

bool IsInRam(uint32_t address, uint32_t size) {
  const uint32_t start = reinterpret_cast<uintptr_t>(__ram_start);
  const uint32_t end = reinterpret_cast<uintptr_t>(__ram_end);
  return address % 4 == 0 && address >= start && address <= end && size <= end - address;
}

void Capture(uint32_t exc_return, uint32_t frame_address, const uint32_t* r4_to_r11) {
  FaultRecord& record = g_fault_record;
  std::memset(&record, 0, sizeof(record));
  record.exception = SCB->ICSR & 0x1FF;  // VECTACTIVE, B3.2.4
  record.exc_return = exc_return;
  record.frame = frame_address;
  std::memcpy(&record.r[4], r4_to_r11, 8 * sizeof(uint32_t));
  record.sp = frame_address;
  record.frame_valid = IsInRam(frame_address, sizeof(StackedFrame));
  if (record.frame_valid) {
    const auto* frame = reinterpret_cast<const StackedFrame*>(frame_address);
    record.r[0] = frame->r0;
    record.r[1] = frame->r1;
    record.r[2] = frame->r2;
    record.r[3] = frame->r3;
    record.r[12] = frame->r12;
    record.lr = frame->lr;
    record.pc = frame->pc;
    record.xpsr = frame->xpsr;
    record.sp += sizeof(StackedFrame);
    if (!(exc_return & EXC_RETURN_NO_FP)) record.sp += kFpFrameBytes;
    if (frame->xpsr & XPSR_STACK_ALIGNED) record.sp += 4;
  }
  record.cfsr = SCB->CFSR;
  record.hfsr = SCB->HFSR;
  record.mmfar = SCB->MMFAR;
  record.bfar = SCB->BFAR;
  record.magic = FaultRecord::kMagic;
}

[[noreturn]] void StopForGood() {
  for (;;) asm volatile("cpsid i\n wfi" ::: "memory");
}

}  // namespace

void Panic(const char* reason) {
  SendText("\r\npanic: ");
  SendText(reason);
  SendText("\r\n");
  StopForGood();
}

// Called by Fault_Handler on the fault stack, so that a stack overflow can be reported too.
extern "C" [[noreturn, gnu::used]] void ReportFault(uint32_t exc_return, uint32_t msp, uint32_t psp,
                                                    const uint32_t* r4_to_r11) {
  Capture(exc_return, exc_return & EXC_RETURN_SPSEL ? psp : msp, r4_to_r11);
  const FaultRecord& record = g_fault_record;
  SendText("\r\nfault: ");
  SendText(ExceptionName(record.exception));
  SendHex(" pc=", record.pc);
  SendHex(" lr=", record.lr);
  SendHex(" sp=", record.sp);
  SendHex(" cfsr=", record.cfsr);
  SendHex(" hfsr=", record.hfsr);
  SendHex(" mmfar=", record.mmfar);
  SendHex(" bfar=", record.bfar);
  SendText("\r\n");
  StopForGood();
}

}  // namespace armv7m

// The main stack may be what broke: the handler moves to one of its own before it pushes a word.
extern "C" [[gnu::naked]] void Fault_Handler() {
  asm volatile(
      "mov r0, lr\n"
      "mrs r1, msp\n"
      "mrs r2, psp\n"
      "ldr r3, =__fault_stack_top\n"
      "msr msp, r3\n"
      "push {r4-r11}\n"
      "mov r3, sp\n"
      "b ReportFault\n"
      ".ltorg\n");
}

extern "C" [[gnu::naked]] void Unexpected_Handler() { asm volatile("b Fault_Handler\n"); }
